import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { transportConformance } from '../conformance/transport.ts'
import { demoHarness } from './demo-harness.ts'

transportConformance('the demo transport, in memory', demoHarness(false), () => inMemory())
transportConformance('the demo transport with schedules, in memory', demoHarness(true), () => inMemory())
