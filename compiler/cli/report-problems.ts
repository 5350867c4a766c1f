import { join, relative, sep } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceSpan } from '../discover/source-span.ts'
import type { OutputFormat } from './commands.ts'
import type { Terminal } from './terminal.ts'

/**
 * Prints problems in the format that was asked for, with paths that can be opened from the working
 * directory. Commands print their JSON themselves: it is one document with more in it.
 *
 * @param folder  Absolute: where the files of the problems start from.
 */
export async function reportProblems(
  folder: string,
  diagnostics: readonly Diagnostic[],
  format: Exclude<OutputFormat, 'json'>,
  terminal: Terminal,
): Promise<void> {
  if (diagnostics.length === 0) return
  if (format === 'github') {
    const { annotate, annotationOf } = await import('./github-annotations.ts')
    for (const diagnostic of diagnostics) terminal.out(`${annotate(annotationOf(diagnostic, folder), terminal.env, terminal.cwd)}\n`)
    return
  }
  const { printDiagnostics } = await import('../diagnostics/print-diagnostics.ts')
  const moved = diagnostics.map((diagnostic) => seenFrom(terminal.cwd, folder, diagnostic))
  terminal.out(printDiagnostics(moved, { folder: terminal.cwd, format, color: terminal.color }))
}

function seenFrom(cwd: string, folder: string, diagnostic: Diagnostic): Diagnostic {
  if (cwd === folder) return diagnostic
  const move = <Span extends SourceSpan | undefined>(span: Span): Span =>
    span && { ...span, file: relative(cwd, join(folder, span.file)).replaceAll(sep, '/') }
  const notes = diagnostic.notes.map((note) => ({ ...note, span: move(note.span) }))
  return { ...diagnostic, span: move(diagnostic.span), notes }
}
