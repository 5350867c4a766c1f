import type { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { namedType, typeText, type NamedType } from './type-facts.ts'
import { originOfSymbol } from './type-origin.ts'
import type { ShapeKey } from './shape.ts'

/** Deeper than any type that a person writes; a type that refers to itself with other arguments goes past it. */
const deepest = 12

/**
 * `src/orders/messages.ts#OrderLine`, with type arguments `src/page.ts#Page<src/orders/messages.ts#Order>`.
 * The same on every machine and in every order of asking. `undefined`: the arguments nest without end.
 */
export function shapeKey(project: OpenedProgram, named: NamedType): ShapeKey | undefined {
  const text = keyText(project, named, 0)
  return text.includes(endless) ? undefined : text
}

const endless = '…'

function keyText(project: OpenedProgram, named: NamedType, depth: number): string {
  const origin = originOfSymbol(project, named.symbol)
  const home =
    origin?.origin.kind === 'file' ? `${origin.origin.file}#` : origin?.origin.kind === 'package' ? `${origin.origin.name}#` : ''
  const name = `${home}${origin?.name ?? named.symbol.name}`
  if (named.typeArguments.length === 0) return name
  return `${name}<${named.typeArguments.map((argument) => argumentText(project, argument, depth + 1)).join(', ')}>`
}

function argumentText(project: OpenedProgram, type: ts.Type, depth: number): string {
  if (depth > deepest) return endless
  const named = namedType(project, type)
  if (named) return keyText(project, named, depth)
  if (type.isUnion()) {
    const members = type.types.map((member) => argumentText(project, member, depth + 1))
    return [...new Set(members)].sort().join(' | ')
  }
  if (type.isStringLiteral()) return JSON.stringify(type.value)
  if (project.checker.isTupleType(type)) {
    return `[${project.checker.getTypeArguments(type as ts.TypeReference).map((one) => argumentText(project, one, depth + 1)).join(', ')}]`
  }
  return typeText(project, type)
}
