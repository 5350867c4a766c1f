import { templateText } from '../codec/same-text.ts'
import type { Shape } from '../discover/shape.ts'

/** A shape as TypeScript would write it, short enough for a sentence. */
export function shapeText(shape: Shape, depth = 0): string {
  const inner = (one: Shape): string => shapeText(one, depth + 1)
  const inList = (one: Shape): string => (one.kind === 'union' ? `(${inner(one)})` : inner(one))
  switch (shape.kind) {
    case 'date':
      return 'Date'
    case 'url':
      return 'URL'
    case 'bytes':
      return 'Uint8Array'
    case 'buffer':
      return 'Buffer'
    case 'json':
      return 'unknown'
    case 'pattern':
      return shape.templates.map(templateText).join(' & ')
    case 'literal':
      return typeof shape.value === 'object' ? `${shape.value.bigint}n` : JSON.stringify(shape.value)
    case 'array':
      return `${inList(shape.element)}[]`
    case 'set':
      return `Set<${inner(shape.element)}>`
    case 'map':
      return `Map<${inner(shape.key)}, ${inner(shape.value)}>`
    case 'tuple':
      return `[${shape.elements.map((one) => (one.rest ? `...${inList(one.shape)}[]` : inner(one.shape) + (one.optional ? '?' : ''))).join(', ')}]`
    case 'record':
      return `Record<${shape.keys ? templateText(shape.keys) : 'string'}, ${inner(shape.value)}>`
    case 'object':
      if (depth > 0 || shape.members.length > 4) return 'an object'
      return `{ ${shape.members.map(({ name, optional }) => name + (optional ? '?' : '')).join(', ')} }`
    case 'union': {
      const texts = shape.alternatives.map(inner)
      return texts.length > 6 ? `${texts.slice(0, 5).join(' | ')} | …` : texts.join(' | ')
    }
    case 'ref':
      return shape.key.slice(shape.key.lastIndexOf('#') + 1)
    default:
      return shape.kind
  }
}
