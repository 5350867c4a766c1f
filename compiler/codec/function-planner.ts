import type { NamedShape, Shape, ShapeTable } from '../discover/shape.ts'
import type { CodecBody, CodecCall, CodecFunction, CodecIndex, CodecMember, CodecUse, NamedType } from './codec-plan.ts'
import { type FlatUnion, flattenUnion, planChoice } from './plan-choice.ts'
import { namedShape } from './wire-form.ts'

/** A function before it is known whether it can reach itself. */
export type PlannedFunction = Omit<CodecFunction, 'recursive'>

/** Where a level of a type is, for ids and names of functions and for diagnostics. */
export interface Level {
  readonly id: string
  readonly words: readonly string[]
  /** `PlaceOrder.lines`, as diagnostics say it. */
  readonly label: string
}

/** Two alternatives of a union that nothing tells apart. */
export interface AmbiguousUnion {
  readonly member: string
  readonly first: string
  readonly second: string
}

/** Plans one named shape, or one message written in place, with the levels inside it. */
export class FunctionPlanner {
  readonly functions: PlannedFunction[] = []
  readonly ambiguous: AmbiguousUnion[] = []
  /** Keys of the named shapes that are called. */
  readonly references = new Set<string>()
  readonly #shapes: ShapeTable
  readonly #closed: boolean

  /** @param closed  Members that a type does not name are refused. */
  constructor(shapes: ShapeTable, closed: boolean) {
    this.#shapes = shapes
    this.#closed = closed
  }

  /** The function of a named shape. */
  named(key: string): void {
    const named = namedShape(key, this.#shapes)
    const level: Level = { id: key, words: [named.name], label: named.name }
    const type = namedType(key, named.typeImport)
    this.#add({ id: key, words: level.words, type }, () =>
      named.class?.fromJSON === true
        ? this.#rebuild(named.shape, level, { from: named.class.from, name: named.class.name })
        : this.#body(named.shape, level, named.class && { from: named.class.from, name: named.class.name }),
    )
  }

  /** What the codec of a message calls: the function of its shape, or one that lets null through as well. */
  root(shape: Shape, level: Level, type: NamedType | undefined): CodecCall {
    const union = flattenUnion(shape, this.#shapes)
    const always = union !== undefined && !union.nullable && !union.absent
    if (always && shape.kind !== 'ref' && (isChoice(union) || union.structures.length === 1)) {
      return this.#anonymous(shape, level, type)
    }
    const use = this.#use(shape, deeper(level, '=', 'value', ''))
    if (use.value.kind === 'call' && !use.nullable && !use.absent) return use.value
    this.#add({ id: level.id, words: level.words, type }, () => ({ kind: 'value', use }))
    return { kind: 'call', id: level.id }
  }

  /** The function of a shape without a name of its own. */
  #anonymous(shape: Shape, level: Level, type: NamedType | undefined): CodecCall {
    this.#add({ id: level.id, words: level.words, type }, () => this.#body(shape, level, undefined))
    return { kind: 'call', id: level.id }
  }

  /** A function stands before those of its inner levels. */
  #add(head: Omit<PlannedFunction, 'body'>, body: () => CodecBody): void {
    const at = this.functions.length
    this.functions.splice(at, 0, { ...head, body: body() })
  }

  #rebuild(shape: Shape, level: Level, classType: NamedType): CodecBody {
    return { kind: 'rebuild', json: this.#use(shape, deeper(level, 'json', 'json')), class: classType }
  }

  #body(shape: Shape, level: Level, prototype: NamedType | undefined): CodecBody {
    switch (shape.kind) {
      case 'object':
        return {
          kind: 'object',
          prototype,
          closed: this.#closed,
          indexes: (shape.indexes ?? []).map(({ keys, value }, index): CodecIndex => {
            const step = index === 0 ? '{}' : `{${index + 1}}`
            return { keys, use: this.#use(value, deeper(level, step, index === 0 ? 'other' : `other${index + 1}`)) }
          }),
          members: shape.members.map(
            (member): CodecMember => ({
              name: member.name,
              optional: member.optional,
              use: this.#use(member.shape, deeper(level, member.name, member.name, '.')),
            }),
          ),
        }
      case 'array':
      case 'set':
        return { kind: shape.kind, element: this.#use(shape.element, deeper(level, '[]', 'element')) }
      case 'map':
        return {
          kind: 'map',
          key: this.#use(shape.key, deeper(level, '{key}', 'key')),
          value: this.#use(shape.value, deeper(level, '{}', 'value')),
        }
      case 'tuple': {
        const uses = shape.elements.map(({ shape: element }, index) => this.#use(element, deeper(level, `[${index}]`, `element${index + 1}`)))
        const rest = shape.elements.findIndex((element) => element.rest)
        const before = rest === -1 ? shape.elements : shape.elements.slice(0, rest)
        return {
          kind: 'tuple',
          elements: uses.slice(0, before.length),
          required: before.filter(({ optional }) => !optional).length,
          rest: rest === -1 ? undefined : uses[rest],
          last: rest === -1 ? [] : uses.slice(rest + 1),
        }
      }
      case 'record':
        return { kind: 'record', value: this.#use(shape.value, deeper(level, '{}', 'value')), keys: shape.keys, closed: this.#closed }
      default: {
        const union = flattenUnion(shape, this.#shapes)
        if (union !== undefined && isChoice(union)) return this.#choice(union, level)
        return { kind: 'value', use: this.#use(shape, deeper(level, '=', 'value', '')) }
      }
    }
  }

  #use(shape: Shape, level: Level): CodecUse {
    const union = flattenUnion(shape, this.#shapes)
    if (union === undefined) return { value: { kind: 'json' }, nullable: false, absent: true }
    const flags = { nullable: union.nullable, absent: union.absent }
    const [structure] = union.structures
    const [scalar] = union.scalars
    if (isChoice(union)) {
      const owner = ownerOf(shape, this.#shapes)
      if (owner !== undefined) return { value: this.#reference(owner), ...flags }
      this.#add({ id: level.id, words: level.words, type: undefined }, () => this.#choice(union, level))
      return { value: { kind: 'call', id: level.id }, ...flags }
    }
    if (structure !== undefined) return { value: this.#structure(structure, level), ...flags }
    if (scalar !== undefined) return { value: scalar, ...flags }
    if (union.nullable) return { value: { kind: 'literals', values: [null] }, nullable: false, absent: union.absent }
    return { value: { kind: 'nothing' }, nullable: false, absent: true }
  }

  #choice(union: FlatUnion, level: Level): CodecBody {
    const choice = planChoice(
      {
        union,
        call: (structure, index) => this.#structure(structure, deeper(level, `|${index + 1}`, `alternative${index + 1}`, '')),
        ambiguous: (first, second) => this.ambiguous.push({ member: level.label, first, second }),
      },
      this.#shapes,
    )
    return { kind: 'choice', choice }
  }

  #structure(structure: Shape, level: Level): CodecCall {
    return structure.kind === 'ref' ? this.#reference(structure.key) : this.#anonymous(structure, level, undefined)
  }

  #reference(key: string): CodecCall {
    this.references.add(key)
    return { kind: 'call', id: key }
  }
}

/** More than one alternative is left when null and undefined are out. */
function isChoice(union: FlatUnion): boolean {
  return union.scalars.length + union.structures.length > 1
}

/** The named shape whose function reads exactly this union: a `ref`, an alias of one, or either `| null`. */
function ownerOf(shape: Shape, shapes: ShapeTable): string | undefined {
  if (shape.kind === 'union') {
    const [only, ...others] = shape.alternatives.filter(({ kind }) => kind !== 'null' && kind !== 'undefined')
    return only?.kind === 'ref' && others.length === 0 ? ownerOf(only, shapes) : undefined
  }
  if (shape.kind !== 'ref') return undefined
  const next = namedShape(shape.key, shapes).shape
  return (next.kind === 'ref' ? ownerOf(next, shapes) : undefined) ?? shape.key
}

/** A type can be named by a plain import unless it has type arguments. */
function namedType(key: string, typeImport: NamedShape['typeImport']): NamedType | undefined {
  if (typeImport === undefined || key.slice(key.indexOf('#')).includes('<')) return undefined
  const from = 'file' in typeImport ? { file: typeImport.file } : { package: typeImport.package }
  return { from, name: typeImport.name }
}

function deeper(level: Level, step: string, word: string, separator = ''): Level {
  const pointer = step.replaceAll('~', '~0').replaceAll('/', '~1')
  return { id: `${level.id}/${pointer}`, words: [...level.words, word], label: `${level.label}${separator}${step === '=' ? '' : step}` }
}
