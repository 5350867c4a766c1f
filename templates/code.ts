/**
 * The small vocabulary in which templates write source text.
 *
 * A template builds a value of {@link Code}: a string is one line, a list is lines in order, and
 * `undefined` is nothing at all, so that `condition ? line : undefined` leaves no gap.
 */
export type Code = string | undefined | readonly Code[] | { readonly indented: Code }

/** The same code, two spaces further in. */
export function indent(...code: readonly Code[]): Code {
  return { indented: code }
}

/** A head, an indented body and a tail: `block('if (late) {', body)`. The tail is `}` when unsaid. */
export function block(head: string, body: Code, tail = '}'): Code {
  return [head, { indented: body }, tail]
}

/** Groups of code with one empty line between those that are not empty. */
export function paragraphs(...groups: readonly Code[]): Code {
  const filled = groups.filter((group) => !isEmpty(group))
  return filled.map((group, index) => (index === 0 ? group : ['', group]))
}

/** The text of some code: every line ends in `\n`, empty lines carry no spaces. */
export function toText(code: Code): string {
  const lines: string[] = []
  collect(code, '', lines)
  return lines.map((line) => `${line}\n`).join('')
}

/** How many columns generated lines may take before a template should break them. */
export const lineWidth = 120

/** A string as a literal in single quotes. Safe for any text, lone surrogates and line separators included. */
export function literal(text: string): string {
  return `'${text.replace(/['\\\u0000-\u001f\u007f\u2028\u2029\ufeff\ud800-\udfff]/gu, escapeInLiteral)}'`
}

/** Plain data as it is written in code. */
export function constant(value: unknown): string {
  if (typeof value === 'string') return literal(value)
  if (Array.isArray(value)) return `[${value.map(constant).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${propertyKey(name)}: ${constant(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** Text that goes into a template literal between backquotes, outside its holes. */
export function templateText(text: string): string {
  return literal(text).slice(1, -1).replaceAll("\\'", "'").replace(/`|\$\{/g, '\\$&')
}

/** A name as the key of an object literal or of a type: bare where it may be, else quoted. */
export function propertyKey(name: string): string {
  return isPropertyName(name) ? name : literal(name)
}

/** Access to a member: `order.total`, `order['first-name']`. */
export function memberOf(object: string, name: string): string {
  return isPropertyName(name) ? `${object}.${name}` : `${object}[${literal(name)}]`
}

/** Text that is safe inside a comment of one line. */
export function commentText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').replaceAll('*/', '* /')
}

/** Whether a name can stand after a dot and as a bare key. Reserved words can; `__proto__` as a key cannot. */
export function isPropertyName(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__'
}

function escapeInLiteral(character: string): string {
  switch (character) {
    case "'":
      return "\\'"
    case '\\':
      return '\\\\'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  }
}

function isEmpty(code: Code): boolean {
  if (code === undefined) return true
  if (typeof code === 'string') return false
  return 'indented' in code ? isEmpty(code.indented) : code.every(isEmpty)
}

function collect(code: Code, margin: string, lines: string[]): void {
  if (code === undefined) return
  if (typeof code === 'string') {
    for (const line of code.split('\n')) lines.push(line === '' ? '' : margin + line)
  } else if ('indented' in code) {
    collect(code.indented, `${margin}  `, lines)
  } else {
    for (const part of code) collect(part, margin, lines)
  }
}
