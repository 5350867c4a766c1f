import { ts } from 'ts-morph'
import { lowerAlternatives } from './lower-union.ts'
import { enterElement, enterMember, pathOf, type EnteredMember, type ShapePlace } from './shape-place.ts'
import type { ShapeReader } from './shape-reader.ts'
import { mayOverlap } from './lower-template.ts'
import { compareText } from './shape-order.ts'
import type { Shape, ShapeIndex, ShapeMember, Template } from './shape.ts'
import { spanOfNode } from './source-span-of.ts'
import { membersOf, nodeText, typeText } from './type-facts.ts'
import { isOwnFile } from './type-origin.ts'

/** An object type by its members, as the checker sees it: mapped, conditional and intersected types are already worked out. */
export function lowerObject(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  const { checker } = reader.project
  if (isGenericMapping(type)) return reader.refuse('JG2003', type, place, 'open type parameter')
  const members = lowerMembers(reader, checker.getPropertiesOfType(type), place)
  const indexes = checker.getIndexInfosOfType(type)
  if (indexes.length === 0) return { kind: 'object', members }
  const lowered = lowerIndexes(reader, type, indexes, place)
  if (lowered === undefined) return { kind: 'json' }
  const [only] = lowered
  if (members.length === 0 && only !== undefined && lowered.length === 1) return { kind: 'record', ...only }
  return { kind: 'object', members, indexes: lowered }
}

const numeric: Template = { texts: ['', ''], holes: ['number'] }

/** Index signatures, those of certain keys before that of any key; `undefined` after a report. */
function lowerIndexes(
  reader: ShapeReader,
  owner: ts.Type,
  indexes: readonly ts.IndexInfo[],
  place: ShapePlace,
): readonly ShapeIndex[] | undefined {
  const lowered = indexes.map(({ keyType, type }): ShapeIndex | undefined => {
    const value = reader.shapeOf(type, enterElement(place, '{}'))
    if (keyType.flags & ts.TypeFlags.String) return { value }
    if (keyType.flags & ts.TypeFlags.Number) return { keys: numeric, value }
    if (keyType.flags & ts.TypeFlags.ESSymbolLike) {
      reader.bag.report('JG2004', { member: place.member }, { span: place.span, path: pathOf(place), label: 'symbol' })
      return undefined
    }
    const key = reader.shapeOf(keyType, place)
    if (key.kind === 'pattern' && key.templates[0] !== undefined && key.templates.length === 1) return { keys: key.templates[0], value }
    return key.kind === 'string' ? { value } : undefined
  })
  const known = lowered.filter((index) => index !== undefined)
  const clash = known.some(({ keys, value }, at) =>
    known.some((other, from) => {
      const bothCertain = from > at && keys !== undefined && other.keys !== undefined && mayOverlap(keys, other.keys)
      return bothCertain && JSON.stringify(value) !== JSON.stringify(other.value)
    }),
  )
  if (clash) {
    const values = { type: typeText(reader.project, owner) }
    reader.bag.report('JG2016', values, { span: place.span, path: pathOf(place), label: 'two kinds of keys' })
  }
  if (known.length < lowered.length) return undefined
  const anyKey = ({ keys }: ShapeIndex): number => Number(keys === undefined)
  return known.toSorted((a, b) => anyKey(a) - anyKey(b) || compareText(JSON.stringify(a.keys), JSON.stringify(b.keys)))
}

export function lowerMembers(reader: ShapeReader, properties: readonly ts.Symbol[], place: ShapePlace): readonly ShapeMember[] {
  return properties.flatMap((property): ShapeMember | [] => {
    const at = enterMember(place, () => ({ name: memberName(property), ...writtenMember(reader, property) }))
    if (property.escapedName.toString().startsWith('__@')) {
      if (isPhantom(property)) return []
      reader.bag.report('JG2004', { member: at.member }, { span: at.span, path: pathOf(at), label: 'symbol' })
      return []
    }
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0
    const type = reader.project.checker.getTypeOfSymbol(property)
    return { name: property.name, shape: optional ? optionalShape(reader, type, at) : reader.shapeOf(type, at), optional }
  })
}

/**
 * The shape of an optional member or element without what its question mark added. Under
 * `exactOptionalPropertyTypes` an `undefined` that the user wrote stays: there it is another thing.
 */
export function optionalShape(reader: ShapeReader, type: ts.Type, place: ShapePlace): Shape {
  const { checker, program } = reader.project
  const exact = program.getCompilerOptions().exactOptionalPropertyTypes === true
  const isAdded = (one: ts.Type) => (one.flags & ts.TypeFlags.Undefined) !== 0 && !(exact && one === checker.getUndefinedType())
  const parts = membersOf(type)
  const rest = parts.filter((one) => !isAdded(one))
  const [only] = rest
  if (only === undefined || rest.length === parts.length) return reader.shapeOf(type, place)
  return rest.length === 1 ? reader.shapeOf(only, place) : lowerAlternatives(reader, rest, place)
}

/**
 * A brand that exists for the compiler alone: its symbol is declared, `declare const brand: unique symbol`,
 * and no statement makes it, so no value can have the member.
 */
function isPhantom(property: ts.Symbol): boolean {
  const symbol = (property as { readonly links?: { readonly nameType?: ts.Type } }).links?.nameType?.symbol
  const declaration = symbol?.valueDeclaration
  if (declaration === undefined || declaration.getSourceFile().isDeclarationFile) return false
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0
}

function memberName(property: ts.Symbol): string {
  return property.escapedName.toString().startsWith('__@') ? `[${property.name.replace(/^__@|@\d+$/g, '')}]` : property.name
}

/** The type of the member where the user wrote it, else its name; nothing if that is not in the user's source. */
function writtenMember(reader: ShapeReader, property: ts.Symbol): Pick<EnteredMember, 'span' | 'written'> {
  const declaration = property.valueDeclaration ?? property.declarations?.[0]
  if (declaration === undefined || !isOwnFile(reader.project, declaration.getSourceFile())) return { span: undefined, written: undefined }
  const isData = ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration) || ts.isParameter(declaration)
  const type = isData ? declaration.type : undefined
  const span = spanOfNode(reader.project.root, type ?? ts.getNameOfDeclaration(declaration) ?? declaration)
  return { span, written: type && nodeText(type) }
}

/** `{ [K in T]: … }` where T is still open. */
function isGenericMapping(type: ts.Type): boolean {
  const isMapped = (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped) !== 0
  const constraint = (type as { constraintType?: ts.Type }).constraintType
  const open = ts.TypeFlags.TypeParameter | ts.TypeFlags.Index | ts.TypeFlags.IndexedAccess | ts.TypeFlags.Conditional
  return isMapped && constraint !== undefined && (constraint.flags & open) !== 0
}
