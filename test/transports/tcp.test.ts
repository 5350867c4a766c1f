import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { transportConformance } from '../conformance/transport.ts'
import { tcpHarness } from './tcp-harness.ts'

transportConformance('TCP, in memory', tcpHarness(), () => inMemory())
