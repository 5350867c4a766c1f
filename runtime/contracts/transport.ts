import type { Envelope } from '../envelope/envelope.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/**
 * A way to other processes: a broker, or a connection.
 *
 * Every sentence in this file is a test in `test/conformance/transport/`. The runtime keeps the
 * messages; a transport only carries them. It stores nothing, retries nothing by itself, and says
 * honestly what became of each message. *The other side* is whoever keeps a message next: a broker,
 * or the inbox of a peer.
 */
export interface Transport {
  /**
   * The first part of its addresses, such as `rabbitmq`. A second transport of one kind in one app
   * has a scheme of its own, such as `rabbitmq+invoices`.
   */
  readonly scheme: string
  /** For people: kind and place, without secrets. */
  readonly description: string
  readonly capabilities: TransportCapabilities
  /**
   * The address in the one spelling that rows and listeners use; equal places have equal addresses.
   * Throws `JASPER_UNKNOWN_DESTINATION`, with the grammar, for what is no address of this transport
   * or cannot be used in this way. Touches no network.
   */
  address(text: string, use: AddressUse): string
  /**
   * Begins to connect. Resolves also when the other side does not answer: it is then tried again,
   * with backoff and without end. Rejects for what no waiting mends, such as a refused password.
   */
  open(options: OpenTransport): Promise<void>
  /** Ends all connections. Deliveries that are not settled go back. Idempotent; safe before `open`. */
  close(): Promise<void>
  /**
   * A sender for one address. Opens nothing until it sends. With `reply` the place belongs to whoever waits there:
   * it is never made, and what it does not take is refused.
   */
  sender(destination: string, use?: 'reply'): TransportSender
  /**
   * Where order depends on the place: whether messages with one ordering key, sent one after the other, are
   * delivered at this endpoint in that order, one at a time, to one process at a time. Touches no network.
   * A transport without it has the order that `capabilities.ordersByKey` says, at every endpoint.
   */
  ordersByKeyAt?(endpoint: string): boolean
  /**
   * An address for replies to this process, another one each time. Whoever is given it in a message that came
   * through this transport can send there, with `sender`, for as long as this process listens at it; `listen` makes
   * the place, and nothing else need know of it. When nobody listens any more, what is sent there is refused as
   * `unroutable` or forgotten. What arrives while the connection is lost may be lost. Touches no network.
   * A transport without it carries no requests.
   */
  replyAddress?(): string
  /**
   * Whether this destination tells messages apart by their topics, so that `bus.toTopic` reaches it. Touches no network.
   * No destination does where a transport is without it.
   */
  hasTopics?(destination: string): boolean
  /**
   * What is sent to `source` is to arrive at `endpoint` too. Called before `open`, and more than once for the same is as once. Made where
   * the transport makes places at all, and part of `check`. Throws `JASPER_BAD_OPTION` for places that cannot be joined.
   * A transport without it passes nothing on.
   */
  feed?(source: string, endpoint: string): void
  /** Begins to receive at one address, now or as soon as the other side answers. */
  listen(endpoint: string, options: ListenOptions): TransportListener
  /**
   * What is missing or wrong at these places on the other side, one sentence each; an empty list when
   * all is well. With `provision` it makes what it can first. Rejects when the other side does not answer.
   */
  check(places: readonly TransportPlace[], options: { readonly provision: boolean }): Promise<readonly string[]>
}

export type AddressUse = 'send' | 'listen'

export interface TransportPlace {
  readonly address: string
  readonly use: AddressUse
}

export interface TransportCapabilities {
  /** It keeps a message with `scheduledFor` until then. Without it the runtime does, before sending. */
  readonly schedules: boolean
  /**
   * Messages with one ordering key, sent one after the other, are delivered in that order, one at a
   * time. Without it no endpoint of this transport may be sequential or hold keys back, unless
   * `ordersByKeyAt` says so of that endpoint.
   */
  readonly ordersByKey: boolean
  /** `deadLetter` of a delivery leaves the message with the other side, where people find it. */
  readonly deadLetters: boolean
  /** The most bytes that body and headers of one message may have; `undefined`: no limit is known. */
  readonly largestMessage: number | undefined
}

export interface OpenTransport {
  readonly appName: string
  readonly clock: Clock
  readonly log: Logger
}

export interface TransportSender {
  /**
   * Sends messages in their order. Resolves with an outcome for each, in that order.
   *
   * Headers and bodies arrive as they are, byte for byte. Where the other side tells messages apart by a topic
   * of their own, and the address names none, it is the `topic` of the envelope, else its `messageType`.
   *
   * It rejects, or leaves a message `failed`, when it does not know: such a message may have arrived, and is sent again.
   * Never more than one call at a time. Messages that are sent again carry the same id.
   */
  send(messages: readonly Envelope[]): Promise<readonly SendOutcome[]>
  /** Idempotent. A send that is under way ends as `failed` or as it may. */
  close(): Promise<void>
}

export type SendOutcome =
  /** The other side has it and will not lose it by a crash of its own. */
  | { readonly kind: 'sent' }
  /** It will never take this message: sending it again is useless. `detail` is for people, without secrets. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string }
  /** Not now, or not known. */
  | { readonly kind: 'failed'; readonly detail: string }

/**
 * `too-large`; `unroutable`: the place does not exist, or nothing takes what arrives there;
 * `unauthorised`: we may not send there; `malformed`: it cannot carry such a message.
 */
export type RefusalReason = 'too-large' | 'unroutable' | 'unauthorised' | 'malformed'

export interface ListenOptions {
  /** Never more deliveries than this that are not settled: the back pressure. */
  readonly unsettled: number
  /** Called with deliveries as they come, one or many. Never throws. */
  readonly receive: (deliveries: readonly TransportDelivery[]) => void
}

export interface TransportListener {
  /** Whether it can receive at this moment; `false` while the other side does not answer. */
  readonly connected: boolean
  /** Resolves when nothing more is delivered until `resume`. What was delivered can still be settled. */
  pause(): Promise<void>
  resume(): void
  /** Receives no more, for good. What is not settled goes back, as if it had never been delivered. Idempotent. */
  stop(): Promise<void>
}

/** One message that the other side keeps until it is settled. */
export interface TransportDelivery {
  /** By the names of `envelope/headers.ts` and the sender's own. Those of foreign senders are translated. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** How often the other side knows to have delivered it before, at least. */
  readonly redeliveries: number
  /** Whether it has gone back by itself, as with a lost connection: then somebody else may have it. */
  readonly gone: boolean
  /** The other side may forget it. */
  ack(): Promise<Settled>
  /** It is delivered again, now or soon, and counted as redelivered. It is never nowhere in between. */
  requeue(): Promise<Settled>
  /** It is never delivered again: kept aside with `reason` where there is a place for that, else forgotten. */
  deadLetter(reason: string): Promise<Settled>
}

/**
 * Whether the other side has heard it. `lost`: the delivery was gone, or was settled before. A
 * settlement never rejects, and never reaches another delivery than its own.
 */
export type Settled = 'settled' | 'lost'
