/** A template type: texts with holes between them, one text more than there are holes. Made by the compiler. */
export interface TextTemplate {
  readonly texts: readonly string[]
  /** `string`, `number`, `bigint`, `Uppercase`, `Lowercase`, `Capitalize`, `Uncapitalize`. */
  readonly holes: readonly string[]
}

/**
 * Whether a value is text that fits all of the templates, by the rules of TypeScript: a hole takes as
 * little as it can, up to the next text. One walk, whatever the text; nothing is tried twice.
 *
 * A number in a hole is finite and has no spaces around it, which TypeScript lets pass.
 */
export function fitsTemplates(value: unknown, templates: readonly TextTemplate[]): value is string {
  if (typeof value !== 'string') return false
  for (const template of templates) if (!fits(value, template)) return false
  return true
}

function fits(text: string, { texts, holes }: TextTemplate): boolean {
  const last = texts.length - 1
  const start = texts[0] ?? ''
  const end = texts[last] ?? ''
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false
  const until = text.length - end.length
  let from = start.length
  for (let index = 1; index < last; index += 1) {
    const next = texts[index] ?? ''
    // Between two holes without text the first takes one character.
    const at = next === '' ? from + 1 : text.indexOf(next, from)
    if (at < 0 || at + next.length > until || !fillsHole(text.slice(from, at), holes[index - 1])) return false
    from = at + next.length
  }
  return last === 0 || fillsHole(text.slice(from, until), holes[last - 1])
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const otherBase = /^0(?:x[\da-f]+|o[0-7]+|b[01]+)$/i
const whole = /^-?(?:0|[1-9]\d*|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i

function fillsHole(text: string, hole: string | undefined): boolean {
  switch (hole) {
    case 'number':
      return (decimal.test(text) || otherBase.test(text)) && Number.isFinite(Number(text))
    case 'bigint':
      return whole.test(text)
    case 'Uppercase':
      return text === text.toUpperCase()
    case 'Lowercase':
      return text === text.toLowerCase()
    case 'Capitalize':
      return text === text.charAt(0).toUpperCase() + text.slice(1)
    case 'Uncapitalize':
      return text === text.charAt(0).toLowerCase() + text.slice(1)
    default:
      return true
  }
}
