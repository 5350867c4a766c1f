import type { DiscoveredProvider } from '../discover/discovered.ts'
import type { BoundArgument } from '../resolve/bound-argument.ts'
import { providerKey, type BoundProvider } from '../resolve/bound-provider.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'

export interface ProviderDescription {
  /** The type that it provides, as it is written. */
  readonly provides: string
  /** The export. */
  readonly name: string
  readonly place: string
  /** How often it is made; `undefined`: never, because no chain needs it. A value is there with its module. */
  readonly made: 'with its module' | 'once for the app' | 'for each message' | undefined
  /** The messages whose chains need it, sorted; each has it directly or through other providers. */
  readonly messages: readonly string[]
}

/** What provider files export, in the order of their files, and which chains need it. */
export function describeProviders(plans: readonly FramePlan[], providers: readonly DiscoveredProvider[]): readonly ProviderDescription[] {
  const lifetimes = new Map<string, BoundProvider['lifetime']>()
  const needing = new Map<string, Set<string>>()
  for (const { chain, arguments: all } of plans) {
    const visit = ({ source }: BoundArgument): void => {
      const key = source.kind === 'provider' ? providerKey(source.of.provider) : source.kind === 'value' ? providerKey(source) : undefined
      if (key !== undefined) needing.set(key, (needing.get(key) ?? new Set()).add(chain.message.name))
      if (source.kind !== 'provider' || key === undefined) return
      lifetimes.set(key, source.of.lifetime)
      source.of.arguments.forEach(visit)
    }
    all.forEach(visit)
  }
  return providers.map((provider) => {
    const messages = [...(needing.get(providerKey(provider)) ?? [])].sort()
    const lifetime = lifetimes.get(providerKey(provider))
    const { file, line } = provider.span
    return {
      provides: provider.type.text,
      name: provider.export,
      place: `${file}:${line}`,
      made: provider.kind === 'value' ? 'with its module' : lifetime && (lifetime === 'app' ? 'once for the app' : 'for each message'),
      messages,
    }
  })
}
