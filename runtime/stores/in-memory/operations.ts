import type { StoreOperations } from '../../contracts/message-store.ts'
import type { InMemoryRows } from './in-memory-rows.ts'
import type { StoredMessage } from './stored-message.ts'

export function inMemoryOperations(open: () => InMemoryRows, now: () => number): StoreOperations {
  return {
    async owner() {
      return open().appName
    },

    async nodes() {
      const { nodes, incoming, outgoing } = open()
      const claims = new Map<string, number>()
      for (const { messages } of [incoming, outgoing]) {
        for (const { owner } of messages.values()) if (owner !== undefined) claims.set(owner, (claims.get(owner) ?? 0) + 1)
      }
      return [...nodes.values()].map(({ id, host, pid, startedAt, beatAt, connected, dead }) => ({
        id,
        host,
        pid,
        startedAt: new Date(startedAt),
        beatAgeMs: Math.max(0, now() - beatAt),
        lockHeld: connected && !dead,
        declaredDead: dead,
        claims: claims.get(id) ?? 0,
      }))
    },

    async backlog() {
      const first = new Map<string, StoredMessage>()
      for (const message of open().incoming.messages.values()) {
        if (message.status !== 'ready' || message.owner !== undefined) continue
        const key = `${message.endpoint} ${message.lane === undefined}`
        if (message.seq < (first.get(key)?.seq ?? Infinity)) first.set(key, message)
      }
      const waited = new Map<string, number>()
      for (const { endpoint, envelope } of first.values()) {
        const since = Math.max(envelope.sentAt.getTime(), envelope.scheduledFor?.getTime() ?? 0)
        waited.set(endpoint, Math.max(waited.get(endpoint) ?? 0, now() - since))
      }
      return [...waited].sort(([a], [b]) => (a < b ? -1 : 1)).map(([endpoint, waitedMs]) => ({ endpoint, waitedMs }))
    },

    async clear() {
      const rows = open()
      const messages = rows.incoming.messages.size + rows.outgoing.messages.size + rows.deadLetters.size
      for (const queues of [rows.incoming, rows.outgoing]) {
        for (const message of [...queues.messages.values()]) queues.remove(message)
      }
      rows.deadLetters.clear()
      rows.completed.clear()
      return messages
    },

    schema: undefined,
  }
}
