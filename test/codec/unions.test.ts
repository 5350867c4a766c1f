import { describe, expect, test } from 'vitest'
import { planCodecs } from '../../compiler/codec/plan-codecs.ts'
import type { Shape, ShapeTable } from '../../compiler/discover/shape.ts'
import { array, bigint, boolean, codecOf, date, lit, loadCodecs, message, nil, nothing, number, object, optional, record, ref, shapeTable, string, tuple, union } from './load-codecs.ts'
import { refusal, travel } from './travel.ts'

function ambiguities(shape: Shape, shapes: ShapeTable = {}): readonly string[] {
  return planCodecs({ messages: [message('Probe', shape)], shapes }).diagnostics.map(({ code, message: text }) => `${code} ${text}`)
}

describe('a union of kinds', async () => {
  const codec = await codecOf(
    object({
      a: union(string, number, boolean, nil),
      b: union(date, number, array(string), object({ x: date })),
      c: optional(union(lit('auto'), number)),
      d: union(bigint, date, lit('never'), nothing),
      e: union(lit(true), lit(false), lit('maybe')),
      f: union(lit({ bigint: '1' }), lit({ bigint: '2' }), lit('none'), lit(3)),
    }),
  )

  test.each([
    { a: 'x', b: new Date(1), c: 'auto', d: 5n, e: true, f: 1n },
    { a: 1, b: 2, c: 3, d: new Date(6), e: false, f: 2n },
    { a: false, b: ['y'], d: 'never', e: 'maybe', f: 'none' },
    { a: null, b: { x: new Date(2) }, d: undefined, e: true, f: 3 },
  ])('%o', (value) => {
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('what fits none is refused', () => {
    const fine = JSON.parse(codec.encode({ a: 1, b: 2, d: 5n, e: true, f: 3 }))
    expect(refusal(() => codec.decode({ ...fine, a: [] }))).toMatchObject({ path: '$.a', expected: 'a string or a number or a boolean' })
    const wrong: readonly (readonly [string, unknown])[] = [['b', 'x'], ['b', true], ['b', [1]], ['b', { x: 1 }], ['c', 'x'], ['c', null], ['d', 'x'], ['d', 5], ['e', 1], ['f', 1]]
    for (const [member, value] of wrong) {
      expect(refusal(() => codec.decode({ ...fine, [member]: value })).code).toBe('JASPER_DECODE')
    }
    const unfit: readonly (readonly [string, unknown])[] = [['a', 1n], ['b', 'x'], ['b', NaN], ['c', null], ['d', 'x'], ['d', 5], ['e', 1], ['f', 9n]]
    for (const [member, value] of unfit) {
      expect(refusal(() => codec.encode({ a: 1, b: 2, d: 5n, e: true, f: 3, [member]: value })).code).toBe('JASPER_ENCODE')
    }
  })
})

describe('a discriminated union', async () => {
  const shapes = shapeTable({
    Pay: object({ by: union(ref('Card'), ref('Cash'), ref('Later')), again: array(ref('Method')) }),
    Method: union(ref('Card'), ref('Cash')),
    Card: object({ kind: lit('card'), digits: string }),
    Cash: object({ kind: lit('cash'), tip: optional(number), digits: optional(number) }),
    Later: object({ kind: union(lit('later'), lit('never')), due: date }),
  })
  const { codec: find } = await loadCodecs({ messages: [message('Pay', ref('Pay'))], shapes })
  const codec = find('Pay')

  test.each([
    { by: { kind: 'card', digits: '1' }, again: [{ kind: 'cash', digits: 5 }, { kind: 'card', digits: '2' }] },
    { by: { kind: 'never', due: new Date(1) }, again: [] },
  ])('%o', (value) => {
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('a wrong discriminant is named, and so is a problem behind a right one', () => {
    const wrong = { by: { kind: 'cheque' }, again: [] }
    expect(refusal(() => codec.decode(wrong))).toMatchObject({ path: '$.by.kind', expected: '"card" or "cash" or "later" or "never"' })
    expect(refusal(() => codec.encode(wrong))).toMatchObject({ path: '$.by.kind', code: 'JASPER_ENCODE' })
    expect(refusal(() => codec.decode({ by: { kind: 'card', digits: 1 }, again: [] })).path).toBe('$.by.digits')
    expect(refusal(() => codec.decode({ by: null, again: [] })).path).toBe('$.by')
  })
})

describe('a union told apart by its members', async () => {
  const shapes = shapeTable({
    Outcome: object({ of: union(ref('Placed'), ref('Rejected'), ref('Plain')) }),
    Placed: object({ id: string, total: bigint }),
    Rejected: object({ id: string, reason: string, code: optional(number) }),
    Plain: object({ id: string }),
  })
  const { codec: find } = await loadCodecs({ messages: [message('Outcome', ref('Outcome'))], shapes })
  const codec = find('Outcome')

  test.each([{ id: 'a', total: 1n }, { id: 'a', reason: 'b' }, { id: 'a', reason: 'b', code: 1 }, { id: 'a' }])('%o', (of) => {
    expect(travel(codec, { of })).toStrictEqual({ of })
  })

  test('a mix is never guessed at, and errors within an alternative have a path', () => {
    expect(refusal(() => codec.decode({ of: { id: 'a', total: '1', reason: 'b' } })).path).toBe('$.of')
    expect(refusal(() => codec.encode({ of: { id: 'a', total: 1n, code: 1 } })).path).toBe('$.of')
    expect(refusal(() => codec.decode({ of: { id: 'a', total: 'x' } })).path).toBe('$.of.total')
    expect(refusal(() => codec.decode({ of: {} }))).toMatchObject({ path: '$.of', expected: 'Placed or Rejected or Plain, and only one of them' })
  })

  test('members that no alternative knows do not matter', () => {
    expect(codec.decode({ of: { id: 'a', total: '1', extra: 1 } })).toStrictEqual({ of: { id: 'a', total: 1n } })
  })
})

test('alternatives that differ in the kind or the literals of some members', async () => {
  const codec = await codecOf(
    array(
      union(
        object({ id: string, x: lit('a'), at: date }),
        object({ id: number, y: number }),
        object({ id: string, x: lit('b'), at: string }),
        object({ id: string, x: lit('b'), other: boolean }),
      ),
    ),
  )
  const value = [{ id: 's', x: 'a', at: new Date(1) }, { id: 1, y: 2 }, { id: 's', x: 'b', at: 't' }, { id: 's', x: 'b', other: true }]
  expect(travel(codec, value)).toStrictEqual(value)
  expect(refusal(() => codec.decode([{ id: 's', x: 'c', at: 't' }])).path).toBe('$[0]')
})

test('alternatives that differ in optional members only', async () => {
  const codec = await codecOf(union(object({ a: string, x: optional(date) }), object({ a: string, y: optional(number) })))
  for (const value of [{ a: 'a' }, { a: 'a', x: new Date(1) }, { a: 'a', y: 1 }]) expect(travel(codec, value)).toStrictEqual(value)
  expect(refusal(() => codec.encode({ a: 'a', x: new Date(1), y: 1 })).path).toBe('$')
})

test('lists of different elements, and tuples', async () => {
  const codec = await codecOf(object({ list: union(array(string), array(number)), pair: union(tuple(lit('a'), date), tuple(lit('b'), string), tuple(lit('c'))) }))
  for (const value of [{ list: [], pair: ['a', new Date(1)] }, { list: ['x'], pair: ['b', 'x'] }, { list: [1, 2], pair: ['c'] }]) {
    expect(travel(codec, value)).toStrictEqual(value)
  }
  expect(refusal(() => codec.decode({ list: [1, 'x'], pair: ['c'] })).path).toBe('$.list[1]')
  expect(refusal(() => codec.decode({ list: [], pair: ['d'] })).path).toBe('$.pair[0]')
})

test('unions within unions, and one name for a union with null', async () => {
  const shapes = shapeTable({ Amount: union(string, number), MaybeAmount: union(ref('Amount'), nil), Big: union(ref('MaybeAmount'), bigint) })
  const codec = await codecOf(object({ a: ref('MaybeAmount'), b: union(ref('Amount'), nil, nothing), c: union(ref('Amount'), boolean) }), shapes)
  for (const value of [{ a: null, b: null, c: true }, { a: 'x', b: undefined, c: 1 }]) expect(travel(codec, value)).toStrictEqual(value)
  expect(ambiguities(ref('Big'), shapes)).toEqual(['JG2011 Big: bigint and string look the same on the wire'])
})

describe('what nothing tells apart is a diagnostic', () => {
  test.each<[string, Shape, string]>([
    ['a Date and a string', union(date, string), 'Date and string'],
    ['a bigint and a string', union(bigint, string), 'bigint and string'],
    ['a bigint and digits', union(bigint, lit('42')), 'bigint and "42"'],
    ['a Date and a literal that looks like one', union(date, lit('2024-01-01T00:00:00Z')), 'Date and "2024-01-01T00:00:00Z"'],
    ['members read differently', union(object({ at: date }), object({ at: string })), 'an object with at and an object with at'],
    ['an object and a record', union(object({ a: string }), record(number)), 'an object with a and an object'],
    ['two records', union(record(string), record(number)), 'an object and an object'],
    ['lists of the same kind', union(array(date), array(string)), 'a list and a list'],
  ])('%s', (_, shape, both) => {
    expect(ambiguities(object({ member: shape }))).toEqual([`JG2011 Probe.member: ${both} look the same on the wire`])
  })

  test('a class and an interface of the same members', () => {
    const shapes = shapeTable({ Money: object({ amount: number }), Price: object({ amount: number }) }, { Money: { fromJSON: false } })
    expect(ambiguities(union(ref('Money'), ref('Price')), shapes)).toEqual(['JG2011 Probe: Money and Price look the same on the wire'])
  })

  test.each<[string, Shape]>([
    ['a discriminant', union(object({ k: lit('a'), at: date }), object({ k: lit('b'), at: string }))],
    ['different members', union(object({ at: date }), object({ on: string }))],
    ['a Date and a word', union(date, lit('never'))],
    ['a Date and a bigint', union(date, bigint)],
    ['an object and a list', union(object({}), array(string))],
  ])('%s is fine', (_, shape) => {
    expect(ambiguities(shape)).toEqual([])
  })
})
