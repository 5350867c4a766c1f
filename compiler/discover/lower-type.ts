import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { isInside } from './source-paths.ts'
import { declaredType, isNothing, membersOf, namedType, nodeText, objectFlags, targetOf, typeText, type NamedType } from './type-facts.ts'
import { importOfSymbol, resolved } from './type-import.ts'
import { originOfSymbol } from './type-origin.ts'
import type { TypeRef } from './type-ref.ts'

/** Deep enough for every library, and an end for types whose arguments grow without one. */
const deepest = 8

type Substitution = ReadonlyMap<ts.Type, ts.Type>

/**
 * A type as plain data: where it comes from, what it is called, what it extends. `node` is how the
 * user wrote it, if it is written down; `usedIn` is the file whose imports name it.
 */
export function lowerType(project: OpenedProgram, type: ts.Type, node: ts.TypeNode | undefined, usedIn: ts.SourceFile): TypeRef {
  const text = node ? nodeText(node) : typeText(project, type)
  const alternatives = type.isUnion() ? type.types.filter((one) => !isNothing(one)) : [type]
  const optional = type.isUnion() ? alternatives.length < type.types.length : isNothing(type)
  const [only = type] = alternatives
  const isBoolean = alternatives.every((one) => one.flags & ts.TypeFlags.BooleanLiteral)
  const bare = alternatives.length === 1 ? only : isBoolean ? project.checker.getNonNullableType(type) : type
  const lowered = lower(project, bare, usedIn, new Map(), 0)
  return { ...lowered, text, optional, ...nullability(membersOf(type)) }
}

function nullability(members: readonly ts.Type[]): Pick<TypeRef, 'nullable'> {
  const isAmong = (flags: ts.TypeFlags): boolean => members.some((one) => (one.flags & flags) !== 0)
  if (!isAmong(ts.TypeFlags.Null)) return {}
  return { nullable: isAmong(ts.TypeFlags.Undefined | ts.TypeFlags.Void) ? 'too' : 'instead' }
}

/** As {@link lowerType}, of a type under the name of one declaration of it. */
export function lowerDeclared(project: OpenedProgram, type: ts.Type, symbol: ts.Symbol, usedIn: ts.SourceFile): TypeRef {
  const { ancestors } = lower(project, type, usedIn, new Map(), 0)
  return { ...named(project, { symbol, typeArguments: [] }, usedIn, new Map(), 0), ancestors }
}

function lower(project: OpenedProgram, given: ts.Type, usedIn: ts.SourceFile, substitution: Substitution, depth: number): TypeRef {
  const type = substitution.get(given) ?? given
  const text = typeText(project, type)
  if (depth > deepest) return { ...anonymous, text }
  if (type.flags & ts.TypeFlags.TypeParameter) {
    const constraint = project.checker.getBaseConstraintOfType(type)
    return constraint && constraint !== type
      ? { ...lower(project, constraint, usedIn, substitution, depth + 1), text }
      : { ...anonymous, text }
  }
  if (isPrimitive(type)) return { ...anonymous, origin: { kind: 'builtin' }, symbol: text, text }
  const name = nameOf(project, type)
  const ancestors = ancestorsOf(project, type, name, usedIn, substitution, depth)
  if (name === undefined) return { ...anonymous, ancestors, text }
  return { ...named(project, name, usedIn, substitution, depth), ancestors, text }
}

function named(project: OpenedProgram, name: NamedType, usedIn: ts.SourceFile, substitution: Substitution, depth: number): TypeRef {
  const origin = originOfSymbol(project, name.symbol)
  if (origin === undefined) return anonymous
  return {
    origin: origin.origin,
    symbol: origin.name,
    typeArguments: name.typeArguments.map((argument) => lower(project, argument, usedIn, substitution, depth + 1)),
    ancestors: [],
    text: origin.name,
    importable: importOfSymbol(project, name.symbol, usedIn),
    optional: false,
  }
}

/** What a type also is: what its alias stands for, members of an intersection, base types; nearest first, each once. */
function ancestorsOf(
  project: OpenedProgram,
  type: ts.Type,
  name: NamedType | undefined,
  usedIn: ts.SourceFile,
  substitution: Substitution,
  depth: number,
): readonly TypeRef[] {
  const nearest: TypeRef[] = []
  if (type.isIntersection()) nearest.push(...type.types.map((member) => lower(project, member, usedIn, substitution, depth + 1)))
  const declared = declaredType(project, type)
  if (declared && declared.symbol !== name?.symbol) {
    nearest.push(named(project, declared, usedIn, substitution, depth + 1))
  }
  const target = targetOf(type)
  if (objectFlags(target) & ts.ObjectFlags.ClassOrInterface) {
    const inner = substitutionFor(project, type, substitution)
    // Asked of an instantiation the answer is empty; the generic type itself knows its bases.
    const bases = project.checker.getBaseTypes(target as ts.InterfaceType)
    nearest.push(...bases.map((base) => lower(project, base, usedIn, inner, depth + 1)))
  }
  const all = nearest.flatMap((one) => [{ ...one, ancestors: [] }, ...one.ancestors])
  const seen = new Set<string>()
  return all.filter((one) => {
    const key = JSON.stringify([one.origin, one.symbol, one.text])
    return one.origin.kind !== 'anonymous' && !seen.has(key) && seen.add(key)
  })
}

function substitutionFor(project: OpenedProgram, type: ts.Type, outer: Substitution): Substitution {
  const parameters = (targetOf(type) as ts.InterfaceType).typeParameters ?? []
  const given = declaredType(project, type)?.typeArguments ?? []
  return new Map(parameters.map((parameter, index) => [parameter, outer.get(given[index] ?? parameter) ?? given[index] ?? parameter]))
}

/** The alias of the user's that a type is written as, if it has no type arguments: `AppTx` for `type AppTx = Transaction<DB>`. */
export function aliasOfNode(project: OpenedProgram, node: ts.TypeNode): ts.Symbol | undefined {
  if (!ts.isTypeReferenceNode(node) || node.typeArguments) return undefined
  const symbol = project.checker.getSymbolAtLocation(node.typeName)
  const alias = symbol && resolved(project, symbol)
  if (alias === undefined || !(alias.flags & ts.SymbolFlags.TypeAlias)) return undefined
  const origin = originOfSymbol(project, alias)
  const own = origin?.origin.kind === 'file' && !isInside(project.output, origin.declaration.getSourceFile().fileName)
  return own ? alias : undefined
}

/**
 * The name that says most: that of an alias of an instantiation, `type Orders = Repository<Order>`. But
 * what the language and the runtime declare is known by its own name alone.
 */
function nameOf(project: OpenedProgram, type: ts.Type): NamedType | undefined {
  const declared = declaredType(project, type)
  if (type.aliasSymbol === undefined || declared === undefined) return namedType(project, type)
  const origin = originOfSymbol(project, declared.symbol)?.origin
  const isKnown = origin?.kind === 'builtin' || (origin?.kind === 'package' && origin.name === 'jasper-runtime')
  return isKnown ? declared : namedType(project, type)
}

function isPrimitive(type: ts.Type): boolean {
  const { EnumLike, StringLike, NumberLike, BooleanLike, BigIntLike, ESSymbolLike } = ts.TypeFlags
  const { Null, Undefined, Void, Any, Unknown, Never, NonPrimitive } = ts.TypeFlags
  const values = StringLike | NumberLike | BooleanLike | BigIntLike | ESSymbolLike
  const all = values | Null | Undefined | Void | Any | Unknown | Never | NonPrimitive
  return (type.flags & all) !== 0 && !(type.flags & EnumLike && type.symbol)
}

const anonymous: TypeRef = {
  origin: { kind: 'anonymous' },
  symbol: '',
  typeArguments: [],
  ancestors: [],
  text: '',
  importable: undefined,
  optional: false,
}
