import { JasperError } from '../errors/jasper-error.ts'

/**
 * The error for a returned value that fits none, or several, of the messages that its handler
 * declares. Thrown by generated code: what to send is never guessed.
 */
export function ambiguousReturn(handler: string, alternatives: readonly string[]): JasperError {
  return new JasperError(
    'JASPER_AMBIGUOUS_RETURN',
    `${handler} returned a value that is not exactly one of ${alternatives.join(', ')}. ` +
      'Give the alternatives a literal member that tells them apart, or return one of them as declared.',
  )
}
