import { ts } from 'ts-morph'
import type { AlternativeTest } from './discovered.ts'
import type { OpenedProgram } from './open-program.ts'
import { compareText } from './shape-order.ts'
import { declaredType } from './type-facts.ts'
import { importOfSymbol } from './type-import.ts'
import { unitMembers, type Unit } from './unit-members.ts'

/** A type among those that a value may be of. */
export interface Alternative {
  /** What it is told by: a wire name, the name of a side effect. */
  readonly name: string
  readonly type: ts.Type
}

interface Candidate extends Alternative {
  readonly class: ts.Symbol | undefined
  readonly units: ReadonlyMap<string, readonly Unit[]>
  readonly declared: ReadonlySet<string>
  readonly required: readonly string[]
}

/**
 * How generated code tells each alternative of a returned union from all the others: by class, else
 * by a required member with a literal type whose values no other may have, else by a required member
 * that no other declares. `ambiguous` is the first for which there is nothing.
 */
export function tellApart(
  project: OpenedProgram,
  returned: readonly Alternative[],
): { readonly tests: ReadonlyMap<string, AlternativeTest>; readonly ambiguous: string | undefined } {
  const distinct = [...new Map(returned.map((one) => [one.name, one])).values()].sort((a, b) => compareText(a.name, b.name))
  if (distinct.length < 2) {
    return { tests: new Map(distinct.map(({ name }) => [name, { kind: 'only' }])), ambiguous: undefined }
  }
  const candidates = distinct.map((one) => candidate(project, one))
  const tests = new Map<string, AlternativeTest>()
  for (const one of candidates) {
    const others = candidates.filter((other) => other !== one)
    const test = byClass(project, one, others) ?? byLiteral(one, others) ?? byMember(one, others)
    if (test === undefined) return { tests, ambiguous: one.name }
    tests.set(one.name, test)
  }
  return { tests, ambiguous: undefined }
}

function candidate(project: OpenedProgram, returned: Alternative): Candidate {
  const properties = project.checker.getPropertiesOfType(returned.type)
  const symbol = declaredType(project, returned.type)?.symbol
  return {
    ...returned,
    class: symbol && symbol.flags & ts.SymbolFlags.Class ? symbol : undefined,
    units: unitMembers(project, returned.type),
    declared: new Set(properties.map((property) => property.name)),
    required: properties
      .filter((property) => !(property.flags & ts.SymbolFlags.Optional) && isData(property))
      .filter((property) => !mayBeUndefined(project.checker.getTypeOfSymbol(property)))
      .map((property) => property.name)
      .sort(compareText),
  }
}

function byClass(project: OpenedProgram, one: Candidate, others: readonly Candidate[]): AlternativeTest | undefined {
  if (one.class === undefined || others.some((other) => other.class && extendsClass(project, other.type, one.class))) return undefined
  const imported = importOfSymbol(project, one.class, undefined)
  return imported && 'file' in imported.from ? { kind: 'class', file: imported.from.file, name: imported.name } : undefined
}

function extendsClass(project: OpenedProgram, type: ts.Type, wanted: ts.Symbol | undefined): boolean {
  const symbol = declaredType(project, type)?.symbol
  return symbol === wanted || (type.getBaseTypes() ?? []).some((base) => extendsClass(project, base, wanted))
}

function byLiteral(one: Candidate, others: readonly Candidate[]): AlternativeTest | undefined {
  const names = [...one.units.keys()].sort((a, b) => preference(a) - preference(b) || compareText(a, b))
  for (const member of names) {
    const values = one.units.get(member) ?? []
    const differs = others.every((other) => {
      if (!other.declared.has(member)) return true
      return other.units.get(member)?.every((value) => !values.includes(value)) === true
    })
    // A member that the others lack altogether is a sign of its own, and says so better as `in`.
    if (differs && others.some((other) => other.declared.has(member))) return { kind: 'literal', member, values }
  }
  return undefined
}

function byMember(one: Candidate, others: readonly Candidate[]): AlternativeTest | undefined {
  const member = one.required.find((name) => others.every((other) => !other.declared.has(name)))
  return member === undefined ? undefined : { kind: 'member', member }
}

function preference(name: string): number {
  return name === 'type' ? 0 : name === 'kind' ? 1 : 2
}

/** Methods are on the prototype: the members of a plain object that stands in for a class need not have them. */
function isData(property: ts.Symbol): boolean {
  return !(property.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor))
}

/** `member in value` must hold for every value, so a member that may be undefined is none to go by. */
function mayBeUndefined(type: ts.Type): boolean {
  const { Undefined, Any, Unknown } = ts.TypeFlags
  return (type.isUnion() ? type.types : [type]).some((one) => (one.flags & (Undefined | Any | Unknown)) !== 0)
}
