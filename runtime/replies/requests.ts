import { readRequestOptions, type RequestOptions, type RequestTerms } from '../bus/request-options.ts'
import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { Sends } from '../bus/sends.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { TransportDelivery, TransportListener } from '../contracts/transport.ts'
import type { Registry } from '../dispatch/registry.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { newEnvelopeId } from '../envelope/envelope-id.ts'
import { fromHeaders } from '../envelope/travel-headers.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { RejectedError } from '../errors/rejected-error.ts'
import { RequestFailedError } from '../errors/request-failed-error.ts'
import { Outgoing } from '../outbox/outgoing.ts'
import { isLocal } from '../routing/destination.ts'
import { schemeOf, type Transports } from '../routing/transports.ts'
import { acknowledgement, readReply, remoteErrorOf } from './reply-message.ts'
import { WaitingCall } from './waiting-call.ts'

/** Replies of one transport that are not settled; each is as soon as it is read. */
const unsettled = 1_000
/** How often a listener that cannot receive yet is looked at. */
const lookMs = 10

export interface RequestsParts {
  readonly sends: Sends
  readonly registry: Registry
  readonly transports: Transports
  readonly clock: Clock
  readonly log: Logger
  /** Handles a message of this app now: throws what is wrong with the asking, and runs when called. */
  invocation(name: string, message: unknown, options: DeliveryOptions | undefined, parent: Envelope | undefined): () => Promise<unknown>
  /** Stores what is noted, and hands it over. */
  store(outgoing: Outgoing): Promise<void>
}

/** What became of requests, in this process since its start. */
export interface RequestCounts {
  /** Callers that wait now. */
  readonly waiting: number
  /** Replies that nobody waited for any more, or that had come before. */
  readonly late: number
}

interface ReplyPlace {
  readonly address: string
  readonly listener: TransportListener
}

/**
 * The callers of this process that wait for a reply.
 *
 * They live in memory, so replies are no more durable than they are: the request itself is stored like any message,
 * but a reply that finds its caller gone is dropped. What this app handles itself is invoked; no reply travels then.
 */
export class Requests {
  readonly #parts: RequestsParts
  readonly #calls = new Set<WaitingCall>()
  /** Those whose message is on its way, by its id. */
  readonly #asked = new Map<string, WaitingCall>()
  readonly #places = new Map<string, ReplyPlace>()
  #late = 0
  #isClosed = false

  constructor(parts: RequestsParts) {
    this.#parts = parts
  }

  counts(): RequestCounts {
    return { waiting: this.#calls.size, late: this.#late }
  }

  /** `parent`: the message whose handler asks. */
  async request(name: string, message: unknown, options: RequestOptions, parent?: Envelope): Promise<unknown> {
    const terms = readRequestOptions(name, options)
    terms.signal?.throwIfAborted()
    const destination = this.#parts.sends.onlyDestination(name, terms.to)
    const call = new WaitingCall(name, terms.expected, terms.timeoutMs)
    const begin = isLocal(destination) ? this.#invoke(call, message, terms, parent) : this.#ask(call, message, terms, destination, parent)
    const giveUp = (): void => call.fail(terms.signal!.reason)
    terms.signal?.addEventListener('abort', giveUp, { once: true })
    const timer = this.#parts.clock.timer(terms.timeoutMs, () => call.expire())
    this.#calls.add(call)
    try {
      // Not waited for: a store that does not answer is no reason to wait longer than was asked for.
      void begin().catch((error: unknown) => call.fail(error))
      return await call.promise
    } finally {
      timer.cancel()
      this.#calls.delete(call)
      terms.signal?.removeEventListener('abort', giveUp)
    }
  }

  /** A request that its destination will never take. */
  undeliverable(id: string, type: string, message: string): void {
    const call = this.#asked.get(id)
    call?.fail(new RequestFailedError(call.messageName, { type, message }))
  }

  /** Nobody waits any longer, and nothing is received. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const call of this.#calls) {
      call.fail(new JasperError('JASPER_NOT_STARTED', `The app stopped before a reply to ${call.messageName} had come.`))
    }
    await Promise.all([...this.#places.values()].map(({ listener }) => listener.stop()))
  }

  /** Throws for what could not be asked at all. The handler goes on when its caller waits no longer. */
  #invoke(call: WaitingCall, message: unknown, terms: RequestTerms, parent: Envelope | undefined): () => Promise<void> {
    const { delivery, ackRequested } = terms
    const handle = this.#parts.invocation(call.messageName, message, delivery, parent)
    return async () => {
      void handle().then(
        (reply) => (call.isOver ? this.#count() : call.end(ackRequested ? undefined : reply)),
        (error: unknown) => call.fail(failureOf(call.messageName, error)),
      )
    }
  }

  #ask(call: WaitingCall, message: unknown, terms: RequestTerms, destination: string, parent: Envelope | undefined): () => Promise<void> {
    const { sends, clock, store } = this.#parts
    const scheme = schemeOf(destination)
    this.#requireReplies(scheme, call.messageName)
    const now = clock.now()
    const id = newEnvelopeId(now.getTime())
    const replyRequested = terms.ackRequested ? acknowledgement : (terms.expected?.join(' ') ?? 'any')
    // What has not begun when its caller goes away is not begun any more.
    const options = { ...terms.delivery, deliverBy: new Date(now.getTime() + terms.timeoutMs) }
    return async () => {
      const replyTo = await this.#connected(scheme, call)
      if (replyTo === undefined) return
      const outgoing = new Outgoing()
      sends.request(call.messageName, message, { id, destination, options, parent, reply: { replyTo, replyRequested } }, outgoing)
      this.#asked.set(id, call)
      void call.promise.finally(() => this.#asked.delete(id)).catch(() => undefined)
      await store(outgoing)
    }
  }

  #requireReplies(scheme: string, messageName: string): void {
    if (this.#parts.transports.of(scheme)?.replyAddress !== undefined) return
    throw new JasperError('JASPER_NOT_SUPPORTED', `${messageName} was requested over ${scheme}, which carries no replies. Send it, and let the other side send an answer.`)
  }

  /** The address for replies, once something can arrive there; `undefined` when the caller waits no longer. */
  async #connected(scheme: string, call: WaitingCall): Promise<string | undefined> {
    const { address, listener } = this.#place(scheme)
    while (!listener.connected && !call.isOver) await this.#parts.clock.sleep(lookMs)
    return call.isOver ? undefined : address
  }

  /** One for each transport, from the first request on. */
  #place(scheme: string): ReplyPlace {
    const known = this.#places.get(scheme)
    if (known !== undefined) return known
    if (this.#isClosed) throw new JasperError('JASPER_NOT_STARTED', 'The app has stopped, and nothing can be requested any more.')
    const transport = this.#parts.transports.of(scheme)!
    const address = transport.replyAddress!()
    const receive = (deliveries: readonly TransportDelivery[]): void => {
      for (const delivery of deliveries) this.#receive(delivery, address)
    }
    const place = { address, listener: transport.listen(address, { unsettled, receive }) }
    this.#places.set(scheme, place)
    return place
  }

  #receive(delivery: TransportDelivery, address: string): void {
    void delivery.ack()
    const { envelope } = fromHeaders(delivery.headers, delivery.body, address, this.#parts.clock.now())
    const call = envelope.causationId === undefined ? undefined : this.#asked.get(envelope.causationId)
    if (call === undefined || call.isOver) return this.#count(envelope)
    try {
      call.end(readReply(envelope, call.messageName, call.expected, this.#parts.registry))
    } catch (error) {
      call.fail(error)
    }
  }

  #count(reply?: Envelope): void {
    this.#late += 1
    this.#parts.log.debug('a reply came for which nobody waits any more; dropped', reply && { messageType: reply.messageType, causationId: reply.causationId })
  }
}

/** What a handler of this app has thrown, as a caller elsewhere would have it; the error itself is at hand. */
function failureOf(messageName: string, error: unknown): unknown {
  return RejectedError.is(error) ? error : new RequestFailedError(messageName, remoteErrorOf(error), { cause: error })
}
