/**
 * Wire names in the text of a manifest, sorted. None in a text that is not a manifest: an old one
 * that was broken by a merge is replaced without a word about its messages.
 */
export function manifestNames(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return []
    const { messages } = value
    if (isObject(messages)) return Object.keys(messages).sort()
    if (!Array.isArray(messages)) return []
    return messages.flatMap((message: unknown) => (isObject(message) && typeof message['name'] === 'string' ? [message['name']] : [])).sort()
  } catch {
    return []
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
