import type { EndpointCounts } from '../../contracts/message-store.ts'
import type { InMemoryRows } from './in-memory-rows.ts'

export function countMessages(rows: InMemoryRows, isBlocking: (endpoint: string) => boolean): readonly EndpointCounts[] {
  const { incoming, deadLetters } = rows
  const counts = new Map<string, { -readonly [Name in keyof EndpointCounts]: EndpointCounts[Name] }>()
  const at = (endpoint: string) => {
    let found = counts.get(endpoint)
    if (found === undefined) {
      counts.set(endpoint, (found = { endpoint, ready: 0, blocked: 0, claimed: 0, scheduled: 0, parked: 0, deadLettered: 0 }))
    }
    return found
  }
  for (const message of incoming.messages.values()) {
    const { endpoint, owner, status, lane } = message
    if (status === 'parked') at(endpoint).parked += 1
    else if (status !== 'ready') at(endpoint).scheduled += 1
    else if (owner === undefined) {
      at(endpoint).ready += 1
      if (lane !== undefined && isBlocking(endpoint) && rows.isBehindDeadLetter(message)) at(endpoint).blocked += 1
    }
    else at(endpoint).claimed += 1
  }
  for (const { message } of deadLetters.values()) at(message.endpoint).deadLettered += 1
  return [...counts.values()].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))
}
