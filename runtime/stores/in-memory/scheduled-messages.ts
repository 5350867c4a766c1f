import type { ScheduleChange, ScheduledMessages, ScheduledQuery, ScheduleOutcome } from '../../contracts/message-store.ts'
import { readPlace, writePlace } from '../../envelope/schedule-place.ts'
import type { IncomingParts } from './incoming.ts'
import type { InMemoryRows } from './in-memory-rows.ts'
import type { MessageQueues } from './message-queues.ts'
import { identity, type StoredMessage } from './stored-message.ts'

export function scheduledMessages({ rows: open, now }: IncomingParts): ScheduledMessages {
  const change = (rows: InMemoryRows, id: string, perform: (message: StoredMessage, queues: MessageQueues) => void): ScheduleChange => {
    const outcomes = new Map<string, ScheduleOutcome>()
    for (const [key, forgetAt] of rows.completed) {
      if (isOf(key, id) && forgetAt > now()) outcomes.set(key, 'handled')
    }
    for (const key of rows.deadLetters.keys()) if (isOf(key, id)) outcomes.set(key, 'dead-lettered')
    for (const { key, message, queues } of all(rows).filter((one) => isOf(one.key, id))) {
      outcomes.set(key, message.status === 'scheduled' ? 'changed' : 'due')
      if (message.status === 'scheduled') perform(message, queues)
    }
    const byEndpoint = [...outcomes].map(([key, outcome]) => [key.slice(id.length + 1), outcome] as const)
    return Object.fromEntries(byEndpoint.sort(([left], [right]) => (left < right ? -1 : 1)))
  }

  return {
    async cancel(id) {
      const rows = open()
      return change(rows, id, (message, queues) => queues.remove(message))
    },

    async reschedule(id, dueAt) {
      const rows = open()
      return change(rows, id, (message, queues) => {
        message.envelope = { ...message.envelope, scheduledFor: dueAt }
        message.dueAt = dueAt.getTime()
        if (message.dueAt > now()) queues.wait(message)
        else queues.makeReady(message)
      })
    },

    async list(query) {
      const place = query.after === undefined ? undefined : readPlace(query.after)
      const found = all(open()).map(({ message }) => message).filter((message) => fits(message, query)).sort(compare)
      const rest = found.filter((message) => place === undefined || compare(message, { ...place, dueAt: Date.parse(place.due) }) > 0)
      const page = rest.slice(0, query.limit)
      const last = page.at(-1)
      return {
        messages: page.map(({ envelope, endpoint, dueAt }) => ({ envelope, endpoint, dueAt: new Date(dueAt!) })),
        next: last === undefined || rest.length === page.length ? undefined : writePlace(placeOf(last)),
      }
    },
  }
}

function all(rows: InMemoryRows) {
  return [rows.incoming, rows.outgoing].flatMap((queues) => [...queues.messages].map(([key, message]) => ({ key, message, queues })))
}

function isOf(key: string, id: string): boolean {
  return key.startsWith(identity(id, ''))
}

function fits({ status, dueAt, endpoint, envelope }: StoredMessage, query: ScheduledQuery): boolean {
  return (
    status === 'scheduled' &&
    (query.endpoint === undefined || endpoint === query.endpoint) &&
    (query.messageType === undefined || envelope.messageType === query.messageType) &&
    (query.from === undefined || dueAt! >= query.from.getTime()) &&
    (query.until === undefined || dueAt! < query.until.getTime())
  )
}

function placeOf({ dueAt, id, endpoint }: StoredMessage) {
  return { due: new Date(dueAt!).toISOString(), id, endpoint }
}

type Place = Pick<StoredMessage, 'id' | 'endpoint' | 'dueAt'>

function compare(left: Place, right: Place): number {
  if (left.dueAt !== right.dueAt) return left.dueAt! - right.dueAt!
  if (left.id !== right.id) return left.id < right.id ? -1 : 1
  return left.endpoint === right.endpoint ? 0 : left.endpoint < right.endpoint ? -1 : 1
}
