/** A length of time: milliseconds, or a number with a unit: `'250ms'`, `'30s'`, `'10m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** What may be said about one message when it is sent. */
export interface DeliveryOptions {
  /**
   * The message's id, a UUID; a new UUIDv7 when unsaid. Sending the same id to the same endpoint
   * again within the dedup window has no effect.
   */
  readonly id?: string
  /**
   * A key of your own instead of an id, such as `invoice-42`. Another message of this type and tenant
   * with an equal key has no effect at the same durable endpoint while this one waits, runs or is a
   * dead letter, and until the dedup window after it is over. Its sender gets the id of the first.
   * 1 to 1,000 bytes. Refused by buffered endpoints.
   */
  readonly deduplicationKey?: string
  /** Not handled before this instant, or before this much time has passed. */
  readonly at?: Date
  readonly delay?: Duration
  /** Dropped instead of handled after this instant, or when older than this. */
  readonly deliverBy?: Date
  readonly deliverWithin?: Duration
  /**
   * Messages of one durable endpoint with equal keys are handled one at a time, in send order, by all
   * processes together; keys run beside each other. 1 to 1,000 bytes. Refused by buffered endpoints.
   */
  readonly orderingKey?: string
  /**
   * What the message is about, for destinations that have topics; what `@topic` says above its type, else its
   * wire name, when unsaid. 1 to 255 bytes.
   */
  readonly topic?: string
  /** Follows a business transaction; inherited from the message being handled when unsaid. */
  readonly correlationId?: string
  readonly tenantId?: string
  readonly sagaId?: string
  /** W3C trace context of the work that sends; inherited from the message being handled when unsaid. */
  readonly traceparent?: string
  readonly tracestate?: string
  /** Your own headers. Names that begin with `jasper-`, and those in `headers.ts`, are refused. */
  readonly headers?: Readonly<Record<string, string>>
}
