import { ts } from 'ts-morph'
import { hasTag } from './declaration-tags.ts'
import { directBases } from './direct-bases.ts'
import type { OpenedProgram } from './open-program.ts'
import { declaredType } from './type-facts.ts'

/**
 * What a type says that it also is: what it extends or implements, members of an intersection, and theirs.
 *
 * By name alone. TypeScript would take every type with the right members, and a message that happens to have
 * the members of another is not that other message.
 */
export function basesOf(project: OpenedProgram, type: ts.Type, symbol: ts.Symbol): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>()
  collect(project, type, found)
  // The type itself, and what it is an alias of: `type OrderPage = Page<Order>` is no kind of `Page<Order>`, but that.
  const own = declaredType(project, type)?.symbol
  found.delete(symbol)
  if (own !== undefined) found.delete(own)
  return found
}

function collect(project: OpenedProgram, type: ts.Type, found: Set<ts.Symbol>): void {
  const declared = declaredType(project, type)?.symbol
  const names = [type.aliasSymbol, declared].filter((name) => name !== undefined)
  if (names.length > 0 && names.every((name) => found.has(name))) return
  for (const name of names) found.add(name)
  const { extended, implemented } = directBases(project, type)
  for (const base of [...extended, ...implemented]) collect(project, base, found)
}

/** Says of an interface or an alias that it is only what other messages extend. */
export const abstractTag = 'abstract'

/** The type is never sent itself: an abstract class, or marked `/** @abstract *\/`. */
export function isAbstract(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => {
    const isAbstractClass = ts.isClassLike(declaration) && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0
    return isAbstractClass || hasTag(declaration, abstractTag)
  })
}

/** The interface, class or alias that a type has its name from, whether or not it can be a message itself. */
export function nameOfBase(project: OpenedProgram, type: ts.Type): ts.Symbol | undefined {
  return declaredType(project, type)?.symbol ?? type.aliasSymbol
}
