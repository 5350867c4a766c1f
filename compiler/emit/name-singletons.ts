import { chooseNames } from './name-scope.ts'
import { providerKey, singletonsBehind, type BoundProvider } from '../resolve/bound-provider.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { neededServices } from '../resolve/needed-services.ts'
import { serviceName } from '../resolve/service-name.ts'

/** What providers make once for the app, and what it is called in `services`. */
export interface NamedSingletons {
  /** Each after what it needs itself. */
  readonly all: readonly BoundProvider[]
  nameOf(singleton: BoundProvider): string
}

/** A singleton is called like its type, as a service is; of two that would share a name, each says its file, too. */
export function nameSingletons(plans: readonly FramePlan[]): NamedSingletons {
  const all = new Map(plans.flatMap(({ arguments: bound }) => singletonsBehind(bound)).map((one) => [providerKey(one.provider), one]))
  const requests = [...all].map(([key, { provider }]) => {
    const [stem = ''] = (provider.file.split('/').at(-1) ?? '').split('.')
    return { key, hint: serviceName(provider.type.symbol), qualifiers: [stem, provider.export] }
  })
  const names = chooseNames(requests, new Set(neededServices(plans).map(({ name }) => name)))
  return {
    all: [...all.values()],
    nameOf({ provider }) {
      const name = names.get(providerKey(provider))
      if (name === undefined) throw new Error(`${provider.export} is not among what is made for the app`)
      return name
    },
  }
}
