import type { CodecFunction, CodecModulePlan, CodecScalar, CodecUse } from '../codec/codec-plan.ts'
import type { Template } from '../discover/shape.ts'
import type { TemplateSpec } from '../../templates/codec/codec-spec.ts'
import { chooseNames, type TakenNames } from './name-scope.ts'

export interface TemplateNames {
  /** All names that may be declared, used or not. */
  readonly names: readonly string[]
  nameOf(templates: readonly TemplateSpec[]): string
  /** What was asked for, by name. */
  used(): readonly { readonly name: string; readonly templates: readonly TemplateSpec[] }[]
}

/** Names for the lists of templates in one module: `likeOrderNumber` for `order-${number}`. */
export function templateNames({ functions }: CodecModulePlan, taken: TakenNames): TemplateNames {
  const lists = new Map(functions.flatMap(templatesIn).map((list) => [keyOf(list), list]))
  const names = chooseNames([...lists].map(([key, list]) => ({ key, hint: hintOf(list), qualifiers: ['text'] })), taken)
  const used = new Set<string>()
  return {
    names: [...names.values()],
    nameOf(templates) {
      const key = keyOf(templates)
      const name = names.get(key)
      if (name === undefined) throw new Error(`The codec plan tests ${key} without planning it`)
      used.add(key)
      return name
    },
    used: () =>
      [...used].map((key) => ({ name: names.get(key) ?? '', templates: lists.get(key) ?? [] })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function keyOf(templates: readonly TemplateSpec[]): string {
  return JSON.stringify(templates.map(({ texts, holes }) => [texts, holes]))
}

function hintOf(templates: readonly Template[]): string {
  const words = templates.flatMap(({ texts, holes }) =>
    texts.flatMap((text, index) => [...(text.match(/[A-Za-z\d]+/g) ?? []), holes[index] ?? '']),
  )
  return `like${words.slice(0, 5).map((word) => word.charAt(0).toUpperCase() + word.slice(1, 20)).join('')}`
}

function templatesIn({ body }: CodecFunction): readonly (readonly Template[])[] {
  const ofKeys = (keys: Template | undefined): readonly (readonly Template[])[] => (keys === undefined ? [] : [[keys]])
  switch (body.kind) {
    case 'object':
      return [
        ...body.members.flatMap(({ use }) => inUse(use)),
        ...body.indexes.flatMap(({ keys, use }) => [...ofKeys(keys), ...inUse(use)]),
      ]
    case 'array':
    case 'set':
      return inUse(body.element)
    case 'map':
      return [...inUse(body.key), ...inUse(body.value)]
    case 'tuple':
      return [...body.elements, ...(body.rest === undefined ? [] : [body.rest]), ...body.last].flatMap(inUse)
    case 'record':
      return [...ofKeys(body.keys), ...inUse(body.value)]
    case 'choice':
      return body.choice.scalars.flatMap(inScalar)
    case 'rebuild':
      return inUse(body.json)
    case 'value':
      return inUse(body.use)
  }
}

function inUse({ value }: CodecUse): readonly (readonly Template[])[] {
  return value.kind === 'call' ? [] : inScalar(value)
}

function inScalar(scalar: CodecScalar): readonly (readonly Template[])[] {
  return scalar.kind === 'pattern' ? [scalar.templates] : []
}
