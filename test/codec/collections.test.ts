import { describe, expect, test } from 'vitest'
import { evaluateCodec } from './evaluate-codec.ts'
import { array, bigint, bytes, date, lit, map, nil, number, object, optional, pattern, ref, set, shapeTable, string, template, tuple, union, url } from './load-codecs.ts'
import { refusalText, travel } from './travel.ts'
import type { MessageCodec } from '../../runtime/contracts/codec.ts'
import type { Shape, ShapeTable } from '../../compiler/discover/shape.ts'

function codecOf(shape: Shape, shapes?: ShapeTable, unknownMembers?: 'refuse'): MessageCodec<unknown> {
  const codec = evaluateCodec(shape, shapes, unknownMembers)
  if (codec === undefined) throw new Error('the shape is refused')
  return codec
}

describe('sets and maps', () => {
  const codec = codecOf(object({ tags: set(string), prices: map(string, bigint), byDay: map(date, set(number)) }))
  const value = {
    tags: new Set(['a', 'b']),
    prices: new Map([['EUR', 1n]]),
    byDay: new Map([[new Date(1), new Set([1])]]),
  }
  const wire = { tags: ['a', 'b'], prices: [['EUR', '1']], byDay: [['1970-01-01T00:00:00.001Z', [1]]] }

  test('travel as lists', () => {
    expect(JSON.parse(codec.encode(value))).toStrictEqual(wire)
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test.each([
    [{ tags: ['a', 'a'] }, '$.tags: expected a list with each element once, found a list of 2 elements'],
    [{ tags: { a: 1 } }, '$.tags: expected a list, found an object'],
    [{ tags: [1] }, '$.tags[0]: expected a string, found 1'],
    [{ prices: [['a', '1'], ['a', '2']] }, '$.prices: expected a list with each key once'],
    [{ prices: [['a']] }, '$.prices[0]: expected a list of a key and its value, found a list of 1 element'],
    [{ prices: [[1, '1']] }, '$.prices[0][0]: expected a string, found 1'],
    [{ prices: [['a', 'x']] }, '$.prices[0][1]: expected a whole number as text'],
    [{ byDay: [['no', []]] }, '$.byDay[0][0]: expected a date and time'],
  ])('%j is refused', (wrong, text) => {
    expect(refusalText(() => codec.decode({ ...structuredClone(wire), ...wrong }))).toContain(text)
  })

  test('encode takes nothing else for them', () => {
    expect(refusalText(() => codec.encode({ ...value, tags: ['a'] }))).toContain('$.tags: expected a Set, found a list of 1 element')
    expect(refusalText(() => codec.encode({ ...value, prices: {} }))).toContain('$.prices: expected a Map, found an object')
    expect(refusalText(() => codec.encode({ ...value, tags: new Set([1]) }))).toContain('$.tags[0]: expected a string, found 1')
  })

  test('a cycle is refused', () => {
    const trees = codecOf(ref('Tree'), shapeTable({ Tree: map(string, ref('Tree')) }))
    const tree = new Map<string, unknown>()
    tree.set('itself', tree)
    expect(refusalText(() => trees.encode(tree))).toContain('an end to the nesting')
  })
})

describe('bytes and URLs', () => {
  const codec = codecOf(object({ picture: bytes, home: url }))
  const value = { picture: new Uint8Array([0, 255, 62]), home: new URL('https://example.org/ä?b#c') }

  test('travel as text', () => {
    expect(JSON.parse(codec.encode(value))).toStrictEqual({ picture: 'AP8+', home: 'https://example.org/%C3%A4?b#c' })
    expect(travel(codec, value)).toStrictEqual(value)
    expect(travel(codec, { ...value, picture: Buffer.from('abc') })).toStrictEqual({ ...value, picture: new Uint8Array([97, 98, 99]) })
  })

  test('decoded bytes show nothing of other memory', () => {
    const { picture } = travel(codec, value) as typeof value
    expect(picture.buffer.byteLength).toBe(3)
  })

  test.each([['AP8'], ['AP8-'], ['====A'], ['A==='], [' AP8'], [1], [null], [[0, 255]]])('%j are no bytes', (picture) => {
    expect(refusalText(() => codec.decode({ picture, home: 'https://example.org/' }))).toContain('$.picture: expected bytes as base64')
  })

  test.each([['example.org'], [''], [1], [null]])('%j is no URL', (home) => {
    expect(refusalText(() => codec.decode({ picture: '', home }))).toContain('$.home: expected a URL')
  })

  test.each([
    ['bytes', union(bytes, string)],
    ['bytes and digits', union(bytes, bigint)],
    ['bytes and a literal of their look', union(bytes, lit('none'))],
    ['bytes twice', union(bytes, { kind: 'buffer' })],
    ['a URL', union(url, string)],
    ['a URL and a literal', union(url, lit('about:blank'))],
    ['a Set', union(set(string), array(string))],
    ['a Set and a Map', union(set(string), map(string, string))],
    ['two Sets', union(set(string), set(number))],
    ['a date and text like one', union(date, pattern('', 'number', '-', 'string', ''))],
  ])('%s beside what looks the same is refused by the compiler', (_, shape) => {
    expect(evaluateCodec(object({ member: shape }))).toBeUndefined()
  })

  test('a date, a URL, bytes and a Set are told apart', () => {
    const mixed = codecOf(array(union(date, url, bytes, set(date), nil, number, lit('not bytes!'))))
    const values = [new Date(5), new URL('a:b'), new Uint8Array([1]), new Set([new Date(1)]), null, 5, 'not bytes!']
    expect(travel(mixed, values)).toStrictEqual(values)
  })
})

describe('members beside an index signature', () => {
  const shape: Shape = {
    kind: 'object',
    members: [
      { name: 'type', shape: string, optional: false },
      { name: 'at', shape: date, optional: true },
    ],
    indexes: [{ keys: template('x-', 'string', ''), value: number }, { value: union(string, date) }],
  }

  // `Date | string` is refused, so the open part is of other types here.
  const sound: Shape = { ...shape, indexes: [shape.indexes![0]!, { value: union(string, number) }] }
  const codec = codecOf(sound)

  test('a member belongs to its name, else to the first index that its key fits', () => {
    const value = { type: 'a', at: new Date(1), 'x-n': 1, other: 'b', constructor: 'c' }
    expect(travel(codec, value)).toStrictEqual(value)
    expect(refusalText(() => codec.decode({ type: 'a', 'x-n': 'text' }))).toContain('$["x-n"]: expected a finite number, found "text"')
    expect(refusalText(() => codec.decode({ type: 'a', other: null }))).toContain('$["other"]: expected a string or a number')
    expect(refusalText(() => codec.decode({ type: 1 }))).toContain('$.type: expected a string')
  })

  test('a member called __proto__ is dropped both ways', () => {
    const decoded = codec.decode(JSON.parse('{"type":"a","__proto__":{"polluted":true}}')) as object
    expect(decoded).toStrictEqual({ type: 'a' })
    expect(Reflect.get(decoded, 'polluted')).toBeUndefined()
  })
})

describe('unknown members', () => {
  const shape = object({ id: string, inner: object({ a: number }), codes: { kind: 'record', value: number, keys: template('x-', 'string', '') }, note: optional(string) })
  const wire = { id: 'a', inner: { a: 1 }, codes: { 'x-1': 1 } }

  test('are left out unless the config says otherwise', () => {
    const decoded = codecOf(shape).decode({ ...wire, further: 1, inner: { a: 1, b: 2 }, codes: { 'x-1': 1, y: 2 } })
    expect(decoded).toStrictEqual(wire)
  })

  test.each([
    [{ further: { password: 'secret' } }, '$["further"]: expected no such member, found an object'],
    [{ inner: { a: 1, b: 2 } }, '$.inner["b"]: expected no such member, found 2'],
    [{ codes: { y: 2 } }, '$.codes["y"]: expected no such member'],
    [{ toString: 1 }, '$["toString"]: expected no such member'],
    [JSON.parse('{"__proto__":{"a":1}}') as object, '$["__proto__"]: expected no such member'],
  ])('%j are refused where it says so', (wrong, text) => {
    const codec = codecOf(shape, {}, 'refuse')
    expect(codec.decode(structuredClone(wire))).toStrictEqual(wire)
    const json = structuredClone(wire)
    for (const [key, value] of Object.entries(wrong)) {
      Object.defineProperty(json, key, { value, enumerable: true, configurable: true, writable: true })
    }
    expect(refusalText(() => codec.decode(json))).toContain(text)
  })
})

describe('tuples with a rest before their end', () => {
  const codec = codecOf(object({ path: tuple(string, { rest: number }, date), end: tuple({ rest: bigint }, string) }))

  test('come back as they went in', () => {
    for (const between of [[], [1], [1, 2, 3]]) {
      const value = { path: ['a', ...between, new Date(1)], end: [...between.map(BigInt), 'z'] }
      expect(travel(codec, value)).toStrictEqual(value)
    }
  })

  test('are refused with the right index', () => {
    const at = new Date(1).toISOString()
    expect(refusalText(() => codec.decode({ path: ['a'], end: ['z'] }))).toContain('$.path: expected a list of at least 2 elements')
    expect(refusalText(() => codec.decode({ path: ['a', 'b', at], end: ['z'] }))).toContain('$.path[1]: expected a finite number')
    expect(refusalText(() => codec.decode({ path: ['a', 1, 'b'], end: ['z'] }))).toContain('$.path[2]: expected a date')
    expect(refusalText(() => codec.decode({ path: ['a', at], end: [] }))).toContain('$.end: expected a list of at least 1 element')
    expect(refusalText(() => codec.encode({ path: ['a', new Date(1)], end: [1n, 2n] }))).toContain('$.end[1]: expected a string')
  })
})
