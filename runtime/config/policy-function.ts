import { JasperError } from '../errors/jasper-error.ts'
import type { PolicyLayer } from './effective-policy.ts'
import { isPolicyFunction, partsOf, splitFunctions, type Policy } from './policy.ts'
import { messageOf, nameOf } from './read-error.ts'

/** What a policy function is told of a chain: plain data, the same in every build. */
export interface ChainFacts {
  /** Its wire name. */
  readonly message: string
  readonly version: number
  /** The file that declares the type of the message, relative to the config. */
  readonly file: string
  /** The handlers in the order of their calls. */
  readonly handlers: readonly HandlerFacts[]
  /** The data-access library whose transaction they run in; `undefined`: none. */
  readonly transaction: string | undefined
  /** Wire names that they return. */
  readonly sends: readonly string[]
  /** Its one handler has the message for itself. */
  readonly separate: boolean
}

export interface HandlerFacts {
  /** `handle`, `ChargeHandler.handle` */
  readonly name: string
  /** Relative to the config. */
  readonly file: string
  /** All parameters, the message first, with their types as they are written. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
}

/**
 * A global policy for some chains. Asked at build for every chain, and again by the app for those that it
 * has answered, so it answers from the facts alone. It cannot say `separate()` or
 * `nonTransactional()`, which shape the facts.
 */
export type PolicyFunction = (chain: ChainFacts) => Policy | undefined

/**
 * The layers of the file of global policies for one chain: what its functions answer, in their order, stands
 * above what it says of all. Throws `JASPER_BAD_OPTION` for a function that throws or answers with what is no policy.
 */
export function globalLayers(policy: unknown, from: string, facts: ChainFacts | undefined): readonly PolicyLayer[] {
  const { functions, rest } = splitFunctions(policy)
  const answered = facts === undefined ? [] : functions.flatMap((ask) => layerOf(ask, from, facts) ?? [])
  if (functions.length === 0) return [{ from, isGlobal: true, policy }]
  return rest.length === 0 ? answered : [...answered, { from, isGlobal: true, policy: rest }]
}

function layerOf(ask: PolicyFunction, file: string, facts: ChainFacts): PolicyLayer | undefined {
  const from = `${nameOf(ask, 'a function')} in ${file}`
  const answer = answerOf(ask, from, facts)
  if (answer === undefined || answer === null) return undefined
  const what = `What ${from} answers for ${facts.message}`
  if (isPolicyFunction(answer)) throw new JasperError('JASPER_BAD_OPTION', `${what} is a function. Answer with a policy, or with nothing.`)
  const shapes = partsOf(answer, what).flatMap((part) => ('kind' in part ? (shaping.get(part.kind) ?? []) : []))[0]
  if (shapes !== undefined) {
    throw new JasperError('JASPER_BAD_OPTION', `${what} says ${shapes}, which shapes what the function is told. Say it in the file of the handlers.`)
  }
  return { from, isGlobal: true, policy: answer }
}

/** What the compiler reads, before there is anything to ask about. */
const shaping: ReadonlyMap<string, string> = new Map([
  ['separate', 'separate(...)'],
  ['non-transactional', 'nonTransactional(...)'],
])

function answerOf(ask: PolicyFunction, from: string, facts: ChainFacts): unknown {
  try {
    return ask(facts)
  } catch (cause) {
    throw new JasperError('JASPER_BAD_OPTION', `The policy ${from} failed for ${facts.message}: ${messageOf(cause)}`, { cause })
  }
}
