import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { messageStoreConformance } from '../conformance/message-store.ts'
import { ManualClock } from '../support/manual-clock.ts'

messageStoreConformance('the in-memory store', {
  capabilities: { durable: false, dialect: undefined, wakesOtherProcesses: false },
  async fresh() {
    const rows = new InMemoryRows()
    const clock = new ManualClock()
    return {
      clock,
      store: () => inMemoryStoreOver(rows),
      advance: (ms) => void clock.advance(ms),
      drop: async () => undefined,
    }
  },
})
