import type { ModuleNames } from './with-imports.ts'
import type { DiscoveredProvider } from '../discover/discovered.ts'

/** What is written before the arguments of a provider: `orders`, or `new OrderRepository`. */
export function importedName({ kind, file, export: name }: DiscoveredProvider, names: ModuleNames): string {
  return `${kind === 'class' ? 'new ' : ''}${names.value({ file }, name, 'provider')}`
}
