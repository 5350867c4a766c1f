import type { DeadLetter, DeadLetterFilter, DeadLetterGroup, DeadLetterId, DeadLetters } from '../../contracts/message-store.ts'
import { readCursor, writeCursor } from '../../envelope/list-cursor.ts'
import type { InMemoryRows, KeptDeadLetter } from './in-memory-rows.ts'
import { identity } from './stored-message.ts'

export function deadLetters(open: () => InMemoryRows, now: () => number): DeadLetters {
  const find = (rows: InMemoryRows, ids: readonly DeadLetterId[]): readonly KeptDeadLetter[] => {
    const found = new Set(ids.map(({ id, endpoint }) => rows.deadLetters.get(identity(id, endpoint))))
    return [...found].filter((letter) => letter !== undefined)
  }
  const drop = (rows: InMemoryRows, letters: readonly KeptDeadLetter[]): number => {
    for (const { message } of letters) rows.deadLetters.delete(identity(message.id, message.endpoint))
    return letters.length
  }

  return {
    async list({ limit, after, ...filter }) {
      const [at, entry] = after === undefined ? [Infinity, 0] : readCursor(after, 2)
      return matching(open(), filter)
        .filter((letter) => letter.deadAt < at! || (letter.deadAt === at && letter.entry < entry!))
        .sort((a, b) => b.deadAt - a.deadAt || b.entry - a.entry)
        .slice(0, limit)
        .map(asDeadLetter)
    },

    async summary(filter) {
      const groups = new Map<string, DeadLetterGroup>()
      for (const { envelope, error, deadAt } of matching(open(), filter)) {
        const key = JSON.stringify([envelope.destination, envelope.messageType, error.type])
        const group = groups.get(key)
        groups.set(key, {
          endpoint: envelope.destination,
          messageType: envelope.messageType,
          errorType: error.type,
          count: (group?.count ?? 0) + 1,
          oldest: new Date(Math.min(deadAt, group?.oldest.getTime() ?? Infinity)),
          newest: new Date(Math.max(deadAt, group?.newest.getTime() ?? 0)),
        })
      }
      return [...groups.entries()].sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1)).map(([, group]) => group)
    },

    async inOrder(filter, { limit, after }) {
      const rows = open()
      const [seq = -1, entry = -1, mark = rows.lastDeadLetter] = after === undefined ? [] : readCursor(after, 3)
      const found = matching(rows, filter)
        .filter((letter) => letter.entry <= mark)
        .filter(({ message, entry: own }) => message.seq > seq || (message.seq === seq && own > entry))
        .sort((a, b) => a.message.seq - b.message.seq || a.entry - b.entry)
        .slice(0, limit)
      const last = found.at(-1)
      return {
        ids: found.map(({ message: { id, endpoint } }) => ({ id, endpoint })),
        next: last === undefined || found.length < limit ? undefined : writeCursor(last.message.seq, last.entry, mark),
      }
    },

    /** With its epoch: claims of its former life stay lost. */
    async replay(ids) {
      const rows = open()
      const letters = find(rows, ids).filter(
        ({ message, outgoing }) => !rows.queuesOf(outgoing).messages.has(identity(message.id, message.endpoint)),
      )
      for (const { message, envelope, outgoing } of letters) {
        if (!outgoing) rows.completed.delete(identity(message.id, message.endpoint))
        const isOpen = envelope.deliverBy !== undefined && envelope.deliverBy.getTime() > now()
        const deliverBy = isOpen ? envelope.deliverBy : undefined
        rows.queuesOf(outgoing).add({
          ...message,
          envelope: { ...envelope, attempts: 0, connectionLosses: 0, deliverBy },
          status: 'ready',
          owner: undefined,
          dueAt: undefined,
          parkedAt: undefined,
          gone: false,
        })
      }
      return drop(rows, letters)
    },

    async edit({ id, endpoint }, body) {
      const letter = open().deadLetters.get(identity(id, endpoint))
      if (letter === undefined) return false
      letter.envelope = { ...letter.envelope, body: Uint8Array.from(body) }
      letter.editedAt = new Date(now())
      return true
    },

    async discard(ids) {
      const rows = open()
      return drop(rows, find(rows, ids))
    },

    async expire(olderThanMs, limit) {
      const rows = open()
      const old = [...rows.deadLetters.values()].filter(({ deadAt }) => deadAt < now() - olderThanMs)
      return drop(rows, old.sort((a, b) => a.deadAt - b.deadAt || a.entry - b.entry).slice(0, limit))
    },
  }
}

function asDeadLetter({ envelope, error, deadAt, outgoing, editedAt, entry }: KeptDeadLetter): DeadLetter {
  return { envelope, error, deadLetteredAt: new Date(deadAt), outgoing, editedAt, cursor: writeCursor(deadAt, entry) }
}

function matching(rows: InMemoryRows, filter: DeadLetterFilter): KeptDeadLetter[] {
  const { endpoint, messageType, errorType, from, until } = filter
  const ids = filter.ids === undefined ? undefined : new Set(filter.ids.map((id) => id.toLowerCase()))
  const text = filter.errorText?.toLowerCase()
  return [...rows.deadLetters.values()].filter(
    ({ message, envelope, error, deadAt }) =>
      (ids === undefined || ids.has(message.id.toLowerCase())) &&
      (endpoint === undefined || message.endpoint === endpoint) &&
      (messageType === undefined || envelope.messageType === messageType) &&
      (errorType === undefined || error.type === errorType) &&
      (text === undefined || error.message.toLowerCase().includes(text)) &&
      (from === undefined || deadAt >= from.getTime()) &&
      (until === undefined || deadAt < until.getTime()),
  )
}
