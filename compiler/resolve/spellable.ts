import type { TypeRef } from '../discover/type-ref.ts'

/**
 * Whether generated code can write the type down: it and the arguments that have to be written can
 * be imported, or belong to the language.
 */
export function spellable(type: TypeRef): boolean {
  const nameable = type.importable !== undefined || (type.origin.kind === 'builtin' && type.symbol !== '')
  return nameable && writtenArguments(type).every(spellable)
}

/** The type arguments that have to be written: none where the user wrote none, for then the defaults apply. */
export function writtenArguments(type: TypeRef): readonly TypeRef[] {
  return type.text.includes('<') ? type.typeArguments : []
}
