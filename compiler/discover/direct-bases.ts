import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { objectFlags, targetOf } from './type-facts.ts'

/** What a type says by itself that it also is. */
export interface DirectBases {
  /** What a class or an interface extends; the members of an intersection. Of a generic type with its own parameters. */
  readonly extended: readonly ts.Type[]
  /** What a class implements. */
  readonly implemented: readonly ts.Type[]
}

/** By declaration alone: TypeScript would take every type with the right members. */
export function directBases({ checker }: OpenedProgram, type: ts.Type): DirectBases {
  if (type.isIntersection()) return { extended: type.types, implemented: [] }
  const target = targetOf(type)
  if (!(objectFlags(target) & ts.ObjectFlags.ClassOrInterface)) return { extended: [], implemented: [] }
  const implemented = (target.symbol.declarations ?? [])
    .flatMap((declaration) => (ts.isClassLike(declaration) ? (declaration.heritageClauses ?? []) : []))
    .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
    .flatMap(({ types }) => types)
    .map((written) => checker.getTypeAtLocation(written))
  return { extended: checker.getBaseTypes(target as ts.InterfaceType), implemented }
}
