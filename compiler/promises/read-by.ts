import { allowsAbsence, namedShape, resolved } from '../codec/wire-form.ts'
import { mayFit, mayOverlapKeys } from './keys.ts'
import type { Shape, ShapeIndex, ShapeTable } from '../discover/shape.ts'
import { shapeText } from './shape-text.ts'

/** Something that the old type could send and the new one refuses. */
export interface Break {
  /** `PlaceOrder.lines[].price` */
  readonly member: string
  /** `was number, is string` */
  readonly reason: string
}

export interface Versions {
  readonly old: ShapeTable
  readonly new: ShapeTable
  /** The new codec refuses members that it does not name. */
  readonly closed: boolean
}

/**
 * Whether everything that the codec of an old type has written decodes under the codec of a new one:
 * what the two differ in where it does not, nothing where it does. Errs on the side of a break where
 * only a look at the value could tell.
 */
export function findBreaks(old: Shape, now: Shape, versions: Versions, member: string): readonly Break[] {
  return new Comparison(versions).compare(old, now, member)
}

type ObjectLike = { readonly members: Extract<Shape, { kind: 'object' }>['members']; readonly indexes: readonly ShapeIndex[] }

class Comparison {
  readonly #versions: Versions
  /** Pairs of named types that are being compared: where they meet again, they are as compatible as the rest. */
  readonly #open = new Set<string>()

  constructor(versions: Versions) {
    this.#versions = versions
  }

  compare(old: Shape, now: Shape, member: string): readonly Break[] {
    const pair = old.kind === 'ref' || now.kind === 'ref' ? JSON.stringify([old, now]) : undefined
    if (pair !== undefined) {
      if (this.#open.has(pair)) return []
      this.#open.add(pair)
    }
    try {
      return this.#flat(old, now, member)
    } finally {
      if (pair !== undefined) this.#open.delete(pair)
    }
  }

  #flat(old: Shape, now: Shape, member: string): readonly Break[] {
    const wanted = alternatives(now, this.#versions.new)
    if (wanted.some(({ kind }) => kind === 'json')) return []
    return alternatives(old, this.#versions.old).flatMap((one) => this.#alternative(one, wanted, { old, now, member }))
  }

  /** One alternative of the old type against all of the new. */
  #alternative(
    one: Shape,
    wanted: readonly Shape[],
    at: { readonly old: Shape; readonly now: Shape; readonly member: string },
  ): readonly Break[] {
    if (one.kind === 'undefined') return []
    const fits = wanted.filter((alternative) => this.#one(one, alternative, at.member).length === 0)
    if (fits.some((alternative) => this.#isAlone(one, alternative, wanted))) return []
    const form = this.#oldForm(one)
    // Where there is one candidate, what is wrong with it says more than the two types do.
    const near = wanted.filter((alternative) => sameFamily(form, this.#newForm(alternative)))
    const [only] = near
    if (only !== undefined && near.length === 1 && fits.length === 0 && isStructure(form)) return this.#one(one, only, at.member)
    return [{ member: at.member, reason: `was ${shapeText(at.old)}, is ${shapeText(at.now)}` }]
  }

  /**
   * Whether a value of `one` is taken for `alternative` and for none of its siblings: members of the value
   * that belong to a sibling alone would make the decoder refuse it.
   */
  #isAlone(one: Shape, alternative: Shape, wanted: readonly Shape[]): boolean {
    const form = this.#oldForm(one)
    const target = this.#newForm(alternative)
    if (!isObject(form) || !isObject(target)) return true
    const own = new Set(objectLike(target).members.map(({ name }) => name))
    const siblings = wanted.filter((other) => other !== alternative).map((other) => this.#newForm(other)).filter(isObject)
    const theirs = siblings.flatMap((sibling) => objectLike(sibling).members.map(({ name }) => name))
    const foreign = new Set(theirs.filter((name) => !own.has(name)))
    const { members, indexes } = objectLike(form)
    return siblings.length === 0 || (indexes.length === 0 && members.every(({ name }) => !foreign.has(name)))
  }

  #one(old: Shape, now: Shape, member: string): readonly Break[] {
    const [from, to] = [this.#oldForm(old), this.#newForm(now)]
    const differ: readonly Break[] = [{ member, reason: `was ${shapeText(old)}, is ${shapeText(now)}` }]
    // A class with `fromJSON` resolves to what it takes, which may be a union again.
    if (from.kind === 'union' || to.kind === 'union' || from.kind === 'json' || to.kind === 'json') {
      return to.kind === 'json' ? [] : from.kind === 'json' ? differ : this.compare(from, to, member)
    }
    if (isObject(from) && isObject(to)) return this.#object(objectLike(from), objectLike(to), member)
    if (isList(from) && isList(to)) return this.#list(from, to, member) ?? differ
    return scalarReads(from, to) ? [] : differ
  }

  #object(old: ObjectLike, now: ObjectLike, member: string): readonly Break[] {
    const { old: oldTable, new: newTable, closed } = this.#versions
    const oldMembers = new Map(old.members.map((one) => [one.name, one]))
    const newNames = new Set(now.members.map(({ name }) => name))
    const wanted = now.members.flatMap((one): readonly Break[] => {
      const at = `${member}.${one.name}`
      const mayLack = one.optional || allowsAbsence(one.shape, newTable)
      const before = oldMembers.get(one.name)
      if (before !== undefined) {
        const couldLack = before.optional || allowsAbsence(before.shape, oldTable)
        if (couldLack && !mayLack) return [{ member: at, reason: 'was optional, is required' }]
        return this.compare(before.shape, one.shape, at)
      }
      const strays = old.indexes.filter(({ keys }) => mayFit(one.name, keys)).flatMap(({ value }) => this.compare(value, one.shape, at))
      return mayLack ? strays : [{ member: at, reason: 'is new and required' }]
    })
    const left = old.members.filter(({ name }) => !newNames.has(name) && name !== '__proto__').flatMap((one): readonly Break[] => {
      const at = `${member}.${one.name}`
      const near = now.indexes.filter(({ keys }) => mayFit(one.name, keys))
      const found = near.flatMap(({ value }) => this.compare(one.shape, value, at))
      if (near.some(({ keys }) => keys === undefined) || found.length > 0) return found
      return closed ? [{ member: at, reason: "is no member any more, and unknownMembers is 'refuse'" }] : []
    })
    const open = old.indexes.flatMap((index): readonly Break[] => {
      const at = `${member}{}`
      const meets = now.indexes.filter(({ keys }) => mayOverlapKeys(index.keys, keys))
      const covered = now.indexes.some(({ keys }) => keys === undefined || JSON.stringify(keys) === JSON.stringify(index.keys))
      const refused = closed && !covered ? [{ member: at, reason: "some keys fit no more, and unknownMembers is 'refuse'" }] : []
      return [...meets.flatMap(({ value }) => this.compare(index.value, value, at)), ...refused]
    })
    return [...wanted, ...left, ...open]
  }

  /** `undefined`: the lengths differ, or the two are built otherwise. */
  #list(old: Shape, now: Shape, member: string): readonly Break[] | undefined {
    const from = listForm(old)
    const to = listForm(now)
    // What was a list may hold something twice; only a Set or a Map is sure not to.
    if ((now.kind === 'set' || now.kind === 'map') && (old.kind !== now.kind || this.#mayMeet(old, now))) return undefined
    if (from.least < to.least || from.most > to.most) return undefined
    if (from.last.length > 0 || to.last.length > 0) {
      const alike = from.first.length === to.first.length && from.last.length === to.last.length
      if (!alike && !(to.first.length === 0 && to.last.length === 0)) return undefined
    }
    const breaks = (one: Shape, other: Shape | undefined, at: string): readonly Break[] =>
      other === undefined ? [] : this.compare(one, other, at)
    const further = [...to.first.slice(from.first.length), to.rest]
    const isAny = to.last.length === 0 && to.first.length === 0
    return [
      ...from.first.flatMap((one, index) => breaks(one, to.first[index] ?? to.rest, `${member}[${index}]`)),
      ...further.flatMap((other) => (from.rest === undefined ? [] : breaks(from.rest, other, `${member}[]`))),
      ...from.last.flatMap((one, index) => breaks(one, isAny ? to.rest : to.last[index], `${member}[-${from.last.length - index}]`)),
    ]
  }

  /** Two objects with one text, such as two Buffers, are two elements of a Set or keys of a Map; two strings are not. */
  #mayMeet(old: Shape, now: Shape): boolean {
    const kept = new Set(keysOf(now, this.#versions.new).map(({ kind }) => kind))
    return keysOf(old, this.#versions.old).some(({ kind }) => objectsWithText.has(kind) && !kept.has(kind))
  }

  #oldForm(shape: Shape): Shape {
    return resolved(shape, this.#versions.old)
  }

  #newForm(shape: Shape): Shape {
    return resolved(shape, this.#versions.new)
  }
}

const objectsWithText: ReadonlySet<Shape['kind']> = new Set(['date', 'bytes', 'buffer', 'url'])

/** What a Set or a Map is sure to hold once. */
function keysOf(shape: Shape, shapes: ShapeTable): readonly Shape[] {
  if (shape.kind === 'set') return alternatives(shape.element, shapes)
  return shape.kind === 'map' ? alternatives(shape.key, shapes) : []
}

/** Unions within unions flattened; names kept where they lead to something else. */
function alternatives(shape: Shape, shapes: ShapeTable, seen: ReadonlySet<string> = new Set()): readonly Shape[] {
  if (shape.kind === 'union') return shape.alternatives.flatMap((one) => alternatives(one, shapes, seen))
  if (shape.kind === 'boolean') return [true, false].map((value): Shape => ({ kind: 'literal', value }))
  if (shape.kind !== 'ref') return [shape]
  if (seen.has(shape.key)) return []
  const named = namedShape(shape.key, shapes)
  const leadsOn = named.class === undefined && (named.shape.kind === 'union' || named.shape.kind === 'ref' || !isStructure(named.shape))
  return leadsOn ? alternatives(named.shape, shapes, new Set([...seen, shape.key])) : [shape]
}

function isObject(shape: Shape): shape is Extract<Shape, { kind: 'object' | 'record' }> {
  return shape.kind === 'object' || shape.kind === 'record'
}

function isList(shape: Shape): boolean {
  return shape.kind === 'array' || shape.kind === 'tuple' || shape.kind === 'set' || shape.kind === 'map'
}

function isStructure(shape: Shape): boolean {
  return isObject(shape) || isList(shape)
}

function sameFamily(first: Shape, second: Shape): boolean {
  return (isObject(first) && isObject(second)) || (isList(first) && isList(second))
}

function objectLike(shape: Shape): ObjectLike {
  if (shape.kind === 'object') return { members: shape.members, indexes: shape.indexes ?? [] }
  if (shape.kind === 'record') return { members: [], indexes: [shape] }
  throw new Error(`A ${shape.kind} has no members`)
}

interface ListForm {
  readonly first: readonly Shape[]
  readonly rest: Shape | undefined
  readonly last: readonly Shape[]
  readonly least: number
  readonly most: number
}

function listForm(shape: Shape): ListForm {
  const all = (rest: Shape): ListForm => ({ first: [], rest, last: [], least: 0, most: Number.POSITIVE_INFINITY })
  switch (shape.kind) {
    case 'array':
    case 'set':
      return all(shape.element)
    case 'map':
      return all({ kind: 'tuple', elements: [shape.key, shape.value].map((one) => ({ shape: one, optional: false, rest: false })) })
    case 'tuple': {
      const open = shape.elements.findIndex(({ rest }) => rest)
      const first = open === -1 ? shape.elements : shape.elements.slice(0, open)
      const last = open === -1 ? [] : shape.elements.slice(open + 1)
      return {
        first: first.map((one) => one.shape),
        rest: shape.elements[open]?.shape,
        last: last.map((one) => one.shape),
        least: first.filter(({ optional }) => !optional).length + last.length,
        most: open === -1 ? first.length : Number.POSITIVE_INFINITY,
      }
    }
    default:
      throw new Error(`A ${shape.kind} is no list`)
  }
}

/** Whether the text of every value of one scalar is read by the other. */
function scalarReads(from: Shape, to: Shape): boolean {
  if (from.kind === 'literal') {
    if (to.kind === 'literal') return JSON.stringify(from.value) === JSON.stringify(to.value)
    const { value } = from
    if (typeof value === 'object') return to.kind === 'bigint' || to.kind === 'string'
    return to.kind === typeof value
  }
  if (to.kind === 'string') return ['string', 'pattern', 'date', 'url', 'bytes', 'buffer', 'bigint'].includes(from.kind)
  if (from.kind === 'pattern' && to.kind === 'pattern') {
    return to.templates.every((one) => from.templates.some((other) => JSON.stringify(one) === JSON.stringify(other)))
  }
  const isBytes = (kind: string): boolean => kind === 'bytes' || kind === 'buffer'
  return from.kind === to.kind || (isBytes(from.kind) && isBytes(to.kind))
}
