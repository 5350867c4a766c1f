import type { NamedShape, Shape, ShapeTable } from '../discover/shape.ts'
import type { CodecLiteral, WireKind } from './codec-plan.ts'

/** Follows references until the shape says what is on the wire. */
export function resolved(shape: Shape, shapes: ShapeTable): Shape {
  let current = shape
  for (let hops = 0; current.kind === 'ref'; hops += 1) {
    if (hops > 1_000) throw new Error(`The shape ${current.key} refers to nothing but itself`)
    current = namedShape(current.key, shapes).shape
  }
  return current
}

export function namedShape(key: string, shapes: ShapeTable): NamedShape {
  const named = Object.hasOwn(shapes, key) ? shapes[key] : undefined
  if (named === undefined) throw new Error(`The shape ${key} is not in the table`)
  return named
}

const allKinds: readonly WireKind[] = ['string', 'number', 'boolean', 'null', 'list', 'object']

/** The kinds of JSON value that a shape can have; none for `undefined`. */
export function wireKinds(shape: Shape, shapes: ShapeTable, seen: ReadonlySet<string> = new Set()): ReadonlySet<WireKind> {
  switch (shape.kind) {
    case 'string':
    case 'bigint':
    case 'date':
    case 'url':
    case 'bytes':
    case 'buffer':
    case 'pattern':
      return new Set(['string'])
    case 'number':
    case 'boolean':
    case 'null':
      return new Set([shape.kind])
    case 'undefined':
      return new Set()
    case 'json':
      return new Set(allKinds)
    case 'literal':
      return new Set([typeof shape.value === 'object' ? 'string' : (typeof shape.value as 'string' | 'number' | 'boolean')])
    case 'array':
    case 'tuple':
    case 'set':
    case 'map':
      return new Set(['list'])
    case 'record':
    case 'object':
      return new Set(['object'])
    case 'union':
      return new Set(shape.alternatives.flatMap((alternative) => [...wireKinds(alternative, shapes, seen)]))
    case 'ref':
      if (seen.has(shape.key)) return new Set()
      return wireKinds(namedShape(shape.key, shapes).shape, shapes, new Set([...seen, shape.key]))
  }
}

/** The values of a shape, if it is made of literals and null alone. Literals of bigint are not among them. */
export function unitValues(shape: Shape, shapes: ShapeTable): readonly CodecLiteral[] | undefined {
  const form = resolved(shape, shapes)
  if (form.kind === 'null') return [null]
  if (form.kind === 'literal') return typeof form.value === 'object' ? undefined : [form.value]
  if (form.kind !== 'union') return undefined
  const values: CodecLiteral[] = []
  for (const alternative of form.alternatives) {
    const units = unitValues(alternative, shapes)
    if (units === undefined) return undefined
    values.push(...units)
  }
  return values
}

/** Whether `undefined` is a value of the shape, so that a member of it may be missing on the wire. */
export function allowsAbsence(shape: Shape, shapes: ShapeTable): boolean {
  const form = resolved(shape, shapes)
  if (form.kind === 'undefined' || form.kind === 'json') return true
  return form.kind === 'union' && form.alternatives.some((alternative) => allowsAbsence(alternative, shapes))
}

