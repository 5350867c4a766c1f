import type { ErrorCode } from './error-codes.ts'

const mark = Symbol.for('jasper-runtime.error')

/**
 * The one error class of the runtime. `code` is stable; the message says what happened, where, and
 * how to mend it.
 */
export class JasperError extends Error {
  readonly code: ErrorCode
  /** Recognises errors across two copies of the package. */
  readonly [mark] = true

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.name = 'JasperError'
    this.code = code
  }

  /** Whether `error` is a JasperError, with this code if one is given. Never throws, whatever it is. */
  static is(error: unknown, code?: ErrorCode): error is JasperError {
    try {
      return (
        typeof error === 'object' && error !== null && mark in error && (code === undefined || (error as JasperError).code === code)
      )
    } catch {
      // A proxy that was revoked: handlers throw anything.
      return false
    }
  }
}
