import { spellType } from './spell-type.ts'
import type { ModuleNames } from './with-imports.ts'
import type { DiscoveredProvider } from '../discover/discovered.ts'
import { spellable } from '../resolve/spellable.ts'

/**
 * The type of what a provider makes. One that cannot be named, or may be nothing, is said by way of the
 * provider: that is exact whatever it is.
 */
export function spellProvided({ kind, file, export: name, type, async }: DiscoveredProvider, names: ModuleNames): string {
  if (spellable(type) && !type.optional) return spellType(type, names)
  const provider = `typeof ${names.value({ file }, name, 'provider')}`
  if (kind === 'class') return `InstanceType<${provider}>`
  return async ? `Awaited<ReturnType<${provider}>>` : `ReturnType<${provider}>`
}
