import { ts } from 'ts-morph'
import type { Template, TemplateHole } from './shape.ts'

/**
 * A template type as texts and holes; `undefined` where a hole is of a kind that has none here, such as
 * `Uppercase<Lowercase<string>>`. Unions within holes are no concern: the compiler has made them unions
 * of templates.
 */
export function lowerTemplate(type: ts.TemplateLiteralType | ts.StringMappingType): Template | undefined {
  if (type.flags & ts.TypeFlags.StringMapping) {
    const hole = holeOf(type)
    return hole && { texts: ['', ''], holes: [hole] }
  }
  const { texts, types } = type as ts.TemplateLiteralType
  const holes = types.map(holeOf)
  return holes.every((hole) => hole !== undefined) ? { texts, holes } : undefined
}

const spellings: readonly string[] = ['Uppercase', 'Lowercase', 'Capitalize', 'Uncapitalize'] satisfies readonly TemplateHole[]

function holeOf(type: ts.Type): TemplateHole | undefined {
  if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Any)) return 'string'
  if (type.flags & ts.TypeFlags.Number) return 'number'
  if (type.flags & ts.TypeFlags.BigInt) return 'bigint'
  if (!(type.flags & ts.TypeFlags.StringMapping)) return undefined
  const { symbol, type: inner } = type as ts.StringMappingType
  return inner.flags & ts.TypeFlags.String && spellings.includes(symbol.name) ? (symbol.name as TemplateHole) : undefined
}

/** Whether some text could fit both: their fixed beginnings agree, and their ends. */
export function mayOverlap(first: Template, second: Template): boolean {
  const begin = [first.texts[0] ?? '', second.texts[0] ?? ''] as const
  const end = [first.texts.at(-1) ?? '', second.texts.at(-1) ?? ''] as const
  const agree = begin[0].startsWith(begin[1]) || begin[1].startsWith(begin[0])
  return agree && (end[0].endsWith(end[1]) || end[1].endsWith(end[0]))
}
