/** What `--json` prints: one document, for tools and for eyes. Every one says whether it went well. */
export function asDocument(value: { readonly ok: boolean } & Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
