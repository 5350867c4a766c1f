import { ts } from 'ts-morph'
import { lowerMembers } from './lower-object.ts'
import { pathOf, type ShapePlace } from './shape-place.ts'
import type { ShapeReader } from './shape-reader.ts'
import type { ClassRebuild, Shape } from './shape.ts'
import { spanOfNode } from './source-span-of.ts'
import type { NamedType } from './type-facts.ts'
import { importOfSymbol } from './type-import.ts'
import { originOfSymbol } from './type-origin.ts'

export interface LoweredClass {
  readonly shape: Shape
  readonly rebuild: ClassRebuild | undefined
}

/**
 * A class of the user's. With a static `fromJSON` its shape is what that takes; else its public data
 * members, and an instance comes back with its prototype. Methods, getters and static members are
 * not part of it.
 */
export function lowerClass(reader: ShapeReader, type: ts.Type, named: NamedType, place: ShapePlace): LoweredClass {
  const { project, bag } = reader
  const origin = originOfSymbol(project, named.symbol)
  const declaration = origin?.declaration
  if (origin === undefined || declaration === undefined || !ts.isClassLike(declaration)) {
    return { shape: reader.refuse('JG2007', type, place, 'cannot be rebuilt'), rebuild: undefined }
  }
  const isOwn = origin.origin.kind === 'file'
  const span = isOwn ? spanOfNode(project.root, declaration.name ?? declaration) : place.span
  const imported = importOfSymbol(project, named.symbol, undefined)
  if (imported === undefined || (isOwn && !('file' in imported.from))) {
    const file = origin.origin.kind === 'file' ? origin.origin.file : origin.name
    bag.report('JG2009', { class: origin.name, file }, { span, label: 'not exported', path: pathOf(place) })
    return { shape: { kind: 'json' }, rebuild: undefined }
  }
  const rebuild = { from: imported.from, name: imported.name }

  const json = fromJsonParameter(reader, named.symbol)
  if (json !== undefined) return { shape: reader.shapeOf(json, place), rebuild: { ...rebuild, fromJSON: true } }

  const hidden = privateState(reader, type)
  if (hidden !== undefined) {
    const values = { class: origin.name, state: hidden.getText() }
    bag.report('JG2008', values, { span: isOwn ? spanOfNode(project.root, hidden) : place.span, label: 'private', path: pathOf(place) })
  }
  const members = project.checker.getPropertiesOfType(type).filter(isPublicState)
  return { shape: { kind: 'object', members: lowerMembers(reader, members, place) }, rebuild: { ...rebuild, fromJSON: false } }
}

function fromJsonParameter(reader: ShapeReader, symbol: ts.Symbol): ts.Type | undefined {
  const { checker } = reader.project
  const constructor = checker.getTypeOfSymbol(symbol)
  const fromJson = checker.getPropertyOfType(constructor, 'fromJSON')
  const parameter = fromJson && checker.getTypeOfSymbol(fromJson).getCallSignatures()[0]?.getParameters()[0]
  return parameter && checker.getTypeOfSymbol(parameter)
}

function isPublicState(property: ts.Symbol): boolean {
  if (!(property.flags & ts.SymbolFlags.Property) || property.name.startsWith('__#')) return false
  const declaration = property.valueDeclaration
  return declaration === undefined || !(ts.getCombinedModifierFlags(declaration) & hiddenModifiers)
}

const hiddenModifiers = ts.ModifierFlags.Private | ts.ModifierFlags.Protected

/** The name of the first member that holds state nobody outside the class sees, base classes included. */
function privateState(reader: ShapeReader, type: ts.Type): ts.Node | undefined {
  for (const declaration of classDeclarations(reader, type)) {
    for (const member of declaration.members) {
      if (ts.isConstructorDeclaration(member)) {
        const parameter = member.parameters.find((one) => ts.getCombinedModifierFlags(one) & hiddenModifiers)
        if (parameter) return parameter.name
      }
      if (!ts.isPropertyDeclaration(member)) continue
      const modifiers = ts.getCombinedModifierFlags(member)
      // `declare private readonly brand` is for the compiler alone: there is nothing at run time.
      if (modifiers & (ts.ModifierFlags.Static | ts.ModifierFlags.Ambient)) continue
      if (modifiers & (hiddenModifiers | ts.ModifierFlags.Accessor) || ts.isPrivateIdentifier(member.name)) return member.name
    }
  }
  return undefined
}

function classDeclarations(reader: ShapeReader, type: ts.Type): readonly ts.ClassLikeDeclaration[] {
  const own = (type.symbol.declarations ?? []).filter((one) => ts.isClassLike(one))
  const bases = type.isClassOrInterface() ? reader.project.checker.getBaseTypes(type) : (type.getBaseTypes() ?? [])
  return [...own, ...bases.flatMap((base) => (base.symbol ? classDeclarations(reader, base) : []))]
}
