import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { membersOf, typeText } from './type-facts.ts'

export type Unit = string | number | boolean | null

/** Required members whose type is a literal or a union of literals, with the values that they may have. */
export function unitMembers(project: OpenedProgram, type: ts.Type): ReadonlyMap<string, readonly Unit[]> {
  const found = new Map<string, readonly Unit[]>()
  for (const property of project.checker.getPropertiesOfType(type)) {
    if (property.flags & ts.SymbolFlags.Optional) continue
    const values = unitsOf(project, project.checker.getTypeOfSymbol(property))
    if (values !== undefined) found.set(property.name, values)
  }
  return found
}

/** The values of a type that is made of literals and null alone, sorted; bigints are not among them. */
function unitsOf(project: OpenedProgram, type: ts.Type): readonly Unit[] | undefined {
  const values = membersOf(type).map((member): Unit | undefined => {
    if (member.isStringLiteral() || member.isNumberLiteral()) return member.value
    if (member.flags & ts.TypeFlags.BooleanLiteral) return typeText(project, member) === 'true'
    return member.flags & ts.TypeFlags.Null ? null : undefined
  })
  if (values.some((value) => value === undefined)) return undefined
  const units = values.filter((value) => value !== undefined)
  return units.length === 0 ? undefined : units.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
