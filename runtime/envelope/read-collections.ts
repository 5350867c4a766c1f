import { decodeFailure } from './codec-failure.ts'

/** What generated decoders call for types that JSON has not. All throw `JASPER_DECODE` with the path. */

/** Bytes from base64, with its padding: text of another alphabet is refused, not skipped. */
export function readBytes(value: unknown, path: string): Uint8Array<ArrayBuffer> {
  // A copy: Node makes small buffers in one pool, whose other bytes `.buffer` would show.
  return new Uint8Array(readBuffer(value, path))
}

/** The same as a `Buffer`. */
export function readBuffer(value: unknown, path: string): Buffer<ArrayBuffer> {
  if (typeof value === 'string' && value.length % 4 === 0 && base64.test(value)) return Buffer.from(value, 'base64')
  throw decodeFailure(path, 'bytes as base64', value)
}

const base64 = /^[A-Za-z\d+/]*={0,2}$/

export function readUrl(value: unknown, path: string): URL {
  if (typeof value === 'string') {
    try {
      return new URL(value)
    } catch {
      // Said below.
    }
  }
  throw decodeFailure(path, 'a URL such as "https://example.org/"', value)
}

/** A list of two, to take a key and its value from. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- both are checked by the generated code
export function readPair(json: unknown, path: string): readonly [any, any] {
  if (Array.isArray(json) && json.length === 2) return json as [unknown, unknown]
  throw decodeFailure(path, 'a list of a key and its value', json)
}

/** The `Set` of checked elements. One that is there twice is refused: the sender had no such Set. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each element was checked by the generated code
export function setOfOnce(elements: readonly any[], path: string): Set<any> {
  const set = new Set<unknown>(elements)
  if (set.size < elements.length) throw decodeFailure(path, 'a list with each element once', elements)
  return set
}

/** Throws for a member that the type does not name. Only where the config says `unknownMembers: 'refuse'`. */
export function refuseUnknown(object: object, known: ReadonlySet<string>, path: string): void {
  for (const key of Object.keys(object)) if (!known.has(key)) throw unknownMember(object, key, path)
}

export function unknownMember(object: object, key: string, path: string): Error {
  return decodeFailure(`${path}[${JSON.stringify(key.slice(0, 60))}]`, 'no such member', (object as Record<string, unknown>)[key])
}
