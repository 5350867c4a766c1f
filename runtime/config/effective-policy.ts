import { isFailureRule, type FailureRule } from './failure-rule.ts'
import { inWords } from './in-words.ts'
import { partsOf, type OrderingKeyPolicy, type SinglePart } from './policy.ts'

/** One place that says something of a chain. */
export interface PolicyLayer {
  /** For people: `policy in src/charge.handler.ts`. */
  readonly from: string
  /** It is for all chains of the app. */
  readonly isGlobal: boolean
  readonly policy: unknown
}

/** What holds, and who has said it. */
export interface Said<Value> {
  readonly value: Value
  readonly from: string
  readonly isGlobal: boolean
}

/** What holds for a chain: of each thing what stands nearest to its handlers. */
export interface EffectivePolicy {
  /** In the order in which they are asked. The default is not among them. */
  readonly rules: readonly FailureRule[]
  readonly timeoutMs: Said<number> | undefined
  /** An address. */
  readonly queue: Said<string> | undefined
  readonly parallelism: Said<number> | undefined
  readonly orderingKey: Said<OrderingKeyPolicy> | undefined
  readonly nonTransactional: Said<boolean> | undefined
}

/**
 * What layers come to, the nearest first: handler, file, global. Rules for errors are asked one after
 * the other; of all else the first that is said holds.
 *
 * Throws `JASPER_BAD_OPTION` for a layer that is no policy.
 */
export function effectivePolicy(layers: readonly PolicyLayer[]): EffectivePolicy {
  const read = layers.map(({ from, isGlobal, policy }) => ({ from, isGlobal, parts: partsOf(policy, from) }))
  const first = <Kind extends Setting['kind'], Value>(kind: Kind, valueOf: (part: Extract<Setting, { kind: Kind }>) => Value) => {
    for (const { from, isGlobal, parts } of read) {
      const part = parts.find((one): one is Extract<Setting, { kind: Kind }> => isSetting(one) && one.kind === kind)
      if (part !== undefined) return { value: valueOf(part), from, isGlobal }
    }
    return undefined
  }
  return {
    rules: read.flatMap(({ parts }) => parts.filter(isFailureRule)),
    timeoutMs: first('timeout', ({ ms }) => ms),
    queue: first('queue', ({ address }) => address),
    parallelism: first('parallelism', ({ count }) => count),
    orderingKey: first('ordering-key', (policy) => policy),
    nonTransactional: first('non-transactional', ({ on }) => on),
  }
}

type Setting = Exclude<SinglePart, FailureRule>

function isSetting(part: SinglePart): part is Setting {
  return !isFailureRule(part)
}

/** One setting of a policy in words, and who has said it. */
export interface SettingWords {
  readonly name: 'timeout' | 'queue' | 'parallelism' | 'ordering key' | 'transaction'
  readonly value: string
  readonly from: string
}

/** The settings of a chain in words, rules for errors aside. */
export function describeSettings(policy: EffectivePolicy): readonly SettingWords[] {
  const { timeoutMs, queue, parallelism, orderingKey, nonTransactional } = policy
  const said = <Value>(name: SettingWords['name'], one: Said<Value> | undefined, words: (value: Value) => string): readonly SettingWords[] =>
    one === undefined ? [] : [{ name, value: words(one.value), from: one.from }]
  return [
    ...said('timeout', timeoutMs, inWords),
    ...said('queue', queue, (address) => address),
    ...said('parallelism', parallelism, String),
    ...said('ordering key', orderingKey, ({ words }) => words),
    ...said('transaction', nonTransactional, (on) => (on ? 'none' : 'where something asks for one')),
  ]
}
