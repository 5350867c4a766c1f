import { JasperError } from '../errors/jasper-error.ts'
import { isFailureRule, type FailureRule } from './failure-rule.ts'
import type { PolicyFunction } from './policy-function.ts'

const mark = Symbol.for('jasper-runtime.policy')

interface Marked {
  /** Tells policies of another copy of this package from what is none. */
  readonly [mark]: true
}

/** How long one handling may take. */
export interface TimeoutPolicy extends Marked {
  readonly kind: 'timeout'
  readonly ms: number
}

/** The local queue at which handlers run. */
export interface QueuePolicy extends Marked {
  readonly kind: 'queue'
  /** `local://payments` */
  readonly address: string
}

/** How many messages the queue handles at a time. */
export interface ParallelismPolicy extends Marked {
  readonly kind: 'parallelism'
  readonly count: number
}

/** What a message is ordered by. Contravariant: a key of all orders is one of express orders. */
export interface OrderingKeyPolicy<Message = never> extends Marked {
  readonly kind: 'ordering-key'
  /** In words, for `describe`: the name of the member or of the function. */
  readonly words: string
  readonly keyOf: (message: Message) => OrderingKey
}

/** What may be a key; a message without one is not ordered. */
export type OrderingKey = string | number | bigint | null | undefined

/** Whether each handler has the message for itself. Known at build by its type. */
export interface SeparatePolicy<On extends boolean = boolean> extends Marked {
  readonly kind: 'separate'
  readonly on: On
}

/** Whether handlers run without a transaction of ours. Known at build by its type. */
export interface NonTransactionalPolicy<On extends boolean = boolean> extends Marked {
  readonly kind: 'non-transactional'
  readonly on: On
}

/** One thing that is said of handlers. */
export type PolicyPart =
  | FailureRule
  | TimeoutPolicy
  | QueuePolicy
  | ParallelismPolicy
  | OrderingKeyPolicy
  | SeparatePolicy
  | NonTransactionalPolicy
  | PolicySet<readonly PolicyPart[]>

/** Several things said together. The type keeps each of them, so that a build can read it. */
export interface PolicySet<Parts extends readonly unknown[] = readonly unknown[]> extends Marked {
  readonly kind: 'set'
  readonly parts: Parts
}

/** What `export const policy` of a handler file, `static policy` of a handler class, and the global file may be. */
export type Policy = PolicyPart | readonly PolicyPart[]

/**
 * Puts policies together.
 *
 * ```ts
 * export const policy = policies(
 *   onError(PaymentTimeout).retry('50ms', '1s').thenDeadLetter(),
 *   timeout('10s'),
 *   queue('payments'),
 *   orderingKey<ChargeCard>('accountId'),
 * )
 * ```
 *
 * In the file of global policies functions may stand among them: see {@link PolicyFunction}. Throws
 * `JASPER_BAD_OPTION` where two parts say the same thing, rules for errors aside.
 */
export function policies<const Parts extends readonly (PolicyPart | PolicyFunction)[]>(...parts: Parts): PolicySet<Parts> {
  partsOf(splitFunctions(parts).rest, 'policies(...)')
  return marked({ kind: 'set', parts })
}

/** A policy without its mark. */
type Unmarked<P> = P extends Marked ? Omit<P, typeof mark> : never

export function marked<P extends Marked>(policy: Unmarked<P>): P {
  return Object.freeze({ [mark]: true, ...policy }) as unknown as P
}

/** Parts that are no sets, flat and in their order. */
export type SinglePart = Exclude<PolicyPart, PolicySet<readonly PolicyPart[]>>

/** What the file of global policies may export as its default. */
export type GlobalPolicy = Policy | PolicyFunction | readonly (PolicyPart | PolicyFunction)[] | PolicySet

export function isPolicyFunction(value: unknown): value is PolicyFunction {
  return typeof value === 'function'
}

/** The functions of a global policy, and all else that stands in it; nothing of it is checked. */
export function splitFunctions(policy: unknown): { readonly functions: readonly PolicyFunction[]; readonly rest: readonly unknown[] } {
  const all = spread(policy)
  return { functions: all.filter(isPolicyFunction), rest: all.filter((part) => !isPolicyFunction(part)) }
}

function spread(policy: unknown): readonly unknown[] {
  if (Array.isArray(policy)) return policy.flatMap(spread)
  return isMarked(policy) && policy.kind === 'set' ? spread(policy.parts) : [policy]
}

/** Reads a policy. Throws `JASPER_BAD_OPTION`, which begins with `what`, for what is none or says one thing twice. */
export function partsOf(policy: unknown, what: string): readonly SinglePart[] {
  const parts = flatten(policy, what)
  const kinds = parts.flatMap((part) => ('kind' in part ? [part.kind] : []))
  const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at)
  if (twice === undefined) return parts
  throw new JasperError('JASPER_BAD_OPTION', `${what} says ${creators[twice]} twice. Keep one of them.`)
}

function flatten(policy: unknown, what: string): readonly SinglePart[] {
  if (Array.isArray(policy)) return policy.flatMap((part) => flatten(part, what))
  if (isFailureRule(policy)) return [policy]
  if (isMarked(policy)) return policy.kind === 'set' ? flatten(policy.parts, what) : [policy as SinglePart]
  throw new JasperError(
    'JASPER_BAD_OPTION',
    `${what} is no policy. Give what onError(...) and its stages make, such as onError(PaymentTimeout).retry('50ms', '1s'), ` +
      "or timeout('10s') and its like, or several in policies(...).",
  )
}

function isMarked(value: unknown): value is Marked & { readonly kind: string; readonly parts?: unknown } {
  return typeof value === 'object' && value !== null && mark in value
}

const creators = {
  timeout: 'timeout(...)',
  queue: 'queue(...)',
  parallelism: 'parallelism(...)',
  'ordering-key': 'orderingKey(...)',
  separate: 'separate(...)',
  'non-transactional': 'nonTransactional(...)',
} as const
