import type { BoundArgument } from './bound-argument.ts'
import { providerKey, type BoundProvider } from './bound-provider.ts'
import { serviceName } from './service-name.ts'
import type { Frame } from './frames/frame.ts'
import type { Variable } from './variable.ts'
import type { Variables } from './variables.ts'

/** The variables that a call takes, in the order of its parameters. What is left out at the end is not written. */
export function argumentsIn(bound: readonly BoundArgument[], variables: Variables): readonly Variable[] {
  const last = bound.findLastIndex(({ source }) => source.kind !== 'nothing')
  return bound.slice(0, last + 1).map((argument) => variableOf(argument, variables))
}

/**
 * Makes the frames for what providers make for this message alone. Asked in the order of the steps: each
 * answer holds what those arguments need, and no earlier ones needed, each after what it needs itself.
 */
export function providerFrames(variables: Variables): (bound: readonly BoundArgument[]) => readonly Frame[] {
  const made = new Set<string>()
  const framesFor = ({ source, ...argument }: BoundArgument): readonly Frame[] => {
    if (source.kind !== 'provider' || source.of.lifetime === 'app' || made.has(providerKey(source.of.provider))) return []
    const { provider, arguments: needed } = source.of
    made.add(providerKey(provider))
    const before = needed.flatMap(framesFor)
    const uses = argumentsIn(needed, variables)
    return [...before, { kind: 'call-provider', provider, uses, makes: variableOf({ source, ...argument }, variables) }]
  }
  return (bound) => bound.flatMap(framesFor)
}

/** Whether a value needs the transaction, itself or through what it is made from. */
export function needsTransaction({ arguments: bound }: BoundProvider): boolean {
  return bound.some(({ source }) => source.kind === 'transaction' || (source.kind === 'provider' && needsTransaction(source.of)))
}

function variableOf({ source, parameter }: Omit<BoundArgument, 'asker'>, variables: Variables): Variable {
  const type = source.kind === 'provider' ? source.of.provider.type : parameter.type
  return variables.shared(source, hintOf({ source, parameter }), type)
}

function hintOf({ source, parameter }: Omit<BoundArgument, 'asker'>): string {
  if (source.kind === 'run') return source.member
  if (source.kind === 'message') return 'message'
  if (source.kind === 'kept') return `${source.name}AtEnd`
  if (source.kind === 'middleware') return source.name
  if (source.kind === 'provider') return serviceName(source.of.provider.type.symbol)
  return source.kind === 'transaction' ? 'tx' : parameter.name
}
