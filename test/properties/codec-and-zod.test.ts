import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Shape, ShapeMember, TupleElement } from '../../compiler/discover/shape.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { evaluateCodec } from '../codec/evaluate-codec.ts'

/**
 * The decoder beside a validator that others wrote: for what both can say they take the same JSON and
 * make the same of it.
 *
 * They differ on purpose, and the types here leave it out, where
 * - a member or key is called `__proto__`: ours drops it, whatever the type says of it;
 * - a member is called `constructor` or `toString` and is not there: ours asks for members of its own alone, zod finds the inherited one;
 * - a value nests deeper than 1,000: ours refuses it;
 * - an object fits several alternatives of a union without a discriminant: ours refuses it, zod takes the first that fits;
 * - a Set comes with an element twice: ours refuses it;
 * - Dates, bigints, bytes and URLs: ours come back as what they were, and zod has several forms for the text of each.
 */
type Both = { readonly shape: Shape; readonly schema: z.ZodType }

const names = fc.constantFrom('id', 'name', 'lines', 'total', 'kind2', 'first-name', '', '1', 'über', '🙂')

const scalars: fc.Arbitrary<Both> = fc.oneof(
  fc.constantFrom<Both>(
    { shape: { kind: 'string' }, schema: z.string() },
    { shape: { kind: 'number' }, schema: z.number() },
    { shape: { kind: 'boolean' }, schema: z.boolean() },
    { shape: { kind: 'null' }, schema: z.null() },
  ),
  fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean()).map((value): Both => ({ shape: { kind: 'literal', value }, schema: z.literal(value) })),
)

interface Member {
  readonly name: string
  readonly both: Both
  readonly optional: boolean
}

const { both } = fc.letrec<{ both: Both }>((tie) => {
  const inner = tie('both')
  const member = fc.record({ name: names, both: inner, optional: fc.boolean() })
  const members = fc.uniqueArray(member, { maxLength: 4, selector: ({ name }) => name })
  return {
    both: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalars,
      members.map(objectOf),
      inner.map(({ shape, schema }): Both => ({ shape: { kind: 'array', element: shape }, schema: z.array(schema) })),
      inner.map(({ shape, schema }): Both => ({ shape: { kind: 'record', value: shape }, schema: z.record(z.string(), schema) })),
      fc.record({ required: fc.array(inner, { maxLength: 3 }), rest: fc.option(inner, { nil: undefined }) }).map(tupleOf),
      inner.map(orNull),
      fc.array(members, { minLength: 2, maxLength: 3 }).map(discriminated),
    ),
  }
})

function objectOf(members: readonly Member[]): Both {
  return { shape: { kind: 'object', members: members.map(memberOf) }, schema: z.object(schemasOf(members)) }
}

function memberOf({ name, both: { shape }, optional }: Member): ShapeMember {
  return { name, shape, optional }
}

function schemasOf(members: readonly Member[]): Record<string, z.ZodType> {
  return Object.fromEntries(members.map(({ name, both: { schema }, optional }) => [name, optional ? z.optional(schema) : schema]))
}

function tupleOf({ required, rest }: { readonly required: readonly Both[]; readonly rest: Both | undefined }): Both {
  const schemas = required.map(({ schema }) => schema) as [z.ZodType, ...z.ZodType[]]
  const elements = required.map(({ shape }): TupleElement => ({ shape, optional: false, rest: false }))
  const all = rest === undefined ? elements : [...elements, { shape: rest.shape, optional: false, rest: true }]
  return { shape: { kind: 'tuple', elements: all }, schema: rest === undefined ? z.tuple(schemas) : z.tuple(schemas, rest.schema) }
}

function orNull({ shape, schema }: Both): Both {
  return { shape: { kind: 'union', alternatives: [shape, { kind: 'null' }], discriminant: undefined }, schema: z.nullable(schema) }
}

function discriminated(lists: readonly (readonly Member[])[]): Both {
  const alternatives = lists.map((list, index) => {
    const kind: Member = { name: 'kind', both: { shape: { kind: 'literal', value: `k${index}` }, schema: z.literal(`k${index}`) }, optional: false }
    return objectOf([kind, ...list])
  })
  return {
    shape: { kind: 'union', alternatives: alternatives.map(({ shape }) => shape), discriminant: undefined },
    schema: z.union(alternatives.map(({ schema }) => schema)),
  }
}

/** JSON that fits a shape. */
function fitting(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return fc.string()
    case 'number':
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    case 'boolean':
      return fc.boolean()
    case 'literal':
      return fc.constant(shape.value)
    case 'array':
      return fc.array(fitting(shape.element), { maxLength: 3 })
    case 'record':
      return fc.dictionary(names, fitting(shape.value), { maxKeys: 3 })
    case 'tuple':
      return fc
        .tuple(...shape.elements.map((one) => fc.array(fitting(one.shape), one.rest ? { maxLength: 2 } : { minLength: 1, maxLength: 1 })))
        .map((lists) => lists.flat())
    case 'object':
      return fc
        .tuple(
          ...shape.members.map(({ name, shape: member, optional }) =>
            fc.tuple(fc.constant(name), fitting(member), optional ? fc.boolean() : fc.constant(true)),
          ),
        )
        .map((entries) => Object.fromEntries(entries.filter(([, , present]) => present).map(([name, value]) => [name, value])))
    case 'union':
      return fc.oneof(...shape.alternatives.map(fitting))
    default:
      return fc.constant(null)
  }
}

/** Puts another value in some place, takes one out, or adds one. */
function changed(json: unknown, choices: Iterator<number>, intruder: unknown): unknown {
  const choose = (count: number): number => (choices.next().value as number) % count
  if (typeof json !== 'object' || json === null || choose(4) === 0) return intruder
  const copy: unknown[] | Record<string, unknown> = Array.isArray(json) ? [...json] : { ...json }
  const place = copy as Record<string, unknown>
  const keys = Object.keys(place)
  const key = keys[choose(Math.max(keys.length, 1))]
  const action = choose(4)
  if (key === undefined || action === 0) place[Array.isArray(copy) ? String(copy.length) : 'added'] = intruder
  else if (action === 1 && Array.isArray(copy)) copy.splice(Number(key), 1)
  else if (action === 1) delete place[key]
  else place[key] = changed(place[key], choices, intruder)
  return copy
}

const cases = both
  .map((made) => ({ ...made, codec: evaluateCodec(made.shape) }))
  .filter(({ codec }) => codec !== undefined)
  .chain(({ shape, schema, codec }) => fc.record({ schema: fc.constant(schema), codec: fc.constant(codec!), json: fitting(shape) }))

const plain = fc.constantFrom<unknown>('', '1', 0, -1, 1.5, true, null, [], {}, ['a'], { id: 1 })
const intruders = fc.oneof(plain, fc.jsonValue({ maxDepth: 1 })).map(withoutProto)

/** What has no name that only one of the two drops. */
function withoutProto(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_, value: unknown) => {
    if (typeof value === 'object' && value !== null) Reflect.deleteProperty(value, '__proto__')
    return value
  }) as unknown
}

test('the decoder and zod take the same JSON, and make the same of it', { timeout: 120_000 }, () => {
  const seen = { taken: 0, refused: 0 }
  fc.assert(
    fc.property(cases, fc.infiniteStream(fc.nat()), fc.nat({ max: 2 }), intruders, (made, choices, changes, intruder) => {
      const { schema, codec, json } = made
      let given: unknown = JSON.parse(JSON.stringify(json))
      for (let count = 0; count < changes; count++) given = changed(given, choices, intruder)
      const theirs = schema.safeParse(given)
      const ours = decoded(() => codec.decode(given))
      expect(ours.fits, `${JSON.stringify(given)}: zod says ${theirs.success ? 'yes' : theirs.error.message}`).toBe(theirs.success)
      seen[ours.fits ? 'taken' : 'refused'] += 1
      if (ours.fits && !isDeepStrictEqual(ours.value, theirs.data)) expect(ours.value).toStrictEqual(theirs.data)
    }),
    { numRuns: 1_000 },
  )
  expect(seen.taken).toBeGreaterThan(200)
  expect(seen.refused).toBeGreaterThan(200)
})

function decoded(decode: () => unknown): { readonly fits: true; readonly value: unknown } | { readonly fits: false } {
  try {
    return { fits: true, value: decode() }
  } catch (error) {
    expect(error).toSatisfy((found: unknown) => JasperError.is(found, 'JASPER_DECODE'))
    return { fits: false }
  }
}
