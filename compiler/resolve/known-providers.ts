import { sameType } from './same-type.ts'
import type { DiscoveredProvider } from '../discover/discovered.ts'
import { typeKey, type TypeRef } from '../discover/type-ref.ts'

/** The providers of a project, by what they provide. */
export interface KnownProviders {
  /** Who provides a type. More than one: nobody has said which is meant. */
  of(type: TypeRef): readonly DiscoveredProvider[]
}

/**
 * Finds providers by type, in this order: functions and values of exactly that type; the class itself; what
 * extends or implements the type. So a function that says how a class is made stands before its constructor.
 */
export function knownProviders(providers: readonly DiscoveredProvider[]): KnownProviders {
  const exact = grouped(providers, ({ type }) => [type])
  const serving = grouped(providers, ({ serves }) => serves)
  const ofExactly = (type: TypeRef): readonly DiscoveredProvider[] => {
    const found = (exact.get(typeKey(type)) ?? []).filter((provider) => sameType(provider.type, type))
    const written = found.filter(({ kind }) => kind !== 'class')
    return written.length > 0 ? written : found
  }
  return {
    of(type) {
      const found = ofExactly(type)
      if (found.length > 0) return found
      const candidates = (serving.get(typeKey(type)) ?? []).filter(({ serves }) => serves.some((served) => sameType(served, type)))
      return candidates.filter((provider) => ofExactly(provider.type).includes(provider))
    },
  }
}

function grouped(
  providers: readonly DiscoveredProvider[],
  typesOf: (provider: DiscoveredProvider) => readonly TypeRef[],
): ReadonlyMap<string, readonly DiscoveredProvider[]> {
  const groups = new Map<string, DiscoveredProvider[]>()
  for (const provider of providers) {
    for (const key of new Set(typesOf(provider).map(typeKey))) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [provider])
      else group.push(provider)
    }
  }
  return groups
}
