import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planCodecs } from '../../compiler/codec/plan-codecs.ts'
import { codecSchemas } from '../../compiler/describe/json-schema.ts'
import type { Shape, ShapeTable } from '../../compiler/discover/shape.ts'
import { shapesWithValues } from '../codec/arbitrary-shape.ts'
import { evaluateCodec } from '../codec/evaluate-codec.ts'
import { message } from '../codec/load-codecs.ts'

/** What a validator makes of the schema of one message. */
function validatorOf(shape: Shape, shapes: ShapeTable, closed = false): (json: unknown) => boolean {
  const { modules } = planCodecs({ messages: [message('Probe', shape)], shapes }, { closed })
  const schemas = codecSchemas(modules.flatMap(({ functions }) => functions), '#/definitions/')
  const root = modules.find(({ owner }) => owner.kind === 'message')?.root
  const ajv = new Ajv({ strict: false, validateFormats: false, ownProperties: true })
  return ajv.compile({ definitions: schemas.named, allOf: [schemas.of(root?.id ?? '')] })
}

/** The validator makes URIs of member names, which half a surrogate pair is in none, and has objects with a prototype. */
function isBeyondAjv(value: unknown): boolean {
  return /__proto__|\\u[dD][89abAB]/.test(JSON.stringify(value))
}

const cases = shapesWithValues
  .map((made) => ({ ...made, codec: evaluateCodec(made.shape, made.shapes) }))
  .filter(({ codec }) => codec !== undefined)
  .chain(({ shape, shapes, codec, values }) =>
    fc.record({ shape: fc.constant(shape), shapes: fc.constant(shapes), codec: fc.constant(codec!), value: values }),
  )
  .filter(({ value }) => value !== undefined)

test('whatever a codec encodes fits the schema of its type', { timeout: 120_000 }, () => {
  let travelled = 0
  fc.assert(
    fc.property(cases, ({ shape, shapes, codec, value }) => {
      let text: string
      try {
        text = codec.encode(value)
      } catch {
        return
      }
      travelled += 1
      if (isBeyondAjv([shape, shapes, text])) return
      expect(validatorOf(shape, shapes)(JSON.parse(text))).toBe(true)
    }),
    { numRuns: 250 },
  )
  expect(travelled).toBeGreaterThan(200)
})

test('JSON that fits no schema is refused by the decoder as well', { timeout: 120_000 }, () => {
  const seen = { both: 0, schemaAlone: 0, refused: 0 }
  fc.assert(
    fc.property(cases, fc.jsonValue({ maxDepth: 2 }), ({ shape, shapes, codec }, json) => {
      if (isBeyondAjv([json, shape, shapes])) return
      const fits = validatorOf(shape, shapes)(json)
      let decodes = true
      try {
        codec.decode(structuredClone(json))
      } catch {
        decodes = false
      }
      if (decodes) expect(fits).toBe(true)
      seen[fits ? (decodes ? 'both' : 'schemaAlone') : 'refused'] += 1
    }),
    { numRuns: 250 },
  )
  expect(seen.refused).toBeGreaterThan(100)
})

test('a key belongs to the member of its name, else to the first index that it fits', () => {
  const shape: Shape = {
    kind: 'object',
    members: [{ name: 'x-total', shape: { kind: 'string' }, optional: false }],
    indexes: [
      { keys: { texts: ['x-', ''], holes: ['string'] }, value: { kind: 'number' } },
      { keys: { texts: ['', ''], holes: ['string'] }, value: { kind: 'boolean' } },
    ],
  }
  const fits = validatorOf(shape, {})
  expect(fits({ 'x-total': 'a', 'x-a': 1, b: true })).toBe(true)
  expect(fits({ 'x-total': 1 })).toBe(false)
  expect(fits({ 'x-total': 'a', 'x-a': true })).toBe(false)
  expect(fits({ 'x-total': 'a', b: 1 })).toBe(false)
})
