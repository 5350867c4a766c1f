import { join, relative, sep } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Terminal } from './terminal.ts'

/** One annotation of GitHub Actions: a workflow command that marks a line of a file in the pull request. */
export interface Annotation {
  readonly severity: 'error' | 'warning'
  readonly title: string
  readonly message: string
  /** Absolute path. */
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

export function annotate(annotation: Annotation, env: Terminal['env'], cwd: string): string {
  const { severity, title, message, file, line, column } = annotation
  const properties = [
    // GitHub takes paths from the checkout's root, wherever the command runs.
    ...(file === undefined ? [] : [['file', relative(env['GITHUB_WORKSPACE'] ?? cwd, file).replaceAll(sep, '/')] as const]),
    ...(line === undefined ? [] : [['line', String(line)] as const]),
    ...(column === undefined ? [] : [['col', String(column)] as const]),
    ['title', title] as const,
  ]
  return `::${severity} ${properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',')}::${escape(message)}`
}

/** @param folder  Absolute: where the files of the diagnostic start from. */
export function annotationOf({ severity, code, message, help, span }: Diagnostic, folder: string): Annotation {
  const place = span === undefined ? {} : { file: join(folder, span.file), line: span.line, column: span.column }
  return { severity, title: code, message: `${message}\nhelp: ${help}`, ...place }
}

function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
