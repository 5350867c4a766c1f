import type { StoredError } from '../contracts/message-store.ts'
import { CodecFailure } from '../envelope/codec-failure.ts'
import { JasperError } from '../errors/jasper-error.ts'

const longestName = 200
const longestMessage = 4_000
const longestStack = 16_000

/** What is kept of an error that a handler threw. Never throws, whatever it threw. */
export function storedError(error: unknown): StoredError {
  try {
    if (!(error instanceof Error)) return { type: typeof error, message: text(error, longestMessage), stack: undefined }
    return {
      type: JasperError.is(error) ? error.code : text(error.name, longestName),
      message: text(error.message, longestMessage),
      stack: error.stack === undefined ? undefined : text(error.stack, longestStack),
    }
  } catch {
    // A getter that throws, an object that is no text, a proxy that was revoked.
    return { type: typeof error, message: 'What was thrown cannot be read.', stack: undefined }
  }
}

/** What a log may say of an error. The value that did not fit its type is part of a body: the dead letter shows it. */
export function loggedError(error: unknown): { readonly errorType: string; readonly error: string } {
  const { type, message } = storedError(error)
  const isBody = JasperError.is(error) && error instanceof CodecFailure
  return { errorType: type, error: isBody ? `${type}: ${error.path}: expected ${error.expected}` : message }
}

function text(value: unknown, longest: number): string {
  return String(value).slice(0, longest)
}
