import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { originOfSymbol } from './type-origin.ts'

const runtime = 'jasper-runtime'

/** Policies of the runtime's declarations of which the type says no more than that they are some. */
const opaque: ReadonlySet<string> = new Set(['FailureRule', 'FailureScript', 'TimeoutPolicy', 'QueuePolicy', 'ParallelismPolicy'])

/** What the type of a policy says. What shapes the generated code is all in it; the rest is known when the app runs. */
export interface PolicyType {
  /** Why it is no policy, or cannot be read. */
  readonly flaws: readonly string[]
  /** Whether handlers are separate, where it says so. */
  readonly separate?: boolean
  /** Whether handlers run in no transaction, where it says so. */
  readonly nonTransactional?: boolean
  /** There is a function in it, to be asked about each chain. */
  readonly functions?: true
  /** The types of messages that its ordering keys are of. */
  readonly keyed: readonly ts.Type[]
}

/** Reads the type of `policy`; its value is never looked at. */
export function readPolicyType(project: OpenedProgram, type: ts.Type): PolicyType {
  return read(project, type, new Set())
}

/** `Policy` itself is a type that holds itself. */
function read(project: OpenedProgram, type: ts.Type, seen: Set<ts.Type>): PolicyType {
  const { checker } = project
  if (seen.has(type)) return sound
  seen.add(type)
  const inside = (types: readonly ts.Type[]): PolicyType => together(types.map((one) => read(project, one, seen)))
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return flawed('its type is not known')
  if (type.isUnion()) return exactly(inside(type.types), type.types.length)
  if (checker.isTupleType(type) || checker.isArrayType(type)) {
    const elements = inside(checker.getTypeArguments(type as ts.TypeReference))
    return checker.isTupleType(type) ? elements : exactly(elements, 2)
  }
  if (type.getCallSignatures().length > 0) return { ...sound, functions: true }
  const symbol = type.getSymbol()
  const origin = symbol && originOfSymbol(project, symbol)
  if (origin?.origin.kind !== 'package' || origin.origin.name !== runtime) return flawed(`its type is ${checker.typeToString(type)}`)
  if (opaque.has(origin.name)) return sound
  const [argument] = checker.getTypeArguments(type as ts.TypeReference)
  if (origin.name === 'OrderingKeyPolicy' && argument !== undefined) return { ...sound, keyed: [argument] }
  if (origin.name === 'PolicySet' && argument !== undefined) return read(project, argument, seen)
  if (origin.name === 'SeparatePolicy' && argument !== undefined) {
    const on = checker.typeToString(argument)
    return on === 'true' || on === 'false' ? { ...sound, separate: on === 'true' } : unreadable
  }
  if (origin.name === 'NonTransactionalPolicy' && argument !== undefined) {
    const on = checker.typeToString(argument)
    return on === 'true' || on === 'false' ? { ...sound, nonTransactional: on === 'true' } : unreadable
  }
  if (origin.name === 'ErrorMatch') return flawed('it says which errors, and not what becomes of the message')
  return flawed(`its type is ${checker.typeToString(type)}`)
}

const sound: PolicyType = { flaws: [], keyed: [] }

function flawed(reason: string): PolicyType {
  return { flaws: [reason], keyed: [] }
}

const unreadable = flawed(
  'whether it says separate() or nonTransactional() is not in its type, and shapes the generated code; write policies(separate(), ...) ' +
    'and no type annotation',
)

function together(parts: readonly PolicyType[]): PolicyType {
  const said = parts.find(({ separate }) => separate !== undefined)?.separate
  const outside = parts.find(({ nonTransactional }) => nonTransactional !== undefined)?.nonTransactional
  return {
    flaws: parts.flatMap(({ flaws }) => flaws),
    ...(said !== undefined && { separate: said }),
    ...(outside !== undefined && { nonTransactional: outside }),
    ...(parts.some(({ functions }) => functions) && { functions: true as const }),
    keyed: parts.flatMap(({ keyed }) => keyed),
  }
}

/** One of several may be meant, or none of them: then what shapes the generated code cannot be among them. */
function exactly(parts: PolicyType, alternatives: number): PolicyType {
  if ((parts.separate === undefined && parts.nonTransactional === undefined) || alternatives < 2) return parts
  return together([unreadable, { ...sound, ...(parts.functions && { functions: true }), keyed: parts.keyed }])
}
