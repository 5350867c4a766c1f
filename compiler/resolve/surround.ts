import type { AroundCall } from './frames/around-call.ts'
import type { Frame } from './frames/frame.ts'
import type { BoundArgument } from './bound-argument.ts'
import type { BoundMiddleware } from './bound-middleware.ts'
import type { Variable } from './variable.ts'
import type { Variables } from './variables.ts'
import type { Integration } from '../integrations/integration.ts'

/** A step with all that follows inside it: the transaction, or one that a plugin has added. */
export interface AroundStep {
  readonly calls: AroundCall
  readonly uses: readonly Variable[]
  readonly makes: Variable | undefined
  /** The first frames inside. */
  readonly begins: readonly Frame[]
}

/** Some frames, and the step that surrounds what follows them, if there is one. */
export interface Layer {
  readonly frames: readonly Frame[]
  readonly around?: AroundStep
}

/** Our own step: enlists all that follows in the transaction of an integration. */
export function enlist({ name }: Integration, variables: Variables): AroundStep {
  const adapter = variables.shared({ kind: 'adapter', integration: name }, 'adapter', undefined)
  const tx = variables.shared({ kind: 'transaction' }, 'tx', undefined)
  return { calls: { kind: 'transaction', integration: name }, uses: [adapter], makes: tx, begins: [] }
}

export function surround({ begins, ...step }: AroundStep, inside: readonly Frame[], answer?: Variable): Frame {
  return { kind: 'around', ...step, inside: [...begins, ...inside], answer }
}

/**
 * Layers from the outside in, with `innermost` in the last.
 *
 * @param answer  What the outermost step gives back, where something follows it.
 */
export function nested(layers: readonly Layer[], innermost: readonly Frame[], answer?: Variable): readonly Frame[] {
  const outermost = layers.find(({ around }) => around !== undefined)
  return layers.reduceRight<readonly Frame[]>((inside, layer) => {
    const { frames, around } = layer
    return around === undefined ? [...frames, ...inside] : [...frames, surround(around, inside, layer === outermost ? answer : undefined)]
  }, innermost)
}

/** Those of some steps that can begin before the transaction does, so that it is shorter; and the others. */
export function outsideFirst(steps: readonly BoundMiddleware[]): readonly [readonly BoundMiddleware[], readonly BoundMiddleware[]] {
  const outer: BoundMiddleware[] = []
  const isMadeInside = ({ source }: BoundArgument): boolean => {
    if (source.kind === 'middleware') return !outer.some(({ step }) => step === source.step)
    return source.kind === 'transaction' || (source.kind === 'provider' && source.of.arguments.some(isMadeInside))
  }
  for (const one of steps) if (one.middleware.role === 'around' && !one.arguments.some(isMadeInside)) outer.push(one)
  return [outer, steps.filter((one) => !outer.includes(one))]
}
