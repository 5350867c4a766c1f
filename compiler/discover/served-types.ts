import { isBuiltin } from 'node:module'
import type { ts } from 'ts-morph'
import { directBases } from './direct-bases.ts'
import { lowerType } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { targetOf } from './type-facts.ts'
import { typeKey, type TypeRef } from './type-ref.ts'

/**
 * The classes and interfaces that a type extends or implements, by declaration, nearest first. Those of
 * the language and of Node are not among them: that something is an EventEmitter says nothing about what
 * it is for.
 */
export function servedTypes(project: OpenedProgram, type: ts.Type, usedIn: ts.SourceFile): readonly TypeRef[] {
  const found = new Map<string, TypeRef>()
  const seen = new Set<ts.Type>([type])
  for (let level = nextOf(project, type); level.length > 0; ) {
    const unseen = level.filter((one) => !seen.has(one))
    for (const one of unseen) {
      seen.add(one)
      const lowered = lowerType(project, one, undefined, usedIn)
      const { origin } = lowered
      const isTelling = origin.kind === 'file' || (origin.kind === 'package' && origin.name !== 'node' && !isBuiltin(origin.name))
      const key = `${typeKey(lowered)} ${lowered.text}`
      if (isTelling && !found.has(key)) found.set(key, { ...lowered, ancestors: [] })
    }
    level = unseen.flatMap((one) => nextOf(project, one))
  }
  return [...found.values()]
}

function nextOf(project: OpenedProgram, type: ts.Type): readonly ts.Type[] {
  const { extended, implemented } = directBases(project, type)
  // What a generic type extends is said with its own parameters; only of one without any is it known here.
  const isGeneric = ((targetOf(type) as ts.InterfaceType).typeParameters?.length ?? 0) > 0
  return isGeneric ? implemented : [...extended, ...implemented]
}
