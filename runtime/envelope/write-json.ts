import { types } from 'node:util'
import { type CodecFailure, encodeFailure } from './codec-failure.ts'

/**
 * What generated encoders call. All give JSON text, or throw `JASPER_ENCODE` with the path.
 */

/** Text as a JSON string. */
export function writeString(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** Exactly the characters that JSON strings escape. */
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/

/** The value as an object, to take members from. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each member is checked by the generated code
export function objectToWrite(value: unknown, path: string): Record<string, any> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw encodeFailure(path, 'an object', value)
  return value
}

/** The value as a list. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each element is checked by the generated code
export function arrayToWrite(value: unknown, path: string): readonly any[] {
  if (!Array.isArray(value)) throw encodeFailure(path, 'a list', value)
  return value as readonly unknown[]
}

/** A `Date` as ISO 8601 in UTC. */
export function writeDate(value: unknown, path: string): string {
  if (isDate(value) && !Number.isNaN(value.getTime())) return `"${value.toISOString()}"`
  throw encodeFailure(path, 'a valid Date', value)
}

/** Whether a value is a Date, of this realm or another. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || types.isDate(value)
}

/** A value of type `unknown`: anything that JSON can hold without loss. */
export function writeJson(value: unknown, path: string): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value, (key, member: unknown) => {
      refuseLoss(key, member, path)
      return member
    })
  } catch (error) {
    if (isCodecFailure(error)) throw error
    throw encodeFailure(path, 'a value that JSON can hold', value, error)
  }
  if (text === undefined) throw encodeFailure(path, 'a value that JSON can hold', value)
  return text
}

function refuseLoss(key: string, member: unknown, path: string): void {
  const lost = (typeof member === 'number' && !Number.isFinite(member)) || ['function', 'symbol', 'bigint'].includes(typeof member)
  if (lost) throw encodeFailure(key === '' ? path : `${path}…${key}`, 'a value that JSON can hold', member)
  if (Array.isArray(member) && member.includes(undefined)) throw encodeFailure(path, 'a list without undefined', member)
}

/** What an instance of a class with `fromJSON` gives to JSON: its `toJSON()`, or itself. */
export function toJSONOf(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) throw encodeFailure(path, 'an object', value)
  const source = value as { readonly toJSON?: () => unknown }
  if (typeof source.toJSON !== 'function') return value
  try {
    return source.toJSON()
  } catch (error) {
    throw encodeFailure(path, 'a value whose toJSON() does not throw', value, error)
  }
}

function isCodecFailure(error: unknown): error is CodecFailure {
  return error instanceof Error && 'expected' in error && 'path' in error
}
