import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { transportConformance } from '../conformance/transport.ts'
import { rabbitmqHarness } from './rabbitmq-harness.ts'

transportConformance('RabbitMQ with classic queues, in memory', rabbitmqHarness('classic'), () => inMemory())
transportConformance('RabbitMQ with quorum queues, in memory', rabbitmqHarness('quorum'), () => inMemory())
