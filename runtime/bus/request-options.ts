import type { DeliveryOptions, Duration } from './delivery-options.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'

/** What may be said about one request. */
export interface RequestOptions<Expected extends string = string>
  extends Omit<DeliveryOptions, 'id' | 'deduplicationKey' | 'at' | 'delay' | 'deliverBy' | 'deliverWithin'> {
  /**
   * How long the caller waits; 30 s when unsaid. It is the message's deliver-by as well: what has not begun by then
   * is not handled any more. What has begun goes on, and its reply is dropped.
   */
  readonly timeout?: Duration
  /** The one destination that is asked: an address. Where the routes send the message when unsaid. */
  readonly to?: string
  /**
   * The wire names of the replies that the caller takes, for a message that another app handles: this one does not
   * know what the handler there returns. Another reply rejects with `JASPER_REPLY_UNEXPECTED`.
   */
  readonly expects?: Expected | readonly Expected[]
  /**
   * The caller only wants to know that the message is handled and committed: whatever its handler returns stays there,
   * and the result is `undefined`. A failure rejects as ever.
   */
  readonly ackRequested?: boolean
  /** Ends the waiting, and nothing else, with the reason of the signal. */
  readonly signal?: AbortSignal
}

export interface RequestTerms {
  readonly timeoutMs: number
  readonly to: string | undefined
  readonly expected: readonly string[] | undefined
  readonly ackRequested: boolean
  readonly signal: AbortSignal | undefined
  /** What is left to be said of the message itself. */
  readonly delivery: DeliveryOptions | undefined
}

const defaultTimeout: Duration = '30s'
/** None of them means anything to a caller that waits; types say so, and plain JavaScript is told. */
const refused = ['id', 'deduplicationKey', 'at', 'delay', 'deliverBy', 'deliverWithin'] as const

/** Throws `JASPER_BAD_OPTION` for what cannot hold. */
export function readRequestOptions(messageName: string, options: RequestOptions): RequestTerms {
  const { timeout = defaultTimeout, to, expects, ackRequested = false, signal, ...delivery } = options
  for (const name of refused) {
    if ((delivery as DeliveryOptions)[name] === undefined) continue
    throw new JasperError('JASPER_BAD_OPTION', `${messageName} was requested with ${name}, and a request is sent now, once and for its timeout. Use send.`)
  }
  const timeoutMs = toMilliseconds(timeout, `request(${JSON.stringify(messageName)}, message, { timeout })`)
  if (ackRequested && expects !== undefined) {
    throw new JasperError('JASPER_BAD_OPTION', `${messageName} was requested with expects and with ackRequested. An acknowledgement has no message in it: leave one out.`)
  }
  const expected = expects === undefined ? undefined : typeof expects === 'string' ? [expects] : expects
  return { timeoutMs, to, expected, ackRequested, signal, delivery: Object.keys(delivery).length === 0 ? undefined : delivery }
}
