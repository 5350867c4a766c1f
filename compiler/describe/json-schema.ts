import type { CodecBody, CodecChoice, CodecFunction, CodecScalar, CodecSelection, CodecUse } from '../codec/codec-plan.ts'
import type { Template } from '../discover/shape.ts'

/** A schema of JSON Schema draft 7, which AsyncAPI takes as it is. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

export interface CodecSchemas {
  /** Of what a message is on the wire, by the id of its codec's function. */
  of(id: string): JsonSchema
  /** All that schemas refer to, by name, sorted. */
  readonly named: Readonly<Record<string, JsonSchema>>
}

/**
 * What the codecs write, as schemas: made from the plans that the codecs themselves are spelled from, so
 * that they cannot say two things. Whatever a codec encodes fits; a schema is now and then wider than its
 * decoder, which knows of a date whether its day exists.
 *
 * Functions of declared types, and those that can reach themselves, are schemas with a name; all others
 * stand where they are used.
 *
 * @param where  What a reference begins with: `#/components/schemas/`.
 */
export function codecSchemas(functions: readonly CodecFunction[], where: string): CodecSchemas {
  const byId = new Map(functions.map((one) => [one.id, one]))
  const names = nameFunctions(functions.filter(isNamed))
  const spell: Speller = {
    call: (id) => {
      const name = names.get(id)
      const called = byId.get(id)
      if (name !== undefined) return { $ref: `${where}${name}` }
      return called === undefined ? true : bodySchema(called.body, spell)
    },
  }
  const sorted = [...names].sort(([, a], [, b]) => (a < b ? -1 : 1))
  const named = Object.fromEntries(sorted.map(([id, name]) => [name, bodySchema(byId.get(id)?.body ?? empty, spell)]))
  return { of: (id) => spell.call(id), named }
}

interface Speller {
  call(id: string): JsonSchema
}

const empty: CodecBody = { kind: 'value', use: { value: { kind: 'json' }, nullable: false, absent: false } }

function isNamed({ id, type, recursive }: CodecFunction): boolean {
  return recursive || type !== undefined || !id.includes('/', id.indexOf('#') + 1)
}

/** `PlaceOrder`, `Page.items`: letters, digits, dots, dashes and underscores, each name once. */
function nameFunctions(functions: readonly CodecFunction[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id, words } of [...functions].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const wanted = words.join('.').replaceAll(/[^\w.-]+/g, '_')
    let name = wanted
    for (let next = 2; taken.has(name); next += 1) name = `${wanted}_${next}`
    taken.add(name)
    names.set(id, name)
  }
  return names
}

function bodySchema(body: CodecBody, spell: Speller): JsonSchema {
  const use = (one: CodecUse) => useSchema(one, spell)
  switch (body.kind) {
    case 'object': {
      const required = body.members.filter((member) => !member.optional && !member.use.absent).map(({ name }) => name)
      const keyed = body.indexes.filter(({ keys }) => keys !== undefined)
      const open = body.indexes.find(({ keys }) => keys === undefined)
      return {
        type: 'object',
        properties: fromEntries(body.members.map((member) => [member.name, use(member.use)])),
        ...(required.length > 0 && { required }),
        ...(keyed.length > 0 && { patternProperties: keyedBy(keyed, body.members.map(({ name }) => name), use) }),
        ...(open !== undefined ? { additionalProperties: use(open.use) } : body.closed && { additionalProperties: false }),
      }
    }
    case 'array':
      return { type: 'array', items: use(body.element) }
    case 'set':
      // Objects and dates that are equal may be two elements of one Set.
      return { type: 'array', items: use(body.element), ...(byValue.has(body.element.value.kind) && { uniqueItems: true }) }
    case 'map':
      return { type: 'array', items: { type: 'array', items: [use(body.key), use(body.value)], minItems: 2, maxItems: 2 } }
    case 'tuple': {
      // What follows a rest cannot be said by place, so any further element may be either.
      const further = body.rest === undefined ? [] : [body.rest, ...body.last].map(use)
      const [only, ...others] = further
      const rest: JsonSchema = only === undefined ? false : others.length === 0 ? only : { anyOf: further }
      // A list of no schemas is none: what would follow it then stands for every element.
      const elements = body.elements.length === 0 ? { items: rest } : { items: body.elements.map(use), additionalItems: rest }
      return { type: 'array', ...elements, minItems: body.required + body.last.length }
    }
    case 'record': {
      if (body.keys === undefined) return { type: 'object', additionalProperties: use(body.value) }
      const patternProperties = keyedBy([{ keys: body.keys, use: body.value }], [], use)
      return { type: 'object', patternProperties, ...(body.closed && { additionalProperties: false }) }
    }
    case 'choice':
      return choiceSchema(body.choice, spell)
    case 'rebuild':
      return use(body.json)
    case 'value':
      return use(body.use)
  }
}

/** What a Set compares by its value. */
const byValue: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint', 'pattern', 'literals', 'bigint-literals'])

/**
 * Schemas by the pattern of their keys. A key belongs to the member of its name, else to the first index that
 * it fits, while a validator asks every pattern: so a pattern leaves out what belongs to somebody before it.
 */
function keyedBy(
  indexes: readonly { readonly keys: Template | undefined; readonly use: CodecUse }[],
  members: readonly string[],
  schema: (use: CodecUse) => JsonSchema,
): Readonly<Record<string, JsonSchema>> {
  const patterns = indexes.map(({ keys }) => (keys === undefined ? '' : templatePattern(keys)))
  return fromEntries(
    indexes.map(({ use }, index) => {
      const own = patterns[index] ?? ''
      const named = members.filter((name) => new RegExp(own, 'u').test(name)).map((name) => `^${escaped(name)}$`)
      const before = [...named, ...patterns.slice(0, index)].map((pattern) => `(?!${pattern.slice(1)})`)
      return [`^${before.join('')}${own.slice(1)}`, schema(use)]
    }),
  )
}

/** With `__proto__` as a member like any other. */
function fromEntries(entries: readonly (readonly [string, JsonSchema])[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(entries)
}

function useSchema({ value, nullable }: CodecUse, spell: Speller): JsonSchema {
  const schema = value.kind === 'call' ? spell.call(value.id) : scalarSchema(value)
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}

function choiceSchema({ rebuilt, scalars, list, object }: CodecChoice, spell: Speller): JsonSchema {
  const calls = [...rebuilt.map(({ call }) => call.id), ...callsOf(list), ...callsOf(object)]
  return { anyOf: [...scalars.map(scalarSchema), ...[...new Set(calls)].map((id) => spell.call(id))] }
}

function callsOf(selection: CodecSelection | undefined): readonly string[] {
  switch (selection?.kind) {
    case undefined:
      return []
    case 'one':
      return [selection.call.id]
    case 'discriminant':
      return selection.cases.map(({ call }) => call.id)
    case 'members':
      return selection.alternatives.map(({ call }) => call.id)
  }
}

function scalarSchema(scalar: CodecScalar): JsonSchema {
  switch (scalar.kind) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type: scalar.kind }
    case 'bigint':
      return { type: 'string', pattern: '^-?[0-9]+$', description: 'A whole number of any size, as decimal digits.' }
    case 'date':
      return { type: 'string', format: 'date-time' }
    case 'url':
      return { type: 'string', format: 'uri' }
    case 'bytes':
    case 'buffer':
      return { type: 'string', contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/]*={0,2}$' }
    case 'pattern': {
      const [only, ...others] = scalar.templates.map((template) => ({ type: 'string', pattern: templatePattern(template) }))
      return only === undefined || others.length > 0 ? { allOf: [only, ...others] } : only
    }
    case 'json':
      return true
    case 'nothing':
      return false
    case 'literals':
    case 'bigint-literals':
      return scalar.values.length === 1 ? { const: scalar.values[0] } : { enum: scalar.values }
  }
}

/** Text of a template: exactly, but for holes that ask for upper or lower case, which take any text here. */
function templatePattern({ texts, holes }: Template): string {
  const hole = (kind: string | undefined): string => {
    if (kind === undefined) return ''
    if (kind === 'number') return numberText
    return kind === 'bigint' ? wholeText : String.raw`[\s\S]*`
  }
  return `^${texts.map((text, index) => escaped(text) + hole(holes[index])).join('')}$`
}

/** What `runtime/envelope/fits-templates.ts` takes in such a hole. */
const otherBase = '0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)'
const numberText = String.raw`(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|${otherBase})`
const wholeText = `-?(?:0|[1-9][0-9]*|${otherBase})`

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
