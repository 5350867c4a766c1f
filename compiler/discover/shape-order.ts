import type { Shape } from './shape.ts'

const ranks: Readonly<Record<Shape['kind'], number>> = {
  undefined: 0,
  null: 1,
  boolean: 2,
  literal: 3,
  number: 4,
  bigint: 5,
  date: 6,
  url: 7,
  bytes: 8,
  buffer: 9,
  pattern: 10,
  string: 11,
  array: 12,
  tuple: 13,
  set: 14,
  map: 15,
  record: 16,
  object: 17,
  ref: 18,
  union: 19,
  json: 20,
}

/** The one order of a union's alternatives, whatever the order in which the source or the compiler has them. */
export function compareShapes(a: Shape, b: Shape): number {
  if (a.kind !== b.kind) return ranks[a.kind] - ranks[b.kind]
  if (a.kind === 'literal' && b.kind === 'literal') {
    if (typeof a.value === 'number' && typeof b.value === 'number') return a.value - b.value
    if (typeof a.value !== typeof b.value) return compareText(typeof a.value, typeof b.value)
  }
  return compareText(JSON.stringify(a), JSON.stringify(b))
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
