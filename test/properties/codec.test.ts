import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { shapesWithValues } from '../codec/arbitrary-shape.ts'
import { evaluateCodec } from '../codec/evaluate-codec.ts'

/** A type whose codec is made, with some of its values. */
const cases = shapesWithValues
  .map((made) => ({ ...made, codec: evaluateCodec(made.shape, made.shapes) }))
  .filter(({ codec }) => codec !== undefined)
  .chain(({ shape, shapes, codec, values }) =>
    fc.record({ shape: fc.constant({ shape, shapes }), codec: fc.constant(codec!), value: values }),
  )
  .filter(({ value }) => value !== undefined)

test('decode(JSON.parse(encode(value))) is value, whatever the type', { timeout: 120_000 }, () => {
  let travelled = 0
  fc.assert(
    fc.property(cases, ({ codec, value }) => {
      let text: string
      try {
        text = codec.encode(value)
      } catch (error) {
        // A value that is a mix of two alternatives is refused; nothing else is.
        expect(error).toSatisfy((found: unknown) => JasperError.is(found, 'JASPER_ENCODE'))
        expect((error as Error).message).toContain('and only one of them')
        return
      }
      travelled += 1
      const back = codec.decode(JSON.parse(text))
      if (!isDeepStrictEqual(back, value)) expect(back).toStrictEqual(value)
    }),
    { numRuns: 250 },
  )
  expect(travelled).toBeGreaterThan(200)
})

test('changed JSON decodes to something that fits, or is refused with JASPER_DECODE', { timeout: 120_000 }, () => {
  const seen = { fits: 0, refused: 0 }
  fc.assert(
    fc.property(cases, fc.infiniteStream(fc.nat()), fc.jsonValue({ maxDepth: 2 }), ({ codec, value }, choices, intruder) => {
      const parsed = parsedOr(() => codec.encode(value))
      if (parsed === undefined) return
      const changed = mutate(parsed.json, choices, intruder)
      let decoded: unknown
      try {
        decoded = codec.decode(changed)
      } catch (error) {
        expect(error).toSatisfy((found: unknown) => JasperError.is(found, 'JASPER_DECODE'))
        seen.refused += 1
        return
      }
      seen.fits += 1
      const again = codec.decode(JSON.parse(codec.encode(decoded)))
      if (!isDeepStrictEqual(again, decoded)) expect(again).toStrictEqual(decoded)
    }),
    { numRuns: 250 },
  )
  expect(seen.fits).toBeGreaterThan(20)
  expect(seen.refused).toBeGreaterThan(20)
})

test('any value at all is encoded or refused with JASPER_ENCODE', { timeout: 120_000 }, () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  })
  fc.assert(
    fc.property(cases, anything, ({ codec }, value) => {
      try {
        codec.decode(JSON.parse(codec.encode(value)))
      } catch (error) {
        expect(error).toSatisfy((found: unknown) => JasperError.is(found, 'JASPER_ENCODE'))
      }
    }),
    { numRuns: 250 },
  )
})

test('hostile keys anywhere change no prototype', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(cases, fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'), ({ codec, value }, key) => {
      const parsed = parsedOr(() => codec.encode(value))
      if (parsed === undefined) return
      const poisoned = poison(parsed.json, key)
      try {
        assertPlain(codec.decode(poisoned))
      } catch (error) {
        expect(error).toSatisfy((found: unknown) => JasperError.is(found, 'JASPER_DECODE'))
      }
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
    }),
    { numRuns: 250 },
  )
})

/** The parsed text; undefined for a mix of alternatives, which is not encoded. */
function parsedOr(encode: () => string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(encode()) }
  } catch (error) {
    if (JasperError.is(error, 'JASPER_ENCODE')) return undefined
    throw error
  }
}

/** Walks to some place in the JSON and removes, replaces or adds something there. */
function mutate(json: unknown, choices: Iterator<number>, intruder: unknown): unknown {
  const choose = (count: number): number => (choices.next().value as number) % count
  if (typeof json !== 'object' || json === null || choose(4) === 0) return choose(2) === 0 ? intruder : typeof json === 'string' ? `${json} ` : null
  const place = json as Record<string, unknown>
  const keys = Object.keys(place)
  const key = keys[choose(Math.max(keys.length, 1))]
  const action = choose(5)
  if (key === undefined || action === 0) {
    if (Array.isArray(json)) json.push(intruder)
    else place['extra'] = intruder
  } else if (action === 1) {
    if (Array.isArray(json)) json.splice(Number(key), 1)
    else delete place[key]
  } else {
    place[key] = mutate(place[key], choices, intruder)
  }
  return json
}

/** The JSON with one more member in every object, as JSON.parse would have put it there. */
function poison(json: unknown, key: string): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map((element) => poison(element, key))
  const poisoned = JSON.parse(`{${JSON.stringify(key)}:{"polluted":true}}`) as object
  for (const name of Object.keys(json)) {
    if (name === key) continue
    const value = poison((json as Record<string, unknown>)[name], key)
    Object.defineProperty(poisoned, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return poisoned
}

function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof URL || value instanceof Uint8Array) return
  if (value instanceof Map || value instanceof Set) return [...value.keys(), ...value.values()].forEach(assertPlain)
  expect(Object.getPrototypeOf(value)).toBe(Array.isArray(value) ? Array.prototype : Object.prototype)
  for (const key of Object.keys(value)) assertPlain(Object.getOwnPropertyDescriptor(value, key)?.value)
}
