import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { frozenBuiltin, insteadOf, isForeignClass, isPlainBuiltin, languageType, plainBuiltins } from './foreign-types.ts'
import { lowerClass } from './lower-class.ts'
import { lowerArray, lowerMap, lowerSet, lowerTuple, refersToItself } from './lower-list.ts'
import { lowerObject } from './lower-object.ts'
import { lowerTemplate } from './lower-template.ts'
import { lowerUnion } from './lower-union.ts'
import type { OpenedProgram } from './open-program.ts'
import { reportMissingTypes } from './report-missing-types.ts'
import type { TableTrace } from './table-entries.ts'
import { shapeKey } from './shape-key.ts'
import { enterType, pathOf, type ShapePlace } from './shape-place.ts'
import type { Refusal, ShapeReader } from './shape-reader.ts'
import type { NamedShape, Shape, ShapeTable } from './shape.ts'
import { declaredType, isErrorType, namedType, typeText, type NamedType } from './type-facts.ts'
import { importOfSymbol } from './type-import.ts'
import { originOfSymbol } from './type-origin.ts'

/** Deeper than any type that a person writes in place. */
const deepest = 40

/**
 * Turns types into shapes. Named types become entries of one table, each lowered once; what cannot
 * travel is reported at the member, and `json` stands in for it.
 */
export class ShapeLowering implements ShapeReader {
  readonly project: OpenedProgram
  readonly bag: DiagnosticBag
  readonly #table = new Map<string, NamedShape>()
  /** Named types that were met but not read yet: reading them here would nest as deep as the user's types do. */
  readonly #waiting: (() => void)[] = []
  #trace: TableTrace | undefined
  #depth = 0

  constructor(project: OpenedProgram, bag: DiagnosticBag) {
    this.project = project
    this.bag = bag
  }

  /** The shape of a message or of a part of one; all that it reaches is in the table afterwards. */
  lower(type: ts.Type, place: ShapePlace): Shape {
    const shape = this.shapeOf(type, place)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    return shape
  }

  /** Notes in the trace which keys are found and which are added. */
  record(trace: TableTrace | undefined): void {
    this.#trace = trace
  }

  get(key: string): NamedShape | undefined {
    return this.#table.get(key)
  }

  /** Puts back what an earlier reading added. */
  restore(shapes: readonly NamedShape[]): void {
    for (const shape of shapes) this.#table.set(shape.key, shape)
  }

  /** Sorted by key. */
  table(): ShapeTable {
    return Object.fromEntries([...this.#table].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  shapeOf(type: ts.Type, place: ShapePlace): Shape {
    if (this.#depth > deepest) return this.refuse('JG2015', type, place)
    this.#depth++
    try {
      return this.#scalar(type, place) ?? this.#composite(type, place)
    } finally {
      this.#depth--
    }
  }

  refuse(code: Refusal, type: ts.Type, place: ShapePlace, label?: string): Shape {
    if (code === 'JG2005' && place.missingReported) return { kind: 'json' }
    const values = { member: place.member, type: (isErrorType(type) ? place.written : undefined) ?? typeText(this.project, type) }
    this.bag.report(code, values, { span: place.span, path: pathOf(place), ...(label ? { label } : {}) })
    return { kind: 'json' }
  }

  #scalar(type: ts.Type, place: ShapePlace): Shape | undefined {
    const { flags } = type
    const has = (wanted: ts.TypeFlags) => (flags & wanted) !== 0
    const about = (label: string) => ({ span: place.span, path: pathOf(place), label })
    if (isErrorType(type)) return this.refuse('JG2005', type, place, 'not found')
    if (has(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) {
      this.bag.report('JG2010', { member: place.member, type: typeText(this.project, type) }, about('not checked'))
      return { kind: 'json' }
    }
    if (has(ts.TypeFlags.Never)) {
      this.bag.report('JG2014', { member: place.member }, about('never'))
      return { kind: 'json' }
    }
    if (has(ts.TypeFlags.ESSymbolLike)) {
      this.bag.report('JG2004', { member: place.member }, about('symbol'))
      return { kind: 'json' }
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: 'literal', value: type.value }
    if (has(ts.TypeFlags.BigIntLiteral)) {
      const { negative, base10Value } = (type as ts.BigIntLiteralType).value
      return { kind: 'literal', value: { bigint: negative ? `-${base10Value}` : base10Value } }
    }
    if (has(ts.TypeFlags.BooleanLiteral)) return { kind: 'literal', value: typeText(this.project, type) === 'true' }
    if (has(ts.TypeFlags.Boolean)) return { kind: 'boolean' }
    if (has(ts.TypeFlags.String)) return { kind: 'string' }
    if (has(ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping)) {
      const template = lowerTemplate(type as ts.TemplateLiteralType | ts.StringMappingType)
      return template ? { kind: 'pattern', templates: [template] } : this.refuse('JG2018', type, place, 'not a plain template')
    }
    if (has(ts.TypeFlags.Number) || (has(ts.TypeFlags.Enum) && !type.isUnion())) return { kind: 'number' }
    if (has(ts.TypeFlags.BigInt)) return { kind: 'bigint' }
    if (has(ts.TypeFlags.Null)) return { kind: 'null' }
    if (has(ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return { kind: 'undefined' }
    return undefined
  }

  #composite(type: ts.Type, place: ShapePlace): Shape {
    const { checker } = this.project
    if (type.isUnion()) return this.#union(type, place)
    if (type.isIntersection()) {
      return this.#carrier(type, place) ?? this.#namedOr(type, place, (at) => lowerObject(this, type, at))
    }
    if (!(type.flags & ts.TypeFlags.Object)) {
      // `this` as the type of a member is the type that it is a member of.
      const own = (type as { isThisType?: boolean }).isThisType ? checker.getBaseConstraintOfType(type) : undefined
      return own ? this.shapeOf(own, place) : this.refuse('JG2003', type, place, 'open type parameter')
    }
    const readonly = frozenBuiltin(this.project, type)
    if (readonly !== undefined) return this.shapeOf(readonly, place)
    if (checker.isTupleType(type)) return this.#listOr(type, place, (at) => lowerTuple(this, type as ts.TupleTypeReference, at))
    if (checker.isArrayType(type)) return this.#listOr(type, place, (at) => lowerArray(this, type, at))
    const builtin = languageType(this.project, type)
    if (builtin !== undefined) return this.#builtin(builtin, type, place)
    if (type.getCallSignatures().length + type.getConstructSignatures().length > 0) return this.#function(place)
    return this.#namedOr(type, place, (at) => lowerObject(this, type, at))
  }

  #builtin(name: string, type: ts.Type, place: ShapePlace): Shape {
    if (isPlainBuiltin(name)) return { kind: plainBuiltins[name] }
    if (name === 'Set' || name === 'ReadonlySet') return this.#listOr(type, place, (at) => lowerSet(this, type, at))
    if (name === 'Map' || name === 'ReadonlyMap') return this.#listOr(type, place, (at) => lowerMap(this, type, at))
    if (['Function', 'CallableFunction', 'NewableFunction'].includes(name)) return this.#function(place)
    return this.#refuseForeign(type, place)
  }

  /** Refuses a type of the language or of a library, with what to use instead where that is known. */
  #refuseForeign(type: ts.Type, place: ShapePlace): Shape {
    const instead = insteadOf(this.project, type)
    if (instead === undefined) return this.refuse('JG2007', type, place, 'cannot be rebuilt')
    const values = { member: place.member, type: typeText(this.project, type), instead }
    this.bag.report('JG2006', values, { span: place.span, path: pathOf(place), label: 'does not travel' })
    return { kind: 'json' }
  }

  #function(place: ShapePlace): Shape {
    const { member, owner, name } = place
    const about = { span: place.span, path: pathOf(place), label: 'function type' }
    const removable = member === `${owner}.${name}`
    this.bag.report('JG2002', { member, owner, name }, removable ? about : { ...about, help: 'remove it from the message' })
    return { kind: 'json' }
  }

  /** A list-like type: in place, unless its alias refers to itself. */
  #listOr(type: ts.Type, place: ShapePlace, inPlace: (at: ShapePlace) => Shape): Shape {
    return refersToItself(this.project, type) ? this.#namedOr(type, place, inPlace) : inPlace(place)
  }

  /** What of an intersection is on the wire: of a branded `string & { __brand: 'OrderId' }` the string. */
  #carrier(type: ts.IntersectionType, place: ShapePlace): Shape | undefined {
    const [first, ...others] = type.types.filter((member) => isCarrier(this.project, member))
    if (first === undefined) return undefined
    const shape = this.shapeOf(first, place)
    if (others.length === 0) return shape
    const shapes = [shape, ...others.map((other) => this.shapeOf(other, place))]
    const templates = shapes.flatMap((one) => (one.kind === 'pattern' ? one.templates : []))
    // Text of two templates at once; of two other carriers nothing could be checked together.
    if (templates.length === shapes.length) return { kind: 'pattern', templates }
    return this.refuse('JG2018', type, place, 'two forms at once')
  }

  #union(type: ts.UnionType, place: ShapePlace): Shape {
    const units = ts.TypeFlags.Unit | ts.TypeFlags.Boolean
    // A list of literals is short and read in place; any other union with a name is read in one place.
    const simple = type.types.every((member) => member.flags & units)
    return simple ? lowerUnion(this, type, place) : this.#namedOr(type, place, (at) => lowerUnion(this, type, at))
  }

  /** A reference where the type has a name, else what `inPlace` reads. */
  #namedOr(type: ts.Type, place: ShapePlace, inPlace: (at: ShapePlace) => Shape): Shape {
    const named = namedType(this.project, type)
    if (named?.typeArguments.some(isErrorType)) return this.refuse('JG2005', type, place, 'not found')
    if (named === undefined || isRecord(this.project, type, named)) return inPlace(place)
    if (isForeignClass(this.project, type) || insteadOf(this.project, type) !== undefined) return this.#refuseForeign(type, place)
    const key = shapeKey(this.project, named)
    if (key === undefined) return this.refuse('JG2015', type, place, 'nests without end')
    if (this.#table.has(key)) this.#trace?.found.add(key)
    else this.#read(key, type, named, place, inPlace)
    return { kind: 'ref', key }
  }

  #read(key: string, type: ts.Type, named: NamedType, place: ShapePlace, inPlace: (at: ShapePlace) => Shape): void {
    const origin = originOfSymbol(this.project, named.symbol)
    const ownName = origin?.name ?? named.symbol.name
    const entered = enterType(place, ownName)
    const imported = named.typeArguments.length === 0 ? importOfSymbol(this.project, named.symbol, undefined) : undefined
    const typeImport = imported && { ...imported.from, name: imported.name }
    // Entered before its members are read: they may refer to it.
    const name = [ownName, ...named.typeArguments.map((argument) => this.#nameOf(argument))].join('')
    this.#trace?.added.add(key)
    this.#table.set(key, { key, name, shape: { kind: 'json' }, class: undefined, typeImport })
    this.#waiting.push(() => {
      const missingReported = reportMissingTypes(this, named.symbol, entered)
      const inside = { ...entered, missingReported }
      const declared = declaredType(this.project, type)
      const asClass = declared && declared.symbol.flags & ts.SymbolFlags.Class ? lowerClass(this, type, declared, inside) : undefined
      this.#table.set(key, { key, name, shape: asClass?.shape ?? inPlace(inside), class: asClass?.rebuild, typeImport })
    })
  }

  /** `Order` in `PageOrder`, which is what `Page<Order>` is called; nothing for types without a name. */
  #nameOf(type: ts.Type): string {
    const named = namedType(this.project, type)
    return named ? (originOfSymbol(this.project, named.symbol)?.name ?? named.symbol.name) : ''
  }
}

/** A part of an intersection that is more than members: text, a number, a list, a type of the language. */
function isCarrier(project: OpenedProgram, member: ts.Type): boolean {
  const { checker } = project
  return (
    !(member.flags & ts.TypeFlags.Object) ||
    checker.isArrayType(member) ||
    checker.isTupleType(member) ||
    languageType(project, member) !== undefined
  )
}

/** `Record<string, number>` says all there is to say; it needs no name. */
function isRecord(project: OpenedProgram, type: ts.Type, named: NamedType): boolean {
  const origin = originOfSymbol(project, named.symbol)
  return origin?.origin.kind === 'builtin' && project.checker.getIndexInfosOfType(type).length > 0
}
