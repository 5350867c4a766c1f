import { handlerPlace } from '../chain/handler-name.ts'
import type { BoundArgument } from './bound-argument.ts'
import type { BoundMiddleware } from './bound-middleware.ts'
import type { Instances } from './instances.ts'
import { valuesOf } from './middleware-values.ts'
import { argumentsIn } from './provider-frames.ts'
import type { Layer } from './surround.ts'
import type { Frame, KeptValue } from './frames/frame.ts'
import type { Variable } from './variable.ts'
import type { Variables } from './variables.ts'

/** The steps whose values `finally` functions look at, by step and index. */
export type KeptSources = ReadonlySet<string>

export function keptSources(ends: readonly BoundMiddleware[]): KeptSources {
  const sources = ends.flatMap((one) => one.arguments).map(({ source }) => source)
  return new Set(sources.flatMap((source) => (source.kind === 'middleware' ? `${source.step}.${source.index}` : [])))
}

/** The frames of one function that runs before or after the handlers: its instance, the call, and what becomes of its value. */
export function middlewareFrames(bound: BoundMiddleware, variables: Variables, instances: Instances, kept: KeptSources): Layer {
  const { middleware, step } = bound
  const { returns, function: called } = middleware
  const { on, frames } = instances.for(called, bound.constructorArguments)
  const uses = argumentsIn(bound.arguments, variables)
  const makes = makesOf(bound, variables)
  const keeps = valuesOf(returns).flatMap((value, index): readonly Frame[] => {
    const made = makes[index]
    if (value === undefined || made === undefined || !kept.has(`${step}.${index}`)) return []
    const source = { kind: 'kept', step, index, name: value.name, maker: handlerPlace(called) } as const
    return [{ kind: 'keep', uses: made, makes: variables.shared(source, `${value.name}AtEnd`, value.type) }]
  })
  if (middleware.role === 'around') return { frames, around: { calls: { kind: 'step', middleware }, uses, makes: makes[0], begins: keeps } }
  const call: Frame = { kind: 'call-middleware', middleware, on, uses, makes }
  const [returned] = makes
  const effects = bound.sideEffects.map(({ effect, arguments: needs }) => ({ effect, uses: argumentsIn(needs, variables) }))
  const sent: readonly Frame[] =
    returns.kind === 'messages' && returned !== undefined
      ? [{ kind: 'cascade', uses: returned, returns: returns.returns, effects, handler: handlerPlace(called), replies: false }]
      : []
  return { frames: [...frames, call, ...keeps, ...sent] }
}

function makesOf({ middleware, step }: BoundMiddleware, variables: Variables): readonly (Variable | undefined)[] {
  const { returns, role, function: called } = middleware
  switch (returns.kind) {
    case 'nothing':
      return []
    case 'reasons':
      return [variables.fresh({ kind: 'returned' }, 'reasons')]
    case 'messages':
      return [variables.fresh({ kind: 'returned' }, `${role}wards`)]
    default:
      return valuesOf(returns).map((value, index) => {
        if (value === undefined) return undefined
        const { name, type } = value
        return variables.shared({ kind: 'middleware', step, index, name, maker: handlerPlace(called) }, name, type)
      })
  }
}

/**
 * The frame around everything that a chain does, for functions that run whatever happens. What they look at is
 * declared outside, and is `undefined` until it is made.
 */
export function finallyFrames(
  inside: readonly Frame[],
  ends: readonly BoundMiddleware[],
  bound: readonly BoundMiddleware[],
  variables: Variables,
  instances: Instances,
): readonly Frame[] {
  if (ends.length === 0) return []
  const early = ends.flatMap((one) => instances.for(one.middleware.function, one.constructorArguments).frames)
  const last = ends.map((one): Frame => {
    const { middleware } = one
    const uses = argumentsIn(one.arguments.map(asKept), variables)
    return { kind: 'call-middleware', middleware, on: instances.for(middleware.function, one.constructorArguments).on, uses, makes: [] }
  })
  const keeps = variables.of('kept').flatMap((variable): readonly KeptValue[] => {
    const { source } = variable
    const maker = source.kind === 'kept' ? bound.find(({ step }) => step === source.step) : undefined
    return maker && source.kind === 'kept' ? [{ variable, maker: maker.middleware, index: source.index }] : []
  })
  const [error] = variables.of('error')
  return [...early, { kind: 'whatever-happens', inside, keeps, error, ends: last }]
}

function asKept(argument: BoundArgument): BoundArgument {
  const { source } = argument
  return source.kind === 'middleware' ? { ...argument, source: { ...source, kind: 'kept' } } : argument
}
