import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { originOfSymbol } from './type-origin.ts'

/** A declared type and what it is applied to. */
export interface NamedType {
  readonly symbol: ts.Symbol
  readonly typeArguments: readonly ts.Type[]
}

/** The compiler's stand-in for a type that was not found: as wide as `any`, but a mistake. */
export function isErrorType(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) !== 0 && (type as ts.Type & { intrinsicName?: string }).intrinsicName !== 'any'
}

/** The alias, interface, class or enum that a type is an instance of; `undefined` for types written in place. */
export function namedType(project: OpenedProgram, type: ts.Type): NamedType | undefined {
  if (type.aliasSymbol) return { symbol: type.aliasSymbol, typeArguments: type.aliasTypeArguments ?? [] }
  if (type.flags & ts.TypeFlags.EnumLike) return { symbol: type.symbol, typeArguments: [] }
  return declaredType(project, type)
}

/** As {@link namedType}, but looking through aliases: interfaces and classes only. */
export function declaredType(project: OpenedProgram, type: ts.Type): NamedType | undefined {
  const target = targetOf(type)
  if (!(objectFlags(target) & ts.ObjectFlags.ClassOrInterface)) return undefined
  const count = (target as ts.InterfaceType).typeParameters?.length ?? 0
  const typeArguments =
    objectFlags(type) & ts.ObjectFlags.Reference ? project.checker.getTypeArguments(type as ts.TypeReference).slice(0, count) : []
  return { symbol: target.symbol, typeArguments }
}

/** The generic type that a reference is an instantiation of; the type itself otherwise. */
export function targetOf(type: ts.Type): ts.Type {
  return objectFlags(type) & ts.ObjectFlags.Reference ? (type as ts.TypeReference).target : type
}

export function objectFlags(type: ts.Type): ts.ObjectFlags {
  return type.flags & ts.TypeFlags.Object ? (type as ts.ObjectType).objectFlags : 0
}

/** The name of a type of the language and its library, such as `Date`; `undefined` for all others. */
export function builtinName(project: OpenedProgram, type: ts.Type): string | undefined {
  const named = declaredType(project, type)
  if (named === undefined) return undefined
  const origin = originOfSymbol(project, named.symbol)
  return origin?.origin.kind === 'builtin' ? origin.name : undefined
}

/** The members of a union; of any other type, that type alone. */
export function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type]
}

export const isNothing = (type: ts.Type): boolean =>
  (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void)) !== 0

/** A type in one line, without shortening. */
export function typeText(project: OpenedProgram, type: ts.Type): string {
  const { NoTruncation, UseAliasDefinedOutsideCurrentScope } = ts.TypeFormatFlags
  return project.checker.typeToString(type, undefined, NoTruncation | UseAliasDefinedOutsideCurrentScope)
}

/** A piece of source in one line, for messages. */
export function nodeText(node: ts.Node): string {
  return node.getText().replaceAll(/\s+/g, ' ')
}
