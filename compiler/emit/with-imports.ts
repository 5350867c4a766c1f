import { importTable, type ImportOrigin, type ImportPlace, type ImportRequest } from './import-table.ts'
import { runtimeModule, type RuntimeType, type RuntimeValue } from './runtime-symbols.ts'
import type { ImportSymbol } from '../../templates/import-symbol.ts'

/** What a module calls the things that it imports. Asking for a name imports it. */
export interface ModuleNames {
  /** @param role  What to add to the name where it is taken. */
  value(from: ImportOrigin, name: string, role?: string): string
  type(from: ImportOrigin, name: string): string
  runtimeValue(name: RuntimeValue): string
  runtimeType(name: RuntimeType): string
}

/**
 * Writes a module whose imports are known only when it is written.
 *
 * `write` runs twice: first to learn what it asks for, then with names chosen for exactly that set.
 * So no list of imports is kept beside the code that uses them.
 */
export function withImports<T>(
  place: ImportPlace,
  write: (names: ModuleNames) => T,
): { readonly written: T; readonly imports: readonly ImportSymbol[] } {
  const requests: ImportRequest[] = []
  write(
    moduleNames((from, name, typeOnly, role) => {
      requests.push({ from, name, typeOnly, ...(role !== undefined && { role }) })
      return name
    }),
  )
  const table = importTable(requests, place)
  return { written: write(moduleNames((from, name) => table.nameOf(from, name))), imports: table.symbols }
}

function moduleNames(nameOf: (from: ImportOrigin, name: string, typeOnly: boolean, role?: string) => string): ModuleNames {
  const runtime = { package: runtimeModule }
  return {
    value: (from, name, role) => nameOf(from, name, false, role),
    type: (from, name) => nameOf(from, name, true),
    runtimeValue: (name) => nameOf(runtime, name, false),
    runtimeType: (name) => nameOf(runtime, name, true),
  }
}
