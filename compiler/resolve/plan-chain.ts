import type { BoundArgument } from './bound-argument.ts'
import type { BoundMiddleware } from './bound-middleware.ts'
import type { BoundProvider } from './bound-provider.ts'
import { argumentsOf, handlerFrames, type BoundHandler } from './handler-frames.ts'
import { createInstances } from './instances.ts'
import { finallyFrames, keptSources, middlewareFrames } from './middleware-frames.ts'
import { needsTransaction, providerFrames } from './provider-frames.ts'
import { enlist, nested, outsideFirst, surround, type AroundStep, type Layer } from './surround.ts'
import { withoutUnused } from './unused-values.ts'
import { createVariables, type Variables } from './variables.ts'
import type { FramePlan, ServiceNeed } from './frame-plan.ts'
import type { Frame } from './frames/frame.ts'
import type { Chain } from '../chain/chain.ts'
import type { HandlerFunction, ReturnShape } from '../discover/discovered.ts'
import type { Integration } from '../integrations/integration.ts'

/** Everything of a chain that is called, with the source of every argument found. */
export interface BoundChain {
  readonly handlers: readonly BoundHandler[]
  /** In the order of its calls. */
  readonly middleware: readonly BoundMiddleware[]
}

/**
 * Places the steps of a chain: reading the run, what middleware does before, the handlers in their order, what
 * middleware does behind them, then the reply; before each step what providers make for it.
 * With an integration everything after the reading happens in its transaction, and settling is the
 * last that touches it. `finally` functions run when that is over, well or badly.
 */
export function planChain(chain: Chain, { handlers, middleware }: BoundChain, integration: Integration | undefined): FramePlan {
  const variables = createVariables()
  const transaction = integration && enlist(integration, variables)
  variables.shared({ kind: 'message' }, 'message', chain.message.type)
  const framesFor = providerFrames(variables)
  const instances = createInstances(variables)
  const ends = middleware.filter((one) => one.middleware.role === 'finally')
  const kept = keptSources(ends)
  const isEndOfClass = (called: HandlerFunction): boolean => ends.some(({ middleware: { function: end } }) => isSameInstance(end, called))
  const layerOf = (one: BoundMiddleware): Layer => {
    const own = isEndOfClass(one.middleware.function) ? [] : one.constructorArguments
    const needs = [...own, ...one.arguments, ...one.sideEffects.flatMap((effect) => effect.arguments)]
    const provided = framesFor(needs)
    const layer = middlewareFrames(one, variables, instances, kept)
    return { ...layer, frames: [...provided, ...layer.frames] }
  }
  // Instances of classes that have one of the ends are made outside, so first.
  const atEnd = finallyFrames([], ends, middleware, variables, instances)
  const first = middleware.filter((one) => !isAfter(one) && !ends.includes(one))
  const [outside, inside] = outsideFirst(first)
  const outer = outside.map(layerOf)
  const inner = inside.map(layerOf)
  const handling = handlers.flatMap((handler, index): readonly Frame[] => {
    const provided = framesFor(argumentsOf(handler))
    return [...provided, ...handlerFrames({ ...handler, replies: index === chain.replying }, variables, instances)]
  })
  const after = middleware.filter((one) => isAfter(one)).flatMap((one) => layerOf(one).frames)
  const reply = handling.flatMap((frame): readonly Frame[] =>
    frame.kind === 'cascade' && frame.replies ? [{ kind: 'reply', uses: frame.uses, returns: frame.returns }] : [],
  )
  const steps = [...handling, ...after]
  const enlisted = transaction && inTransaction(transaction, inner, steps, reply, variables)
  const work = nested(outer, enlisted ?? nested(inner, [...steps, ...reply]))
  const withWork = (frame: Frame): Frame => (frame.kind === 'whatever-happens' ? { ...frame, inside: work } : frame)
  const whole = atEnd.length === 0 ? work : atEnd.map(withWork)
  const reads = [...variables.of('message'), ...variables.of('run')].map((makes): Frame => ({ kind: 'read-run', makes }))
  const all = [...middleware.flatMap(argumentsOfMiddleware), ...handlers.flatMap(argumentsOf)]
  const handles = variables.of('handle').flatMap(({ source }) => (source.kind === 'handle' ? [source.integration] : [])).sort()
  return {
    chain,
    frames: withoutUnused([...reads, ...whole]),
    arguments: all,
    services: servicesOf(variables),
    singletons: singletonsOf(variables),
    integration: integration?.name,
    ...(handles.length > 0 && { handles }),
  }
}

function isAfter({ middleware: { role } }: BoundMiddleware): boolean {
  return role === 'after'
}

function isSameInstance(a: HandlerFunction, b: HandlerFunction): boolean {
  return a.kind === 'instance-method' && b.kind === 'instance-method' && a.file === b.file && a.export === b.export
}

/** What it is given beside the message. */
function argumentsOfMiddleware({ middleware, constructorArguments, sideEffects, ...bound }: BoundMiddleware): readonly BoundArgument[] {
  const beside = bound.arguments.filter(({ parameter }) => parameter !== middleware.messageParameter)
  return [...constructorArguments, ...beside, ...sideEffects.flatMap((effect) => effect.arguments)]
}

/**
 * What providers make before anything else happens, and without the transaction, is made before it begins: so it is
 * shorter. Settling is outside the steps around the handlers: nothing may touch the transaction behind it.
 */
function inTransaction(
  transaction: AroundStep,
  layers: readonly Layer[],
  handling: readonly Frame[],
  reply: readonly Frame[],
  variables: Variables,
): readonly Frame[] {
  const isSurrounded = layers.some(({ around }) => around !== undefined)
  const answer = isSurrounded && reply.length > 0 ? variables.fresh({ kind: 'returned' }, 'reply') : undefined
  const steps = nested(layers, isSurrounded ? [...handling, ...reply] : handling, answer)
  const first = steps.findIndex((frame) => frame.kind !== 'call-provider')
  const isEarly = (frame: Frame, index: number): boolean =>
    index < first && frame.kind === 'call-provider' && frame.makes.source.kind === 'provider' && !needsTransaction(frame.makes.source.of)
  const given: readonly Frame[] = answer === undefined ? [] : [{ kind: 'reply', uses: answer, returns: asItIs }]
  const inside = [...steps.filter((frame, index) => !isEarly(frame, index)), { kind: 'settle' } as const, ...(isSurrounded ? given : reply)]
  return [...steps.filter(isEarly), surround(transaction, inside)]
}

/** A reply that is picked already. */
const asItIs: ReturnShape = { kind: 'one', alternatives: [], optional: false }

function singletonsOf(variables: Variables): readonly BoundProvider[] {
  return variables.of('provider').flatMap(({ source }) => (source.kind === 'provider' && source.of.lifetime === 'app' ? [source.of] : []))
}

function servicesOf(variables: Variables): readonly ServiceNeed[] {
  return variables
    .of('service')
    .flatMap(({ source, type }) => (source.kind === 'service' && type !== undefined ? [{ name: source.name, type }] : []))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
