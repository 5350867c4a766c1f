import type { DestinationCounts, OutgoingMessages } from '../../contracts/message-store.ts'
import { sharedOperations, type RowsParts } from './shared-operations.ts'
import type { InMemoryRows } from './in-memory-rows.ts'
import type { StoredMessage } from './stored-message.ts'

export function outgoingMessages(parts: RowsParts): OutgoingMessages {
  const { rows: open, now } = parts
  return {
    ...sharedOperations(parts, true),

    async parkUnserved(limit) {
      const rows = open()
      const served = new Set([...rows.nodes.values()].flatMap(({ dead, schemes }) => (dead ? [] : schemes)))
      const unserved = waiting(rows).filter(({ endpoint }) => !served.has(schemeOf(endpoint))).slice(0, limit)
      for (const message of unserved) {
        message.status = 'parked'
        message.parkedAt = now()
        message.parkedReason = `no process of this app has a transport for ${schemeOf(message.endpoint)}://`
      }
      return unserved.length
    },

    async releaseParked(schemes, limit) {
      const { outgoing } = open()
      const destinations = new Set<string>()
      let released = 0
      for (const message of outgoing.messages.values()) {
        if (released === limit) break
        if (message.status !== 'parked' || !schemes.includes(schemeOf(message.endpoint))) continue
        message.status = 'ready'
        message.parkedAt = undefined
        outgoing.wait(message)
        destinations.add(message.endpoint)
        released += 1
      }
      return { released, destinations: [...destinations].sort() }
    },

    async counts() {
      const counts = new Map<string, { -readonly [Name in keyof DestinationCounts]: DestinationCounts[Name] }>()
      for (const { endpoint: destination, owner, status } of open().outgoing.messages.values()) {
        const found = counts.get(destination) ?? { destination, ready: 0, claimed: 0, scheduled: 0, parked: 0 }
        counts.set(destination, found)
        if (status === 'parked') found.parked += 1
        else if (status !== 'ready') found.scheduled += 1
        else if (owner === undefined) found.ready += 1
        else found.claimed += 1
      }
      return [...counts.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1))
    },
  }
}

/** Outgoing messages that are ready and that nobody has claimed. */
export function waiting({ outgoing }: InMemoryRows): readonly StoredMessage[] {
  return [...outgoing.messages.values()].filter(({ status, owner }) => status === 'ready' && owner === undefined)
}

export function schemeOf(destination: string): string {
  return destination.split('://', 1)[0]!
}
