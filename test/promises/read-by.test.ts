import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Shape, ShapeMember, ShapeTable } from '../../compiler/discover/shape.ts'
import { findBreaks } from '../../compiler/promises/read-by.ts'
import { shapesWithValues, valuesFor } from '../codec/arbitrary-shape.ts'
import { evaluateCodec } from '../codec/evaluate-codec.ts'
import { array, bigint, bytes, date, json, lit, map, nil, number, object, optional, pattern, record, ref, set, shapeTable, string, tuple, union } from '../codec/load-codecs.ts'

function breaks(old: Shape, now: Shape, tables: { old?: ShapeTable; new?: ShapeTable; closed?: boolean } = {}): readonly string[] {
  const versions = { old: tables.old ?? {}, new: tables.new ?? {}, closed: tables.closed ?? false }
  return findBreaks(old, now, versions, 'M').map(({ member, reason }) => `${member} ${reason}`)
}

describe('a change that stored messages survive', () => {
  test.each<[string, Shape, Shape]>([
    ['none', object({ a: string }), object({ a: string })],
    ['a new optional member', object({ a: string }), object({ a: string, b: optional(number) })],
    ['a member that is left out', object({ a: string, b: number }), object({ a: string })],
    ['a required member that becomes optional', object({ a: string }), object({ a: optional(string) })],
    ['a wider union', object({ a: lit('x') }), object({ a: union(lit('x'), lit('y')) })],
    ['a literal that becomes any text', object({ a: lit('x') }), object({ a: string })],
    ['a type that becomes nullable', object({ a: date }), object({ a: union(date, nil) })],
    ['a type that becomes unknown', object({ a: bigint }), object({ a: json })],
    ['a Set that becomes an array', set(string), array(string)],
    ['a Map that becomes an array of pairs', map(string, number), array(tuple(string, number))],
    ['a date that becomes the text that it travelled as', date, string],
    ['a tuple that becomes an array', tuple(string, string), array(string)],
    ['text of a template that becomes any', pattern('a', 'string', ''), string],
    ['an object that becomes a record', object({ a: number, b: number }), record(number)],
    ['an alternative more', union(object({ kind: lit('a') }), nil), union(object({ kind: lit('a') }), object({ kind: lit('b'), n: number }), nil)],
  ])('%s', (_, old, now) => {
    expect(breaks(old, now)).toEqual([])
  })
})

describe('a change that breaks stored messages is named at its member', () => {
  test.each<[string, Shape, Shape, string]>([
    ['a new required member', object({ a: string }), object({ a: string, b: number }), 'M.b is new and required'],
    ['a renamed member', object({ a: string }), object({ b: string }), 'M.b is new and required'],
    ['an optional member that becomes required', object({ a: optional(string) }), object({ a: string }), 'M.a was optional, is required'],
    ['another representation', object({ a: array(object({ p: number })) }), object({ a: array(object({ p: string })) }), 'M.a[].p was number, is string'],
    ['a narrower union', union(lit('x'), lit('y')), lit('x'), 'M was "x" | "y", is "x"'],
    ['null that is allowed no more', object({ a: union(date, nil) }), object({ a: date }), 'M.a was Date | null, is Date'],
    ['text that must be a date', string, date, 'M was string, is Date'],
    ['text that must fit a template', string, pattern('a', 'string', ''), 'M was string, is `a${string}`'],
    ['an array that becomes a Set', array(string), set(string), 'M was string[], is Set<string>'],
    ['a longer tuple', tuple(string), tuple(string, number), 'M was [string], is [string, number]'],
    ['an alternative less', union(lit(1), bytes), bytes, 'M was 1 | Uint8Array, is Uint8Array'],
  ])('%s', (_, old, now, said) => {
    expect(breaks(old, now)).toEqual([said])
  })

  test('recursive types are followed once', () => {
    const old = shapeTable({ Tree: object({ value: number, children: array(ref('Tree')) }) })
    const now = shapeTable({ Tree: object({ value: string, children: array(ref('Tree')) }) })
    expect(breaks(ref('Tree'), ref('Tree'), { old, new: now })).toEqual(['M.value was number, is string'])
    expect(breaks(ref('Tree'), ref('Tree'), { old, new: old })).toEqual([])
  })

  test('two equal Dates, Buffers or URLs of a Set would meet as one string', () => {
    const set = (element: Shape): Shape => ({ kind: 'set', element })
    expect(breaks(object({ a: set(date) }), object({ a: set(string) }))).toHaveLength(1)
    expect(breaks(object({ a: set(bytes) }), object({ a: set(string) }))).toHaveLength(1)
    expect(breaks(object({ a: set(date) }), object({ a: set(union(date, nil)) }))).toEqual([])
    expect(breaks(object({ a: set(string) }), object({ a: set(union(string, nil)) }))).toEqual([])
  })

  test('with unknownMembers refused, a member that is left out breaks', () => {
    expect(breaks(object({ a: string, b: number }), object({ a: string }), { closed: true })).toEqual([
      "M.b is no member any more, and unknownMembers is 'refuse'",
    ])
  })
})

/** Random changes of the kinds that people make, anywhere in a shape. */
function changed(shape: Shape, choose: (count: number) => number): Shape {
  if (choose(3) > 0) {
    switch (shape.kind) {
      case 'object': {
        const at = choose(shape.members.length + 1)
        if (at < shape.members.length) {
          const members = shape.members.map((one, index) => (index === at ? { ...one, shape: changed(one.shape, choose) } : one))
          return { ...shape, members }
        }
        break
      }
      case 'array':
      case 'set':
        return { ...shape, element: changed(shape.element, choose) }
      case 'record':
        return { ...shape, value: changed(shape.value, choose) }
      case 'map':
        return { ...shape, value: changed(shape.value, choose) }
      default:
        break
    }
  }
  const swaps: Shape[] = [string, number, bigint, date, json, nil, bytes, lit('x'), array(string), array(shape)]
  swaps.push(union(shape, nil), union(shape, lit('other')))
  if (shape.kind === 'union') {
    const fewer = shape.alternatives.filter((_, index) => index !== choose(shape.alternatives.length))
    return choose(2) === 0 && fewer.length > 0 ? { ...shape, alternatives: fewer } : union(...shape.alternatives, lit('z'))
  }
  if (shape.kind === 'object') {
    const added: ShapeMember = { name: 'added', shape: swaps[choose(swaps.length)]!, optional: choose(2) === 0 }
    const fewer = shape.members.filter((_, index) => index !== choose(shape.members.length))
    const flipped = shape.members.map((one) => ({ ...one, optional: choose(2) === 0 ? one.optional : !one.optional }))
    const members = [[...shape.members.filter(({ name }) => name !== 'added'), added], fewer, flipped][choose(3)]!
    return { ...shape, members }
  }
  if (shape.kind === 'set') return choose(2) === 0 ? array(shape.element) : swaps[choose(swaps.length)]!
  return swaps[choose(swaps.length)]!
}

test('what is called compatible decodes, and what is called a break breaks', { timeout: 120_000 }, () => {
  const seen = { compatible: 0, broken: 0, shown: 0 }
  fc.assert(
    fc.property(shapesWithValues, fc.infiniteStream(fc.nat()), fc.integer(), (made, choices, seed) => {
      const choose = (count: number): number => (count <= 0 ? 0 : (choices.next().value as number) % count)
      const now = changed(made.shape, choose)
      const writer = evaluateCodec(made.shape, made.shapes)
      const reader = evaluateCodec(now, made.shapes)
      if (writer === undefined || reader === undefined) return
      const found = findBreaks(made.shape, now, { old: made.shapes, new: made.shapes, closed: false }, 'M')
      const values = fc.sample(valuesFor(made.shape, made.shapes), { numRuns: 40, seed })
      let refused: unknown
      for (const value of values) {
        let text: string
        try {
          text = writer.encode(value)
        } catch {
          continue
        }
        try {
          reader.decode(JSON.parse(text))
        } catch (error) {
          refused = error
        }
      }
      if (found.length === 0) {
        seen.compatible += 1
        expect(refused).toBeUndefined()
      } else {
        seen.broken += 1
        if (refused !== undefined) seen.shown += 1
      }
    }),
    { numRuns: 400 },
  )
  expect(seen.compatible).toBeGreaterThan(40)
  expect(seen.broken).toBeGreaterThan(40)
  // A break that no sampled value shows is one of a rare alternative, or one where only a value could tell.
  expect(seen.shown / seen.broken).toBeGreaterThan(0.75)
})
