import type { styleText } from 'node:util'
import type { SourceSpan } from '../discover/source-span.ts'

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** No line of a frame is wider, whatever the source holds. */
const widest = 100

/**
 * The marked line with the one before and the one after it, and a mark below:
 *
 * ```
 * 2 | export interface PlaceOrder { id: string; done: () => void }
 *   |                                                 ^^^^^^^^^^ function type
 * ```
 *
 * Long lines are cut around the mark. Text in quotes on a line that speaks of a password, a key or
 * a connection is masked: what is printed ends in logs.
 */
export function codeFrame(
  text: string,
  span: SourceSpan,
  label: string | undefined,
  color: 'red' | 'yellow' | 'cyan',
  paint: Paint,
): readonly string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/)
  const marked = lines[span.line - 1]
  if (marked === undefined) return []
  const first = Math.max(1, span.line - 1)
  const last = Math.min(lines.length, span.line + 1)
  const start = marked.length <= widest ? 0 : Math.max(0, span.column - 1 - Math.max(20, widest - 20 - span.length))
  const width = String(last).length
  const gutter = (number: string) => paint('dim', `${number.padStart(width)} |`)
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const shown = cut(printable(masked(lines[number - 1] ?? '')), start)
    if (number !== span.line && shown.trim() === '') continue
    frame.push(`${gutter(String(number))} ${shown}`.trimEnd())
    if (number === span.line) frame.push(`${gutter('')} ${mark(span, start, label, color, paint)}`)
  }
  return frame
}

function mark(span: SourceSpan, start: number, label: string | undefined, color: 'red' | 'yellow' | 'cyan', paint: Paint): string {
  const before = span.column - 1 - start + (start > 0 ? 1 : 0)
  const length = Math.max(1, Math.min(span.length, widest - before))
  const words = label === undefined ? '' : ` ${label}`
  return ' '.repeat(before) + paint(color, `${'^'.repeat(length)}${words}`)
}

function cut(line: string, start: number): string {
  const head = start > 0 && line.length > start ? '…' : start > 0 ? ' ' : ''
  const rest = line.slice(start)
  return head + (rest.length > widest ? `${rest.slice(0, widest - 1)}…` : rest)
}

/** One column a character, so that the mark stays below what it marks, and nothing that a terminal obeys. */
function printable(line: string): string {
  return line.replaceAll('\t', ' ').replaceAll(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '·')
}

const secretive = /pass(word|wd|phrase)|secret|token|api_?key|private_?key|credential|connection_?string|authorization|:\/\/[^\s/:@]*:[^\s@]+@/i
const quoted = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`?/g

function masked(line: string): string {
  if (!secretive.test(line)) return line
  return line.replaceAll(quoted, (text) => `${text[0]}${'*'.repeat(Math.max(0, text.length - 2))}${text.at(-1)}`)
}
