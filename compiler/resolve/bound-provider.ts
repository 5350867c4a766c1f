import type { BoundArgument } from './bound-argument.ts'
import type { DiscoveredProvider } from '../discover/discovered.ts'

/** A provider with the source of every argument found. */
export interface BoundProvider {
  readonly provider: DiscoveredProvider
  /** `app`: what it makes is made once. `message`: it is made anew in each run of a chain that needs it, once. */
  readonly lifetime: 'app' | 'message'
  readonly arguments: readonly BoundArgument[]
}

/** What distinguishes a provider from all others. */
export function providerKey({ file, export: name }: Pick<DiscoveredProvider, 'file' | 'export'>): string {
  return `${file}#${name}`
}

/** The provider and its file, as generated code and errors name it: `orders in src/orders/orders.providers.ts`. */
export function providerPlace({ kind, file, export: name }: Pick<DiscoveredProvider, 'kind' | 'file' | 'export'>): string {
  return `${kind === 'class' ? `new ${name}` : name} in ${file}`
}

/**
 * A value lives as long as what it is made from: one that needs the message, its transaction or anything
 * else that is there for one message only is there for one message, too. The logger is the app's.
 */
export function lifetimeOf(provider: DiscoveredProvider, bound: readonly BoundArgument[]): BoundProvider['lifetime'] {
  const isBoundToMessage = ({ source }: BoundArgument): boolean => {
    switch (source.kind) {
      case 'message':
      case 'transaction':
      // It comes from the run, and is there for handlers without a transaction alone.
      case 'handle':
      case 'middleware':
      case 'kept':
      case 'error':
      case 'instance':
      case 'returned':
        return true
      case 'run':
        return source.member !== 'log'
      case 'provider':
        return source.of.lifetime === 'message'
      case 'value':
      case 'constant':
      case 'adapter':
      case 'service':
      case 'nothing':
        return false
    }
  }
  return provider.perMessage || bound.some(isBoundToMessage) ? 'message' : 'app'
}

/** All that is made once for the app on behalf of some arguments, each after what it needs. */
export function singletonsBehind(bound: readonly BoundArgument[]): readonly BoundProvider[] {
  const found = new Map<string, BoundProvider>()
  const visit = ({ source }: BoundArgument): void => {
    if (source.kind !== 'provider' || found.has(providerKey(source.of.provider))) return
    source.of.arguments.forEach(visit)
    if (source.of.lifetime === 'app') found.set(providerKey(source.of.provider), source.of)
  }
  bound.forEach(visit)
  return [...found.values()]
}
