import { askedByProvider, pathOf, type Asking } from './asking.ts'
import type { BoundArgument } from './bound-argument.ts'
import { lifetimeOf, providerKey, type BoundProvider } from './bound-provider.ts'
import type { KnownProviders } from './known-providers.ts'
import type { TransactionWish } from './choose-integration.ts'
import type { ServiceWish } from './unique-services.ts'
import { findSource, type SourceScope, type Surroundings } from './variable-sources.ts'
import type { Chain } from '../chain/chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredProvider } from '../discover/discovered.ts'

/** Finds the sources of one chain's arguments. What it has found once it remembers. */
export interface Solver {
  /** The source of what is asked for; `undefined` when there is none, and then the bag says why. */
  bind(asking: Asking): BoundArgument | undefined
  /** Who asked for a transaction so far, itself or through providers. */
  readonly transactions: readonly TransactionWish[]
  /** Who needs a member of `services` so far. */
  readonly services: readonly ServiceWish[]
}

/**
 * A depth-first search: whoever provides a value has to be given what it asks for itself. A provider
 * that leads back to itself is a problem, said with the way.
 */
export function createSolver(chain: Chain, around: Surroundings, providers: KnownProviders, bag: DiagnosticBag): Solver {
  const transactions: TransactionWish[] = []
  const services: ServiceWish[] = []
  const solved = new Map<string, BoundProvider | 'in progress' | 'impossible'>()

  const bind = (asking: Asking): BoundArgument | undefined => {
    const found = findSource(asking, scope)
    if (found === undefined) return undefined
    const { source, integration } = found
    if (source.kind === 'service') services.push({ name: source.name, asking })
    if (integration !== undefined) transactions.push({ asking, integration })
    return { asker: asking.asker, parameter: asking.parameter, source }
  }
  const solve = (provider: DiscoveredProvider, asking: Asking): BoundProvider | undefined => {
    const key = providerKey(provider)
    const known = solved.get(key)
    if (known === 'in progress') {
      const type = asking.parameter.type.text
      bag.report('JG4012', { type }, { span: asking.parameter.span, label: 'leads back', path: pathOf(asking) })
      return undefined
    }
    if (known !== undefined) return known === 'impossible' ? undefined : known
    solved.set(key, 'in progress')
    const bound = askedByProvider(provider, asking).map(bind)
    const isBound = bound.every((argument) => argument !== undefined)
    const answer = isBound ? { provider, lifetime: lifetimeOf(provider, bound), arguments: bound } : undefined
    solved.set(key, answer ?? 'impossible')
    return answer
  }
  const scope: SourceScope = { chain, around, providers, bag, solve }
  return { bind, transactions, services }
}
