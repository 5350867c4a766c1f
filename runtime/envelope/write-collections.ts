import { encodeFailure } from './codec-failure.ts'

/** What generated encoders call for types that JSON has not. All throw `JASPER_ENCODE` with the path. */

/** Bytes, a `Buffer` too, as base64. */
export function writeBytes(value: unknown, path: string): string {
  const bytes = bytesToWrite(value, path)
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`
}

function bytesToWrite(value: unknown, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw encodeFailure(path, 'a Uint8Array', value)
}

export function writeUrl(value: unknown, path: string): string {
  if (value instanceof URL) return JSON.stringify(value.href)
  throw encodeFailure(path, 'a URL', value)
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each element is checked by the generated code
export function setToWrite(value: unknown, path: string): ReadonlySet<any> {
  if (value instanceof Set) return value
  throw encodeFailure(path, 'a Set', value)
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each entry is checked by the generated code
export function mapToWrite(value: unknown, path: string): ReadonlyMap<any, any> {
  if (value instanceof Map) return value
  throw encodeFailure(path, 'a Map', value)
}
