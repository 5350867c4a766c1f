/** What is remembered of an attempt that failed. */
export interface FailedAttempt {
  /** The first attempt is 1; a replay counts anew. A lost connection has the number of the attempt that it cut short. */
  readonly number: number
  /** When it had failed, by the clock of its process. */
  readonly at: Date
  /** The error's class name, or its code. */
  readonly type: string
  /** What the error said, at most 500 characters of it. */
  readonly message: string
  /** The id of the node that made the attempt. */
  readonly node: string
}

/** So many failed attempts of a message are remembered, the newest. */
export const longestHistory = 20

/**
 * One message with everything that travels with it.
 *
 * The same shape is sent, stored, claimed and handed to handlers. Members that may be missing are
 * `undefined` rather than absent, so that every envelope has one shape.
 */
export interface Envelope {
  /** A UUIDv7, unless the sender chose another or a `deduplicationKey`. With `destination` it is the identity of the message. */
  readonly id: string
  /** The wire name of the message type, such as `PlaceOrder` or `orders.place-order`. */
  readonly messageType: string
  /** The version of that type; 1 when its author says nothing. */
  readonly messageVersion: number
  /** What `body` holds: `application/json` for the generated codecs. */
  readonly contentType: string
  /** The encoded message. Never changed after the envelope exists. */
  readonly body: Uint8Array
  /** The address of one endpoint, such as `local://place-order`. */
  readonly destination: string
  /** Follows a business transaction across systems. Kept by cascades, retries and replays. */
  readonly correlationId: string
  /** The id of the message that began it all. Kept by cascades, retries and replays. */
  readonly conversationId: string
  /** The id of the message whose handler sent this one. */
  readonly causationId: string | undefined
  /** The address to which a reply goes. */
  readonly replyTo: string | undefined
  /** The wire name of the reply that the sender waits for. */
  readonly replyRequested: string | undefined
  /** The saga that this message belongs to. */
  readonly sagaId: string | undefined
  /** The tenant on whose behalf the message was sent. */
  readonly tenantId: string | undefined
  /** W3C trace context, https://www.w3.org/TR/trace-context/. */
  readonly traceparent: string | undefined
  /** W3C trace state, passed on as it came. */
  readonly tracestate: string | undefined
  /** When the sender made the envelope, by the sender's clock. */
  readonly sentAt: Date
  /** After this instant the message is dropped instead of handled, wherever it is. */
  readonly deliverBy: Date | undefined
  /** Not to be handled before this instant. */
  readonly scheduledFor: Date | undefined
  /** What it is about, where the declaration of its type says so: the routing key at a broker that has topics. */
  readonly topic: string | undefined
  /** Messages of one endpoint that share a key are handled one at a time, in send order. */
  readonly orderingKey: string | undefined
  /** How many attempts at handling have failed so far. */
  readonly attempts: number
  /**
   * How many attempts ended because the connection of their transaction was lost. They have a budget
   * of their own and are not among `attempts`.
   */
  readonly connectionLosses: number
  /**
   * The failed attempts, oldest first, those before a replay included. Only the newest
   * {@link longestHistory} are kept.
   */
  readonly failures: readonly FailedAttempt[]
  /** What the sender added. Names never collide with those reserved in `headers.ts`. */
  readonly headers: Readonly<Record<string, string>>
}
