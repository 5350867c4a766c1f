import type { DiscoveredHandler } from '../discover/discovered.ts'

/**
 * The order in which the handlers of one message are called: those of the message itself, then those of
 * unions and of what it extends; each the app's own before those of packages, by file, in code units, then
 * from the top of the file down. The same on every machine, whatever the order of discovery.
 */
export function orderHandlers(handlers: readonly DiscoveredHandler[]): readonly DiscoveredHandler[] {
  return handlers.toSorted(
    (a, b) =>
      Number(a.takes !== undefined) - Number(b.takes !== undefined) ||
      // Where a package is installed differs from machine to machine.
      compareText(a.function.package ?? '', b.function.package ?? '') ||
      compareText(a.span.file, b.span.file) ||
      a.span.line - b.span.line ||
      a.span.column - b.span.column ||
      compareText(a.function.export, b.function.export),
  )
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
