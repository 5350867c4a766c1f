import type { Duration } from '../bus/delivery-options.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'
import {
  marked,
  type NonTransactionalPolicy,
  type OrderingKey,
  type OrderingKeyPolicy,
  type ParallelismPolicy,
  type QueuePolicy,
  type SeparatePolicy,
  type TimeoutPolicy,
} from './policy.ts'

/**
 * How long one handling of a message may take. Stands above the timeout of its endpoint; as a global
 * policy below that, but above the default of 60 s. Holds for `invoke` as well.
 */
export function timeout(after: Duration): TimeoutPolicy {
  const ms = toMilliseconds(after, 'timeout(after)')
  if (ms <= 0) throw bad(`timeout(${JSON.stringify(after)}) leaves no time. Give more than 0.`)
  return marked<TimeoutPolicy>({ kind: 'timeout', ms })
}

/**
 * The local queue at which the handlers of a message run, by its name (`payments`) or its address
 * (`local://payments`). Handlers of several messages may share one.
 */
export function queue(name: string): QueuePolicy {
  if (typeof name === 'string' && queueName.test(name)) {
    return marked<QueuePolicy>({ kind: 'queue', address: name.startsWith('local://') ? name : `local://${name}` })
  }
  throw bad(`queue(${JSON.stringify(name)}) names no local queue. Write 'payments' or 'local://payments': lower-case letters, digits, '.', '_', '-'.`)
}

/** How many messages the queue of these handlers handles at a time, in each process. */
export function parallelism(count: number): ParallelismPolicy {
  if (Number.isInteger(count) && count > 0) return marked<ParallelismPolicy>({ kind: 'parallelism', count })
  throw bad(`parallelism(${String(count)}) is no number of messages. Give a whole number above 0.`)
}

/** The name of a local queue, with or without its scheme. */
const queueName = /^(local:\/\/)?[a-z0-9][a-z0-9._\-/]{0,199}$/

/** Members of a message that may be its ordering key. */
export type KeyMember<Message> = {
  [Name in keyof Message]-?: Message[Name] extends OrderingKey ? Name : never
}[keyof Message] &
  string

/**
 * What a message is ordered by: messages of equal keys are handled one at a time, in the order of
 * sending, by all processes together. A member of the message, or a function of it; where that is
 * `undefined` or `null` the message has no key. An `orderingKey` that is given in sending stands above it.
 *
 * ```ts
 * export const policy = orderingKey<ChargeCard>('accountId')
 * ```
 */
export function orderingKey<Message>(key: NoInfer<KeyMember<Message>> | ((message: Message) => OrderingKey)): OrderingKeyPolicy<Message> {
  if (typeof key === 'function') {
    return marked<OrderingKeyPolicy<Message>>({ kind: 'ordering-key', words: key.name === '' ? 'a function' : key.name, keyOf: key })
  }
  if (typeof key !== 'string' || key === '') {
    throw bad(`orderingKey(${JSON.stringify(key)}) names no member. Give the name of one, or a function of the message.`)
  }
  return marked<OrderingKeyPolicy<Message>>({ kind: 'ordering-key', words: key, keyOf: (message) => message[key] as OrderingKey })
}

/**
 * Each of these handlers has the message for itself: a queue, a transaction, attempts and dead letters
 * of its own. A message that is sent goes to all of them, and the failure of one is nothing to the others.
 * `separate(false)` keeps them together where a policy further out says otherwise.
 */
export function separate(): SeparatePolicy<true>
export function separate<const On extends boolean>(on: On): SeparatePolicy<On>
export function separate(on = true): SeparatePolicy {
  return marked<SeparatePolicy>({ kind: 'separate', on })
}

/**
 * These handlers run in no transaction of ours, and may ask for the app's own handle of a data-access library, such as
 * `Pool`. What they write is theirs to commit: it happens at least once. What they send is stored in one statement with the
 * completion of their message, after they have returned. One that asks for a transaction is a diagnostic.
 * `nonTransactional(false)` takes it back where a policy further out says it.
 */
export function nonTransactional(): NonTransactionalPolicy<true>
export function nonTransactional<const On extends boolean>(on: On): NonTransactionalPolicy<On>
export function nonTransactional(on = true): NonTransactionalPolicy {
  return marked<NonTransactionalPolicy>({ kind: 'non-transactional', on })
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
