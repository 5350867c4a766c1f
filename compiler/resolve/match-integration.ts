import { typeKey, type TypeRef } from '../discover/type-ref.ts'
import type { Integration } from '../integrations/integration.ts'

/** What a type is to a data-access library. */
export interface IntegrationMatch {
  readonly integration: Integration
  /** `provides`: the transaction. `root`: a connection outside any transaction. `handle`: such a one that the app holds. */
  readonly as: 'provides' | 'root' | 'handle'
}

/**
 * The integration that knows `type`: by the type itself, else by its nearest ancestor that any
 * integration knows. So `PoolClient`, which extends pg's `Client`, is a transaction although a
 * `Client` is not.
 */
export function matchIntegration(type: TypeRef, integrations: readonly Integration[]): IntegrationMatch | undefined {
  for (const candidate of nearestFirst(type)) {
    const key = typeKey(candidate)
    for (const integration of integrations) {
      if (integration.provides.includes(key)) return { integration, as: 'provides' }
      const { roots, handles = roots } = integration
      if (roots.includes(key)) return { integration, as: handles.includes(key) ? 'handle' : 'root' }
    }
  }
  return undefined
}

/** The type, then its ancestors by distance, each once. */
function nearestFirst(type: TypeRef): readonly TypeRef[] {
  const found = new Map<string, TypeRef>()
  for (let level: readonly TypeRef[] = [type]; level.length > 0; ) {
    const unseen = level.filter((candidate) => !found.has(typeKey(candidate)))
    for (const candidate of unseen) found.set(typeKey(candidate), candidate)
    level = unseen.flatMap((candidate) => candidate.ancestors)
  }
  return [...found.values()]
}
