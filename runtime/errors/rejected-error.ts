import { JasperError } from './jasper-error.ts'

/** So much of the reasons stands in the message of the error. */
const longestText = 1_000

/**
 * A message that a `validate` function has stopped. It is no failure: the message is done with, and is not
 * tried again unless a policy for `JASPER_REJECTED` says so.
 */
export class RejectedError extends JasperError {
  /** What the `validate` function returned: at least one. */
  readonly reasons: readonly string[]

  constructor(messageName: string, reasons: readonly string[]) {
    super('JASPER_REJECTED', `${messageName} was refused: ${reasons.join('; ').slice(0, longestText)}`)
    this.name = 'RejectedError'
    this.reasons = reasons
  }

  /** Whether `error` is one, also of another copy of the package. Never throws, whatever it is. */
  static override is(error: unknown): error is RejectedError {
    return JasperError.is(error, 'JASPER_REJECTED')
  }
}

/** The error with which generated code ends the attempt when `validate` has returned reasons. */
export function rejected(run: { readonly envelope: { readonly messageType: string } }, reasons: readonly string[]): RejectedError {
  return new RejectedError(run.envelope.messageType, reasons)
}
