import { JasperError } from '../errors/jasper-error.ts'

/**
 * A value that does not fit its message type: `JASPER_DECODE` for one that arrived,
 * `JASPER_ENCODE` for one about to leave.
 */
export class CodecFailure extends JasperError {
  /** Where, as a JSON path: `$.lines[2].price`. */
  readonly path: string
  /** What the type wants there: `a finite number`. */
  readonly expected: string

  constructor(code: 'JASPER_DECODE' | 'JASPER_ENCODE', path: string, expected: string, found: string, options?: ErrorOptions) {
    const shownPath = shorten(path, longestPath)
    super(code, `${shownPath}: expected ${expected}, found ${found}`, options)
    this.path = shownPath
    this.expected = expected
  }
}

/** The error for JSON that does not fit. `actual` is shown in at most 60 characters: it may be a user's. */
export function decodeFailure(path: string, expected: string, actual: unknown, cause?: unknown): CodecFailure {
  return new CodecFailure('JASPER_DECODE', path, expected, show(actual), cause === undefined ? undefined : { cause })
}

/** The error for a message that does not fit its declared type. */
export function encodeFailure(path: string, expected: string, actual: unknown, cause?: unknown): CodecFailure {
  return new CodecFailure('JASPER_ENCODE', path, expected, show(actual), cause === undefined ? undefined : { cause })
}

/** How many calls of recursive types may nest. Far more than people write, far less than the stack holds. */
export const deepestNesting = 1_000

const longestValue = 60
const longestPath = 200

/** What a value is, short enough for a log: scalars as they are, lists and objects by size alone. */
function show(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing'
    case 'string':
      return quoted(value)
    case 'bigint':
      return shorten(`${value.toString(16).length > longestValue ? 'a very large bigint' : `${value}n`}`, longestValue)
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'object':
      return value === null ? 'null' : showObject(value)
    default:
      return String(value)
  }
}

function showObject(value: object): string {
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 element' : `a list of ${value.length} elements`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : 'a Date'
  if (value instanceof Map || value instanceof Set) return `a ${value instanceof Map ? 'Map' : 'Set'} of ${value.size}`
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  return value instanceof URL ? 'a URL' : 'an object'
}

function quoted(text: string): string {
  const whole = JSON.stringify(text.slice(0, longestValue))
  if (text.length <= longestValue && whole.length <= longestValue) return whole
  return `${whole.slice(0, longestValue - 2)}…"`
}

/** Keeps both ends, where the meaning is. */
function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text
  const head = Math.ceil((longest - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (longest - 1 - head))}`
}
