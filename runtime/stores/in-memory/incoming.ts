import type { IncomingMessages, NewMessage } from '../../contracts/message-store.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import type { InMemoryRows } from './in-memory-rows.ts'
import { countMessages } from './count-messages.ts'
import { sharedOperations, type TakingAt } from './shared-operations.ts'
import { identity, type StoredMessage } from './stored-message.ts'

export interface IncomingParts {
  /** Throws `JASPER_STORE_CLOSED` unless the store is open. */
  readonly rows: () => InMemoryRows
  readonly now: () => number
  /** How long a message is known that is completed at an endpoint. */
  readonly dedupWindowMs: (endpoint: string) => number
  readonly taking: TakingAt
  readonly isBlocking: (endpoint: string) => boolean
}

/** Inserts of incoming and outgoing messages; what is there already, or is known, is passed over. */
export function insertsInto({ now }: IncomingParts) {
  return (rows: InMemoryRows, messages: readonly NewMessage[], mayExist: boolean): void => {
    for (const message of messages) {
      const outgoing = message.outgoing === true
      const key = identity(message.envelope.id, message.envelope.destination)
      const forgetAt = mayExist && !outgoing ? rows.completed.get(key) : undefined
      if (forgetAt !== undefined && forgetAt > now()) continue
      if (rows.queuesOf(outgoing).messages.has(key) || (mayExist && rows.deadLetters.get(key)?.outgoing === outgoing)) continue
      rows.insert(message, now())
    }
  }
}

export function incomingMessages(parts: IncomingParts): IncomingMessages {
  const { rows: open, now, taking, isBlocking, dedupWindowMs } = parts
  const insert = insertsInto(parts)
  return {
    ...sharedOperations({ rows: open, now, taking, dedupWindowMs, insert: (rows, messages) => insert(rows, messages, true) }, false),

    async insert(messages, { mayExist }) {
      insert(open(), messages, mayExist)
    },

    async storeOnce(message) {
      const rows = open()
      const before = rows.incoming.messages.size
      insert(rows, [message], true)
      return rows.incoming.messages.size > before
    },

    enlist: refuse,
    once: refuse,

    join() {
      throw new JasperError(
        'JASPER_NOT_SUPPORTED',
        'The in-memory store cannot join a transaction of a database. Use postgres() or embedded() for outbox.within.',
      )
    },

    async isKnown(id, endpoint) {
      const rows = open()
      const key = identity(id, endpoint)
      const forgetAt = rows.completed.get(key)
      const isDead = rows.deadLetters.get(key)?.outgoing === false
      return rows.queuesOf(false).messages.has(key) || isDead || (forgetAt !== undefined && forgetAt > now())
    },

    async expireParked(parkedForMs, limit) {
      const rows = open()
      const expired = parkedMessages(rows)
        .filter((message) => message.parkedAt! < now() - parkedForMs)
        .sort((a, b) => a.parkedAt! - b.parkedAt!)
        .slice(0, limit)
      for (const message of expired) {
        rows.buryDead(message, { type: 'JASPER_UNKNOWN_MESSAGE', message: message.parkedReason, stack: undefined }, now(), false)
      }
      return expired.length
    },

    async forgetCompleted(limit) {
      const { completed } = open()
      let forgotten = 0
      for (const [key, forgetAt] of completed) {
        if (forgotten >= limit) break
        if (forgetAt > now()) continue
        completed.delete(key)
        forgotten += 1
      }
      return forgotten
    },

    async counts() {
      return countMessages(open(), isBlocking)
    },
  }
}

function refuse(): never {
  throw new JasperError(
    'JASPER_NOT_SUPPORTED',
    'The in-memory store cannot join a transaction of a database. Use postgres() or embedded() for transactional handlers.',
  )
}

function parkedMessages(rows: InMemoryRows): StoredMessage[] {
  return [...rows.incoming.messages.values()].filter(({ status }) => status === 'parked').sort((a, b) => a.seq - b.seq)
}
