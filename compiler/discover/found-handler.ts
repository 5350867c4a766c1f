import type { ts } from 'ts-morph'
import type { HandlerFunction } from './discovered.ts'
import { compareText } from './shape-order.ts'
import type { SourceSpan } from './source-span.ts'

/** A handler as it was found, before its signature is read. */
export interface FoundHandler {
  readonly file: ts.SourceFile
  readonly function: HandlerFunction
  /** `handle`, `OrderHandler.handle`: what diagnostics call it. */
  readonly label: string
  readonly signature: ts.Signature
  /** The function's name where it is declared. */
  readonly span: SourceSpan
}

/** By the file that exports it, then by where it is declared; names decide where one place declares several. */
export function byPosition(a: FoundHandler, b: FoundHandler): number {
  return (
    compareText(a.function.file, b.function.file) ||
    compareText(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    a.span.column - b.span.column ||
    compareText(a.label, b.label)
  )
}
