import fc from 'fast-check'
import { fitsTemplates } from '../../runtime/envelope/fits-templates.ts'
import type { NamedShape, Shape, ShapeMember, ShapeTable, Template, TemplateHole } from '../../compiler/discover/shape.ts'

/** A type, declarations it refers to, and a generator of its values. */
export interface ShapeWithValues {
  readonly shape: Shape
  readonly shapes: ShapeTable
  readonly values: fc.Arbitrary<unknown>
}

const memberName = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('id', 'name', 'lines', 'total', 'kind', 'value', 'path', 'json', 'text') },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'toString', '__proto__', 'first-name', "it's", 'class', '', '1', '${x}`', '\u2028', '🙂', 'über', '\ud800') },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
)

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value))

/** Templates whose holes are kept apart by text, so that a text made for one is read hole by hole. */
const templates: fc.Arbitrary<Template> = fc
  .record({
    first: fc.constantFrom('', 'order-', "o'${", '1'),
    last: fc.constantFrom('', '!', '-end'),
    holes: fc.array(fc.constantFrom<TemplateHole>('string', 'number', 'bigint', 'Uppercase', 'Lowercase', 'Capitalize', 'Uncapitalize'), { minLength: 1, maxLength: 3 }),
  })
  .map(({ first, last, holes }) => ({ texts: [first, ...holes.slice(1).map((_, index) => (index === 0 ? '/' : '::')), last], holes }))

/** Those that do not fit every key, so that some are left for an index of any key. */
const keyTemplates = templates.filter(({ texts }) => texts[0] !== '')

const scalars: fc.Arbitrary<Shape> = fc.oneof(
  fc.constantFrom<Shape>({ kind: 'url' }, { kind: 'bytes' }, { kind: 'buffer' }),
  templates.map((template): Shape => ({ kind: 'pattern', templates: [template] })),
  fc.constantFrom<Shape>({ kind: 'string' }, { kind: 'number' }, { kind: 'boolean' }, { kind: 'bigint' }, { kind: 'date' }, { kind: 'null' }, { kind: 'json' }),
  fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean(), fc.bigInt().map((value) => ({ bigint: String(value) }))).map((value): Shape => ({ kind: 'literal', value })),
)

const shapeTie = fc.letrec<{ shape: Shape }>((tie) => {
  const shape = tie('shape')
  const element = shape.map((made): Shape => (onlyUndefined(made) ? { kind: 'null' } : made))
  const members = (optional: fc.Arbitrary<boolean>): fc.Arbitrary<ShapeMember[]> =>
    fc.uniqueArray(fc.record({ name: memberName, shape, optional }), { maxLength: 5, selector: ({ name }) => name })
  return {
    shape: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalars,
      fc.constantFrom<Shape>(...['Tree', 'Named', 'Choice'].map((name): Shape => ({ kind: 'ref', key: `src/a.ts#${name}` }))),
      members(fc.boolean()).map((list): Shape => ({ kind: 'object', members: list })),
      element.map((made): Shape => ({ kind: 'array', element: made })),
      shape.map((value): Shape => ({ kind: 'record', value })),
      element.map((made): Shape => ({ kind: 'set', element: made })),
      fc.record({ key: element, value: element }).map((pair): Shape => ({ kind: 'map', ...pair })),
      fc.record({ value: shape, keys: templates }).map((made): Shape => ({ kind: 'record', ...made })),
      fc.record({ list: members(fc.boolean()), value: shape, keys: fc.option(keyTemplates, { nil: undefined }), certain: shape }).map(
        ({ list, value, keys, certain }): Shape => ({
          kind: 'object',
          members: list,
          indexes: [...(keys === undefined ? [] : [{ keys, value: certain }]), { value }],
        }),
      ),
      fc
        .record({
          required: fc.array(element, { maxLength: 3 }),
          optional: fc.array(element, { maxLength: 2 }),
          rest: fc.option(element, { nil: undefined }),
          last: fc.array(element, { maxLength: 2 }),
        })
        .map(
          ({ required, optional, rest, last }): Shape => ({
            kind: 'tuple',
            elements: [
              ...required.map((made) => ({ shape: made, optional: false, rest: false })),
              ...optional.map((made) => ({ shape: made, optional: true, rest: false })),
              ...(rest === undefined ? [] : [{ shape: rest, optional: false, rest: true }]),
              // TypeScript has no required elements behind optional ones.
              ...(rest === undefined || optional.length > 0 ? [] : last.map((made) => ({ shape: made, optional: false, rest: false }))),
            ],
          }),
        ),
      fc
        .array(fc.oneof(shape.map(inUnion), fc.constant<Shape>({ kind: 'undefined' })), { minLength: 2, maxLength: 4 })
        .map((alternatives): Shape => ({ kind: 'union', alternatives, discriminant: undefined })),
      fc.uniqueArray(members(fc.boolean()), { minLength: 2, maxLength: 3, selector: (list) => JSON.stringify(list) }).map(
        (lists): Shape => ({
          kind: 'union',
          discriminant: undefined,
          alternatives: lists.map((list, index) => ({
            kind: 'object',
            members: [...list.filter(({ name }) => name !== 'kind'), { name: 'kind', shape: { kind: 'literal', value: `k${index}` }, optional: false }],
          })),
        }),
      ),
    ),
  }
})

/** Shapes of every kind, and what TypeScript allows as their values. Shapes that are refused are among them. */
export const shapesWithValues: fc.Arbitrary<ShapeWithValues> = fc
  .record({
    shape: shapeTie.shape.filter((made) => !onlyUndefined(made)),
    named: shapeTie.shape,
    choice: shapeTie.shape,
    leaf: shapeTie.shape,
  })
  .map(({ shape, named, choice, leaf }) => {
    const tree: Shape = {
      kind: 'object',
      members: [
        { name: 'leaf', shape: withoutReferences(leaf), optional: false },
        { name: 'branches', shape: { kind: 'array', element: { kind: 'ref', key: 'src/a.ts#Tree' } }, optional: false },
      ],
    }
    const alternatives: Shape[] = [inUnion(withoutReferences(choice)), { kind: 'null' }]
    const shapes: ShapeTable = Object.fromEntries(
      [
        declared('Tree', tree),
        declared('Named', { kind: 'object', members: [{ name: 'inner', shape: withoutReferences(named), optional: true }] }),
        declared('Choice', { kind: 'union', alternatives, discriminant: undefined }),
      ].map((entry) => [entry.key, entry]),
    )
    return { shape, shapes, values: valuesOf(shape, shapes, 3) }
  })

/** Values of a shape, in the form in which a codec gives them back. */
export function valuesFor(shape: Shape, shapes: ShapeTable): fc.Arbitrary<unknown> {
  return valuesOf(shape, shapes, 3)
}

function declared(name: string, shape: Shape): NamedShape {
  return { key: `src/a.ts#${name}`, name, shape, class: undefined, typeImport: { file: 'src/a.ts', name } }
}

/** TypeScript takes `unknown | T` for `unknown`, so unions have no such alternative. */
function inUnion(shape: Shape): Shape {
  return shape.kind === 'json' ? { kind: 'string' } : shape
}

function onlyUndefined(shape: Shape): boolean {
  return shape.kind === 'undefined' || (shape.kind === 'union' && shape.alternatives.every(onlyUndefined))
}

/** Keeps recursion to where it is wanted: references of inner shapes lead to strings. */
function withoutReferences(shape: Shape): Shape {
  return JSON.parse(JSON.stringify(shape), (_, value: unknown) =>
    typeof value === 'object' && value !== null && (value as Shape).kind === 'ref' ? { kind: 'string' } : value,
  ) as Shape
}

/** Values that TypeScript takes for the shape, in the form in which a codec gives them back. */
function valuesOf(shape: Shape, shapes: ShapeTable, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return anyText
    case 'number':
      return finite
    case 'boolean':
      return fc.boolean()
    case 'bigint':
      return fc.bigInt()
    case 'date':
      return fc.date({ noInvalidDate: true })
    case 'url':
      return fc.webUrl().map((text) => new URL(text))
    case 'bytes':
      return fc.uint8Array({ maxLength: 9 })
    case 'buffer':
      return fc.uint8Array({ maxLength: 9 }).map((made) => Buffer.from(made))
    case 'pattern':
      return templateValues(shape.templates[0]!)
    case 'set':
      if (depth <= 0) return fc.constant(new Set())
      return fc
        .array(valuesOf(shape.element, shapes, depth - 1).filter((value) => value !== undefined), { maxLength: 3 })
        .map((list) => new Set(list))
    case 'map': {
      if (depth <= 0) return fc.constant(new Map())
      const present = (one: Shape): fc.Arbitrary<unknown> => valuesOf(one, shapes, depth - 1).filter((value) => value !== undefined)
      return fc.array(fc.tuple(present(shape.key), present(shape.value)), { maxLength: 3 }).map((entries) => new Map(entries))
    }
    case 'null':
      return fc.constant(null)
    case 'undefined':
      return fc.constant(undefined)
    case 'json':
      return fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    case 'literal':
      return fc.constant(typeof shape.value === 'object' ? BigInt(shape.value.bigint) : shape.value)
    case 'array':
      if (depth <= 0) return fc.constant([])
      return fc.array(valuesOf(shape.element, shapes, depth - 1).filter((value) => value !== undefined), { maxLength: 3 })
    case 'tuple':
      return tupleValues(shape.elements, shapes, depth)
    case 'record':
      return fc
        .array(fc.tuple(keysOf(shape.keys).filter((name) => name !== '__proto__'), valuesOf(shape.value, shapes, depth - 1)), { maxLength: 3 })
        .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
    case 'object':
      return objectValues(shape, shapes, depth)
    case 'union':
      return fc.oneof(...shape.alternatives.map((alternative) => valuesOf(alternative, shapes, depth - 1)))
    case 'ref':
      return valuesOf(shapes[shape.key]!.shape, shapes, depth - 1)
  }
}

function templateValues({ texts, holes }: Template): fc.Arbitrary<string> {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '7', ' '), maxLength: 3 })
  const fillings: Readonly<Record<TemplateHole, fc.Arbitrary<string>>> = {
    string: letters,
    number: finite.map(String),
    bigint: fc.bigInt().map(String),
    Uppercase: letters.map((text) => text.toUpperCase()),
    Lowercase: letters,
    Capitalize: letters.map((text) => text.charAt(0).toUpperCase() + text.slice(1)),
    Uncapitalize: letters,
  }
  return fc.tuple(...holes.map((hole) => fillings[hole])).map((filled) => texts.map((text, index) => text + (filled[index] ?? '')).join(''))
}

function keysOf(keys: Template | undefined): fc.Arbitrary<string> {
  return keys === undefined ? memberName : templateValues(keys)
}

function objectValues({ members, indexes = [] }: Extract<Shape, { kind: 'object' }>, shapes: ShapeTable, depth: number): fc.Arbitrary<unknown> {
  const names = new Set(members.map(({ name }) => name))
  const certain = indexes.flatMap(({ keys }) => (keys === undefined ? [] : [keys]))
  const others = indexes.map(({ keys, value }) => {
    const isFree = (key: string): boolean => key !== '__proto__' && !names.has(key) && (keys !== undefined || !fitsTemplatesAny(key, certain))
    return fc.array(fc.tuple(keysOf(keys).filter(isFree), valuesOf(value, shapes, depth - 1)), { maxLength: 2 })
  })
  const entries = members.map(({ name, shape, optional }) => {
    const value = valuesOf(shape, shapes, depth - 1)
    const entry = value.map((present): [string, unknown] | undefined => (optional && present === undefined ? undefined : [name, present]))
    return optional ? fc.option(entry, { nil: undefined }) : entry
  })
  return fc.tuple(fc.tuple(...entries), fc.tuple(...others)).map(([made, further]) => {
    const value = {}
    for (const entry of [...made, ...further.flat().filter(([, one]) => one !== undefined)]) {
      if (entry === undefined) continue
      Object.defineProperty(value, entry[0], { value: entry[1], writable: true, enumerable: true, configurable: true })
    }
    return value
  })
}

function fitsTemplatesAny(key: string, templates: readonly Template[]): boolean {
  return templates.some((template) => fitsTemplates(key, [template]))
}

function tupleValues(elements: Extract<Shape, { kind: 'tuple' }>['elements'], shapes: ShapeTable, depth: number): fc.Arbitrary<unknown> {
  const present = (shape: Shape): fc.Arbitrary<unknown> => valuesOf(shape, shapes, depth - 1).filter((value) => value !== undefined)
  const open = elements.findIndex(({ rest: isRest }) => isRest)
  const [before, after] = open === -1 ? [elements, []] : [elements.slice(0, open), elements.slice(open + 1)]
  const required = before.filter(({ optional }) => !optional).map(({ shape }) => present(shape))
  const optional = elements.filter((element) => element.optional).map(({ shape }) => present(shape))
  const rest = elements.find((element) => element.rest)
  return fc
    .tuple(
      fc.tuple(...required),
      fc.tuple(...optional),
      fc.nat(optional.length),
      rest === undefined ? fc.constant([]) : fc.array(present(rest.shape), { maxLength: 2 }),
      fc.tuple(...after.map(({ shape }) => present(shape))),
    )
    .map(([first, second, count, more, last]) => [...first, ...second.slice(0, count), ...(count === optional.length ? more : []), ...last])
}
