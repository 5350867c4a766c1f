import { describe, expect, test } from 'vitest'
import { bigint, boolean, codecOf, date, json, lit, message, loadCodecs, nil, nothing, number, object, optional, string, union } from './load-codecs.ts'
import { refusal, travel } from './travel.ts'

describe('scalars come back as they went in', async () => {
  const codec = await codecOf(
    object({ text: string, count: number, yes: boolean, big: bigint, at: date, kind: lit('a'), level: union(lit(1), lit(2)), seven: lit({ bigint: '7' }) }),
  )
  const value = { text: 'ä"\\\n\u0000\ud800 🙂', count: 1e21, yes: false, big: -(10n ** 40n), at: new Date(1), kind: 'a', level: 2, seven: 7n }

  test('all of them at once', () => {
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('the text is JSON with the members of the type', () => {
    expect(JSON.parse(codec.encode({ ...value, extra: 1 }))).toStrictEqual({
      ...value,
      big: `-1${'0'.repeat(40)}`,
      at: '1970-01-01T00:00:00.001Z',
      seven: '7',
    })
  })

  test.each([
    ['text', 1, 'a string', '1'],
    ['text', undefined, 'a string', 'nothing'],
    ['count', '1', 'a finite number', '"1"'],
    ['count', null, 'a finite number', 'null'],
    ['yes', 'true', 'true or false', '"true"'],
    ['big', 7, 'a whole number as text, such as "42"', '7'],
    ['big', '1.5', 'a whole number as text, such as "42"', '"1.5"'],
    ['big', ' 1', 'a whole number as text, such as "42"', '" 1"'],
    ['kind', 'b', '"a"', '"b"'],
    ['level', 3, '1 or 2', '3'],
    ['seven', '8', '"7"', '"8"'],
    ['text', { secret: 1 }, 'a string', 'an object'],
    ['text', [1, 2], 'a string', 'a list of 2 elements'],
  ])('decode refuses %s = %j', (member, wrong, expected, found) => {
    const parsed = { ...JSON.parse(codec.encode(value)), [member]: wrong }
    expect(refusal(() => codec.decode(parsed))).toEqual({
      code: 'JASPER_DECODE',
      message: `JASPER_DECODE: $.${member}: expected ${expected}, found ${found}`,
      path: `$.${member}`,
      expected,
    })
  })

  test.each([
    ['text', undefined],
    ['text', null],
    ['count', NaN],
    ['count', Infinity],
    ['count', 1n],
    ['yes', 0],
    ['big', 7],
    ['at', new Date(NaN)],
    ['at', '2024-01-01T00:00:00Z'],
    ['kind', 'b'],
    ['seven', 7],
  ])('encode refuses %s = %s', (member, wrong) => {
    const found = refusal(() => codec.encode({ ...value, [member]: wrong }))
    expect(found.code).toBe('JASPER_ENCODE')
    expect(found.path).toBe(`$.${member}`)
  })

  test('a number too large for a double is refused, not taken for infinity', () => {
    const parsed = JSON.parse(codec.encode(value).replace('1e+21', '1e999'))
    expect(refusal(() => codec.decode(parsed)).message).toBe('JASPER_DECODE: $.count: expected a finite number, found Infinity')
  })

  test('a long actual value is shortened to 60 characters', () => {
    const text = refusal(() => codec.decode({ ...JSON.parse(codec.encode(value)), count: '"\n'.repeat(500) })).message
    const found = text.slice(text.indexOf('found ') + 6)
    expect(found.length).toBeLessThanOrEqual(60)
    expect(found).toMatch(/^"\\"\\n.*…"$/)
  })
})

describe('dates', async () => {
  const codec = await codecOf(object({ at: date }))

  test.each([
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['2000-02-29T00:00:00.5+02:00', '2000-02-28T22:00:00.500Z'],
    ['2024-05-01T12:00:00.123456789Z', '2024-05-01T12:00:00.123Z'],
    ['2024-05-01T12:00Z', '2024-05-01T12:00:00.000Z'],
    ['2024-12-31T23:59:59-11:30', '2025-01-01T11:29:59.000Z'],
    ['+012024-07-31T00:00:00Z', '+012024-07-31T00:00:00.000Z'],
    ['-000001-01-01T00:00:00Z', '-000001-01-01T00:00:00.000Z'],
  ])('%s is read', (text, iso) => {
    expect(codec.decode({ at: text })).toStrictEqual({ at: new Date(iso) })
  })

  test.each([
    '2024-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2024-04-31T00:00:00Z', '2024-09-31T00:00:00+02:00',
    '2024-11-31T00:00:00Z', '2024-13-01T00:00:00Z', '2024-00-10T00:00:00Z', '2024-01-00T00:00:00Z', '2024-01-01', '2024-01-01T00:00:00',
    '2024-01-01 00:00:00Z', '2024-01-01T24:00:00Z', '2024-01-01T23:60:00Z', '2024-01-01T23:59:60Z', '2024-01-01T00:00:00+0100',
    '-000000-01-01T00:00:00Z', '+999999-01-01T00:00:00Z', 'Mon, 01 Jan 2024 00:00:00 GMT', '1704067200000', '', ' 2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00Z\n',
  ])('%j is refused', (text) => {
    expect(refusal(() => codec.decode({ at: text })).path).toBe('$.at')
  })

  test('every day of 400 years is read as itself', () => {
    for (let time = Date.UTC(1800, 0, 1); time < Date.UTC(2200, 0, 1); time += 86_400_000) {
      const text = new Date(time).toISOString()
      expect((codec.decode({ at: text }) as { at: Date }).at.getTime()).toBe(time)
    }
  })

  test('text that differs in one character is read as Date.parse reads it, or refused', () => {
    const canonical = '2024-05-01T12:30:59.123Z'
    for (let index = 0; index < canonical.length; index += 1) {
      for (const character of '0123456789-:.TZ+ a/') {
        const text = canonical.slice(0, index) + character + canonical.slice(index + 1)
        let at: Date | undefined
        try {
          at = (codec.decode({ at: text }) as { at: Date }).at
        } catch {
          expect(/^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text) && !/-00T/.test(text) && Number(text.slice(8, 10)) <= 28).toBe(false)
          continue
        }
        expect(at.getTime()).toBe(Date.parse(text))
      }
    }
    expect(codec.decode({ at: '0050-01-01T00:00:00.000Z' })).toStrictEqual({ at: new Date('0050-01-01T00:00:00.000Z') })
  })

  test('the first and the last instant travel', () => {
    for (const at of [new Date(-8.64e15), new Date(8.64e15)]) expect(travel(codec, { at })).toStrictEqual({ at })
  })
})

describe('optional, undefined and null are three things', async () => {
  const codec = await codecOf(
    object({
      a: optional(string),
      b: union(string, nothing),
      c: union(string, nil),
      d: optional(union(date, nil)),
      e: optional(union(number, nothing)),
      f: optional(nothing),
    }),
  )

  test('what may be left out is left out', () => {
    expect(codec.encode({ b: undefined, c: null })).toBe('{"c":null}')
    expect(codec.encode({ a: undefined, b: undefined, c: 'x', d: undefined, e: undefined, f: undefined })).toBe('{"c":"x"}')
  })

  test('a missing required member that may be undefined comes back as undefined', () => {
    expect(codec.decode({ c: null })).toStrictEqual({ b: undefined, c: null })
  })

  test('an optional date that may be null', () => {
    expect(codec.decode({ c: 'x', d: null })).toStrictEqual({ b: undefined, c: 'x', d: null })
    expect(travel(codec, { b: 'b', c: 'x', d: new Date(5) })).toStrictEqual({ b: 'b', c: 'x', d: new Date(5) })
  })

  test.each([
    [{ a: null, c: null }, '$.a', 'a string'],
    [{ b: null, c: null }, '$.b', 'a string'],
    [{}, '$.c', 'a string or null'],
    [{ c: null, e: null }, '$.e', 'a finite number'],
    [{ c: null, f: 1 }, '$.f', 'nothing'],
  ])('%j is refused', (value, path, expected) => {
    expect(refusal(() => codec.decode(value))).toMatchObject({ path, expected, code: 'JASPER_DECODE' })
    expect(refusal(() => codec.encode(value))).toMatchObject({ path, code: 'JASPER_ENCODE' })
  })
})

describe('unknown travels as JSON', async () => {
  const codec = await codecOf(object({ any: json, maybe: optional(json) }))

  test.each([[{ any: null }], [{ any: { deep: [1, 'x', null, { __proto: 1 }] }, maybe: false }]])('%j', (value) => {
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('undefined is left out', () => {
    expect(travel(codec, { any: undefined })).toStrictEqual({ any: undefined })
  })

  test.each([[() => 1], [Symbol('x')], [1n], [{ deep: NaN }], [[undefined]], [{ deep: [1, undefined] }], [{ f: () => 1 }]])('%o is refused', (any) => {
    expect(refusal(() => codec.encode({ any })).code).toBe('JASPER_ENCODE')
  })

  test('a cycle is refused, and nesting that JSON.stringify cannot follow', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i += 1) deep = [deep]
    for (const any of [cycle, deep]) expect(refusal(() => codec.encode({ any })).code).toBe('JASPER_ENCODE')
  })
})

describe('a message that is no object', async () => {
  const { codec } = await loadCodecs({
    messages: [message('Text', string), message('Level', union(lit(1), lit(2))), message('Maybe', union(number, nil)), message('Either', union(string, number))],
  })

  test('travels as its JSON value', () => {
    expect(travel(codec('Text'), 'x')).toBe('x')
    expect(codec('Level').encode(2)).toBe('2')
    expect(codec('Maybe').encode(null)).toBe('null')
    expect(codec('Maybe').encode(1.5)).toBe('1.5')
    expect(travel(codec('Either'), 4)).toBe(4)
    expect(refusal(() => codec('Level').decode(3)).path).toBe('$')
  })
})
