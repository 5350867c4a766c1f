import { askedByMiddleware, askedBySideEffect, constructorOf, pathOf, type Asking } from './asking.ts'
import type { BoundArgument } from './bound-argument.ts'
import type { BoundHandler } from './handler-frames.ts'
import type { Solver } from './solve.ts'
import { returnedSideEffects } from '../chain/returned-messages.ts'
import { handlerName } from '../chain/handler-name.ts'
import { givenBy } from './given-argument.ts'
import type { Chain, ChainMiddleware } from '../chain/chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'

/** Middleware with the source of every argument found. */
export interface BoundMiddleware {
  readonly middleware: ChainMiddleware
  /** Its place in `chain.middleware`. */
  readonly step: number
  /** In the order of the parameters. */
  readonly arguments: readonly BoundArgument[]
  /** Of the constructor, for instance methods. */
  readonly constructorArguments: readonly BoundArgument[]
  /** What each side effect that an `after` function may return is executed with. */
  readonly sideEffects: BoundHandler['sideEffects']
}

/**
 * The middleware of a chain, bound and in the order of its calls: as attached, but whoever asks for a value
 * comes after who makes it.
 */
export function bindMiddleware(chain: Chain, solver: Solver, bag: DiagnosticBag): readonly BoundMiddleware[] {
  const bound = (chain.middleware ?? []).map((middleware, step) => bindOne(middleware, step, chain, solver, bag))
  for (const one of bound) if (one.middleware.role === 'finally') refuseWhatIsGone(one, bag)
  return inOrderOfNeed(bound, bag)
}

function bindOne(middleware: ChainMiddleware, step: number, chain: Chain, solver: Solver, bag: DiagnosticBag): BoundMiddleware {
  const { messageParameter } = middleware
  const bind = (asking: Asking): readonly BoundArgument[] => {
    const { asker, parameter } = asking
    if (middleware.role === 'finally' && parameter.name === 'error' && parameter.type.symbol === 'unknown') return [{ asker, parameter, source: { kind: 'error' } }]
    const given = middleware.step?.with[parameter.name]
    const found = given === undefined ? solver.bind(asking) : givenBy(given, asking, chain, solver, bag)
    return found === undefined ? [] : [found]
  }
  const message: readonly BoundArgument[] =
    messageParameter === undefined ? [] : [{ asker: handlerName(middleware.function), parameter: messageParameter, source: { kind: 'message' } }]
  const { returns } = middleware
  const effects = returns.kind === 'messages' ? returnedSideEffects(returns.returns) : []
  return {
    middleware,
    step,
    sideEffects: effects.map((effect) => ({ effect, arguments: askedBySideEffect(effect).flatMap(bind) })),
    constructorArguments: constructorOf(middleware.function, { function: middleware.function, step, role: middleware.role }).flatMap(bind),
    arguments: [...message, ...askedByMiddleware(middleware, step).flatMap(bind)],
  }
}

/** A stable sort: of those whose needs are met, the first. */
function inOrderOfNeed(bound: readonly BoundMiddleware[], bag: DiagnosticBag): readonly BoundMiddleware[] {
  const waiting = [...bound]
  const placed: BoundMiddleware[] = []
  const isReady = (one: BoundMiddleware): boolean => needsOf(one).every((step) => placed.some((other) => other.step === step))
  while (waiting.length > 0) {
    const next = waiting.findIndex(isReady)
    const [one] = waiting.splice(Math.max(next, 0), 1)
    if (one === undefined) break
    if (next < 0) {
      const path = [...circleFrom(one, bound), one].map(({ middleware }) => handlerName(middleware.function)).join(' → ')
      bag.report('JG4022', { function: handlerName(one.middleware.function) }, { span: one.middleware.span, label: 'waits for itself', path })
      return bound
    }
    placed.push(one)
  }
  return placed
}

/** The way from a function that waits, through what it needs, back to a function that is on it. */
function circleFrom(first: BoundMiddleware, bound: readonly BoundMiddleware[]): readonly BoundMiddleware[] {
  const way: BoundMiddleware[] = []
  const follow = (one: BoundMiddleware): boolean => {
    if (way.includes(one)) return one === first
    way.push(one)
    const leads = needsOf(one).some((step) => bound.some((other) => other.step === step && follow(other)))
    if (!leads) way.pop()
    return leads
  }
  follow(first)
  return way
}

/** The steps whose values its arguments are, or are made from. */
function needsOf({ arguments: own, constructorArguments }: BoundMiddleware): readonly number[] {
  const stepsIn = ({ source }: BoundArgument): readonly number[] => {
    if (source.kind === 'middleware') return [source.step]
    return source.kind === 'provider' ? source.of.arguments.flatMap(stepsIn) : []
  }
  return [...constructorArguments, ...own].flatMap(stepsIn)
}

/** What `finally` runs after is over: the transaction, and what was made in it for this message. */
function refuseWhatIsGone({ middleware, constructorArguments, ...bound }: BoundMiddleware, bag: DiagnosticBag): void {
  const isGone = ({ source }: BoundArgument): boolean =>
    source.kind === 'transaction' || (source.kind === 'provider' && source.of.lifetime === 'message')
  // Its instance is made before anything else, so that it is there whatever fails.
  const gone = [...bound.arguments.filter(isGone), ...constructorArguments.filter((one) => isGone(one) || one.source.kind === 'middleware')]
  for (const { asker, parameter } of gone) {
    const values = { function: handlerName(middleware.function), type: parameter.type.text }
    bag.report('JG4023', values, { span: parameter.span, label: 'is gone by then', path: pathOf({ asker, parameter }) })
  }
}
