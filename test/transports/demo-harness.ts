import type { TransportHarness } from '../conformance/transport-harness.ts'
import { DemoBroker } from '../support/demo-broker.ts'
import { demoTransport } from '../support/demo-transport.ts'

export function demoHarness(schedules: boolean): TransportHarness {
  return {
    capabilities: { schedules, ordersByKey: false, deadLetters: true, largestMessage: 100_000 },
    async fresh() {
      const broker = await new DemoBroker().start()
      return {
        transport: () => demoTransport({ port: broker.port, schedules }),
        queue: (name) => ({ to: `demo://queue/${name}`, at: `demo://queue/${name}` }),
        noAddress: 'demo://Queue',
        put: async (name, headers, body) => broker.put(name, headers, body),
        count: async (name) => ({ waiting: broker.waiting(name), unsettled: broker.unsettled(name) }),
        down: () => broker.stop(),
        up: async () => void (await broker.start()),
        drop: () => broker.stop(),
      }
    },
  }
}
