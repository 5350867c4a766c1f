import type { Logger } from '../contracts/logger.ts'
import type { MessageStore } from '../contracts/message-store.ts'
import type { RouteTable } from '../routing/route-table.ts'

/** Warns where scheduled messages are in memory because neither endpoint nor store is durable. */
export function sayWhatMemoryKeeps({ capabilities }: MessageStore, { endpoints }: RouteTable, log: Logger): void {
  const buffered = [...endpoints.values()].filter(({ mode }) => mode === 'buffered').map(({ address }) => address)
  if (buffered.length === 0 || capabilities.durable) return
  const event = 'buffered endpoints without a durable store: scheduled messages for them are in memory, and a crash loses them'
  log.warn(event, { endpoints: buffered.join(', ') })
}
