import type { SourceSpan } from '../discover/source-span.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import { catalog, type DiagnosticArguments, type DiagnosticCode } from './catalog.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Where a problem is, and what is worth saying besides the sentence of its code. */
export interface DiagnosticPlace {
  readonly span: SourceSpan | undefined
  /** A word or two under the marked text. */
  readonly label?: string
  readonly notes?: Diagnostic['notes']
  /** The chain of names from the handler to the culprit. */
  readonly path?: string
  /** Where this case has a better mend than the catalogue's. */
  readonly help?: string
}

/** Collects the problems of a run: the compiler reports all of them, never only the first. */
export class DiagnosticBag {
  readonly #found = new Map<string, Diagnostic>()
  #heard: Diagnostic[] | undefined

  /** Reports a problem of the catalogue. The same problem at the same place is kept once, as first reported. */
  report<Code extends DiagnosticCode>(code: Code, values: DiagnosticArguments<Code>, place: DiagnosticPlace): void {
    const entry: CatalogEntry = catalog[code]
    this.add({
      code,
      severity: entry.severity,
      message: fill(entry.sentence, values),
      span: place.span,
      label: place.label,
      notes: place.notes ?? [],
      path: place.path,
      help: place.help ?? fill(entry.help, values),
    })
  }

  add(diagnostic: Diagnostic): void {
    this.#heard?.push(diagnostic)
    const { code, span, message } = diagnostic
    const key = JSON.stringify([code, span?.file, span?.line, span?.column, message])
    if (!this.#found.has(key)) this.#found.set(key, diagnostic)
  }

  /** Does something, and tells what it reported: also what had been reported before. */
  listen<T>(work: () => T): { readonly result: T; readonly diagnostics: readonly Diagnostic[] } {
    const diagnostics: Diagnostic[] = []
    this.#heard = diagnostics
    try {
      return { result: work(), diagnostics }
    } finally {
      this.#heard = undefined
    }
  }

  /** An error was reported: nothing may be written. */
  get hasErrors(): boolean {
    return [...this.#found.values()].some((diagnostic) => diagnostic.severity === 'error')
  }

  /** In the order of the source: by file, line, column, then code. Those without a place come first. */
  list(): readonly Diagnostic[] {
    return [...this.#found.values()].sort(bySource)
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot)
}

function bySource(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.span?.file ?? '', b.span?.file ?? '') ||
    (a.span?.line ?? 0) - (b.span?.line ?? 0) ||
    (a.span?.column ?? 0) - (b.span?.column ?? 0) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  )
}

/** By code unit, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
