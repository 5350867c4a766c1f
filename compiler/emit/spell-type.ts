import { writtenArguments } from '../resolve/spellable.ts'
import type { ModuleNames } from './with-imports.ts'
import type { TypeRef } from '../discover/type-ref.ts'

/** A type as generated code writes it, its name and those of its arguments imported. */
export function spellType(type: TypeRef, names: ModuleNames): string {
  const own = type.importable === undefined ? type.symbol : names.type(type.importable.from, type.importable.name)
  const written = writtenArguments(type).map((argument) => spellType(argument, names))
  return written.length === 0 ? own : `${own}<${written.join(', ')}>`
}
