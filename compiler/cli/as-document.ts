import type { JsonDocument } from './json-documents.ts'

/** What `--json` prints: one document, for tools and for eyes. */
export function asDocument(value: JsonDocument): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
