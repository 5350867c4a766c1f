import { ts } from 'ts-morph'
import { optionalShape } from './lower-object.ts'
import { enterElement, pathOf, type ShapePlace } from './shape-place.ts'
import type { ShapeReader } from './shape-reader.ts'
import type { Shape, TupleElement } from './shape.ts'
import type { OpenedProgram } from './open-program.ts'
import { resolved } from './type-import.ts'

export function lowerArray(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  return { kind: 'array', element: lowerElement(reader, argumentOf(reader, type, 0), enterElement(place, '[]')) }
}

export function lowerSet(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  return { kind: 'set', element: lowerElement(reader, argumentOf(reader, type, 0), enterElement(place, '[]')) }
}

export function lowerMap(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  const key = lowerElement(reader, argumentOf(reader, type, 0), enterElement(place, '{key}'))
  return { kind: 'map', key, value: lowerElement(reader, argumentOf(reader, type, 1), enterElement(place, '{}')) }
}

export function lowerTuple(reader: ShapeReader, type: ts.TupleTypeReference, place: ShapePlace): Shape {
  const { elementFlags } = type.target
  const elements = reader.project.checker.getTypeArguments(type).map((given, index): TupleElement => {
    const flags = elementFlags[index] ?? ts.ElementFlags.Required
    const at = enterElement(place, `[${index}]`)
    if (flags & ts.ElementFlags.Variadic) return { shape: reader.refuse('JG2003', given, at, 'open type parameter'), optional: false, rest: true }
    const optional = (flags & ts.ElementFlags.Optional) !== 0
    const shape = optional ? optionalShape(reader, given, at) : lowerElement(reader, given, at)
    return { shape, optional, rest: (flags & ts.ElementFlags.Rest) !== 0 }
  })
  return { kind: 'tuple', elements }
}

/** What stands in a list, where JSON has no undefined. */
function lowerElement(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  const parts = type.isUnion() ? type.types : [type]
  if (parts.some((part) => part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void))) {
    reader.bag.report('JG2017', { member: place.member }, { span: place.span, path: pathOf(place), label: 'undefined in a list' })
  }
  return reader.shapeOf(type, place)
}

function argumentOf({ project: { checker } }: ShapeReader, type: ts.Type, index: number): ts.Type {
  return checker.getTypeArguments(type as ts.TypeReference)[index] ?? checker.getAnyType()
}

/**
 * Whether a list, a Map or a Set is known by an alias that refers to itself: `type Tree = Map<string, Tree>`.
 * Only such an alias needs a place of its own in the table; any other list is read where it is met.
 */
export function refersToItself(project: OpenedProgram, type: ts.Type): boolean {
  const { aliasSymbol } = type
  return aliasSymbol !== undefined && !type.aliasTypeArguments && reaches(project, aliasSymbol, aliasSymbol, new Set())
}

function reaches(project: OpenedProgram, from: ts.Symbol, wanted: ts.Symbol, seen: Set<ts.Symbol>): boolean {
  if (seen.has(from)) return false
  seen.add(from)
  const within = (node: ts.Node): boolean => {
    if (ts.isTypeReferenceNode(node)) {
      const found = project.checker.getSymbolAtLocation(node.typeName)
      const symbol = found && resolved(project, found)
      if (symbol === wanted) return true
      // Interfaces and classes are read once whatever they hold; only aliases are looked through.
      if (symbol && symbol.flags & ts.SymbolFlags.TypeAlias && reaches(project, symbol, wanted, seen)) return true
    }
    return ts.forEachChild(node, within) ?? false
  }
  return (from.declarations ?? []).some((one) => ts.isTypeAliasDeclaration(one) && within(one.type))
}
