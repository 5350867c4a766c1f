import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import type { SourceSpan } from '../discover/source-span.ts'
import { codeFrame, type Paint } from './code-frame.ts'
import type { Diagnostic } from './diagnostic.ts'

export interface PrintOptions {
  /** Absolute: where the files of the spans start from. */
  readonly folder: string
  /**
   * `pretty`: code frames and mends, for people. `compact`: one line each,
   * `file:line:column: error JG2002: …`, for the problem matchers of editors. `json`: an array of all.
   */
  readonly format: 'pretty' | 'compact' | 'json'
  /** Whether `pretty` is coloured. The caller knows the terminal and its wishes (`NO_COLOR`). */
  readonly color: boolean
  /** Text of a file of the project; from the disk when unsaid. */
  readonly readSource?: (file: string) => string | undefined
}

/** The problems of a run as text that ends in a line break, or an empty text. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], options: PrintOptions): string {
  if (options.format === 'json') return `${JSON.stringify(diagnostics, undefined, 2)}\n`
  if (diagnostics.length === 0) return ''
  if (options.format === 'compact') return diagnostics.map((diagnostic) => `${compactLine(diagnostic)}\n`).join('')
  const paint: Paint = options.color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
  const source = sourceReader(options)
  return `${diagnostics.map((diagnostic) => prettyBlock(diagnostic, source, paint)).join('\n\n')}\n\n${summary(diagnostics, paint)}\n`
}

function compactLine({ code, severity, message, span }: Diagnostic): string {
  const place = span ? `${span.file}:${span.line}:${span.column}: ` : ''
  return `${place}${severity} ${code}: ${oneLine(message)}`
}

function prettyBlock(diagnostic: Diagnostic, source: (file: string) => string | undefined, paint: Paint): string {
  const { code, severity, message, span, label, notes, path, help } = diagnostic
  const style = severity === 'error' ? 'red' : 'yellow'
  const lines = [`${paint([style, 'bold'], `${severity} ${code}`)}${paint('bold', `: ${oneLine(message)}`)}`]
  if (span) lines.push(...placed(span, label, style))
  for (const note of notes) {
    lines.push(`  ${paint('cyan', 'note')}: ${oneLine(note.message)}`, ...placed(note.span, undefined, 'cyan'))
  }
  if (path) lines.push(`  ${paint('cyan', 'path')}: ${oneLine(path)}`)
  lines.push(`  ${paint('green', 'help')}: ${oneLine(help)}`)
  return lines.join('\n')

  function placed(at: SourceSpan, marked: string | undefined, color: 'red' | 'yellow' | 'cyan'): readonly string[] {
    const text = source(at.file)
    const frame = text === undefined ? [] : codeFrame(text, at, marked, color, paint)
    return [`  ${paint('cyan', '-->')} ${at.file}:${at.line}:${at.column}`, ...frame]
  }
}

/** `2 errors, 1 warning` */
function summary(diagnostics: readonly Diagnostic[], paint: Paint): string {
  const count = (severity: Diagnostic['severity']) => diagnostics.filter((one) => one.severity === severity).length
  const say = (number: number, word: string) => (number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`])
  return paint('bold', [...say(count('error'), 'error'), ...say(count('warning'), 'warning')].join(', '))
}

function sourceReader({ folder, readSource }: PrintOptions): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (file) => {
    if (!known.has(file)) known.set(file, readSource ? readSource(file) : fromDisk(join(folder, file)))
    return known.get(file)
  }
}

/** A file that is gone meanwhile costs the frame, not the message. */
function fromDisk(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Line breaks and control characters of a type or a name would break the format. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
