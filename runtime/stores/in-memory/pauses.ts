import type { EndpointPause, Pauses } from '../../contracts/message-store.ts'
import type { InMemoryRows } from './in-memory-rows.ts'

export function inMemoryPauses(open: () => InMemoryRows, now: () => number): Pauses {
  return {
    async pause({ endpoint, forMs, reason, by }) {
      const { pauses } = open()
      const until = forMs === undefined ? Infinity : now() + forMs
      const known = pauses.get(endpoint)
      if (known !== undefined && known.until > now() && known.until >= until) return
      pauses.set(endpoint, { since: now(), until, reason, by })
    },

    async resume(endpoint) {
      const wasPaused = isPaused(open(), endpoint, now())
      open().pauses.delete(endpoint)
      return wasPaused
    },

    async list() {
      return pausesIn(open(), now())
    },
  }
}

export function isPaused({ pauses }: InMemoryRows, endpoint: string, now: number): boolean {
  return (pauses.get(endpoint)?.until ?? 0) > now
}

export function pausesIn({ pauses }: InMemoryRows, now: number): readonly EndpointPause[] {
  return [...pauses]
    .filter(([, { until }]) => until > now)
    .map(([endpoint, { since, until, reason, by }]) => ({
      endpoint,
      since: new Date(since),
      until: until === Infinity ? undefined : new Date(until),
      leftMs: until === Infinity ? undefined : until - now,
      reason,
      by,
    }))
    .sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))
}
