import { JasperError } from './jasper-error.ts'

/** What the other side says of the error that ended a request. Its stack stays there. */
export interface RemoteError {
  /** The code of a `JasperError`, or the name of another error. */
  readonly type: string
  readonly message: string
}

/** A request whose message could not be handled: its handler failed for good, or there is none. */
export class RequestFailedError extends JasperError {
  readonly remote: RemoteError

  /** `cause`: the error itself, where it was thrown in this process. */
  constructor(messageName: string, remote: RemoteError, options?: { readonly cause?: unknown }) {
    super('JASPER_REQUEST_FAILED', `${messageName} could not be handled: ${remote.type}: ${remote.message}`, options)
    this.name = 'RequestFailedError'
    this.remote = remote
  }

  /** Whether `error` is one, also of another copy of the package. Never throws, whatever it is. */
  static override is(error: unknown): error is RequestFailedError {
    return JasperError.is(error, 'JASPER_REQUEST_FAILED')
  }
}
