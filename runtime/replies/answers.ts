import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Registry } from '../dispatch/registry.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { newEnvelopeId } from '../envelope/envelope-id.ts'
import { newEnvelope } from '../envelope/new-envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { schemeOf, type Transports } from '../routing/transports.ts'
import { ReplySender } from './reply-sender.ts'
import { acknowledgement, isMessage, writeFailure, writeReply, type ReplyContent } from './reply-message.ts'

/** Senders that are kept although they have nothing to send. */
const mostIdle = 64
/** How long a reply is tried where the request has no time. */
const unsaidMs = 60_000

export interface AnswersParts {
  readonly registry: Registry
  readonly transports: Transports
  readonly clock: Clock
  readonly log: Logger
}

/**
 * The replies of this process to requests of others.
 *
 * A reply leaves after the commit, from memory, to the address in the request and nowhere else. It is tried until the
 * caller waits no longer, and then dropped: nothing that happens to it touches the message, which is handled.
 */
export class Answers {
  readonly #parts: AnswersParts
  readonly #senders = new Map<string, ReplySender>()
  #isClosed = false

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  /** The message is handled and committed. Never throws. */
  handled(request: Envelope, value: unknown, nameOf: (value: object) => string | undefined): void {
    if (request.replyTo === undefined) return
    const told = request.replyRequested === acknowledgement ? undefined : value
    this.#answer(request, () => writeReply(told, nameOf, this.#parts.registry))
  }

  /** The message will not be handled, or not as it should: a dead letter, discarded, refused. Never throws. */
  failed(request: Envelope, error: unknown): void {
    if (request.replyTo !== undefined) this.#answer(request, () => writeFailure(error))
  }

  /**
   * Whether a message that has come is a request that this app cannot answer: then its caller hears so at once, and
   * nothing is kept of it.
   */
  turnsAway(request: Envelope): boolean {
    if (request.replyTo === undefined || request.replyRequested === undefined) return false
    const { messageType, messageVersion } = request
    const { registry } = this.#parts
    const known = registry.find(messageType, messageVersion)
    const isSeparate = registry.chainsOf(messageType).some(({ separate }) => separate === true)
    if (known !== undefined && !isSeparate) return false
    const text = isSeparate
      ? `${messageType} has separate handlers there, each with a transaction of its own, so it cannot be requested. Send it.`
      : `${messageType} version ${messageVersion} has no handler where it arrived.`
    this.#parts.log.warn('a request cannot be answered here; refused', { messageType, messageId: request.id, endpoint: request.destination })
    this.failed(request, new JasperError(isSeparate ? 'JASPER_BAD_OPTION' : 'JASPER_NO_SUBSCRIBER', text))
    return true
  }

  /** Waits for the replies that are on their way. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#senders.values()].map((sender) => sender.close()))
  }

  /** Foreign systems name a place for replies as a habit: who has asked for none gets messages, and nothing of ours. */
  #answer(request: Envelope, write: () => ReplyContent): void {
    try {
      const content = contentOf(write)
      if (request.replyRequested === undefined && !isMessage(content)) return
      const sender = this.#sender(request)
      sender?.send(this.#envelope(request, sender.address, content))
    } catch (error) {
      this.#drop(request, String(error))
    }
  }

  /**
   * Only over the transport through which the request came: else whoever can reach one of them could have us send to
   * any address of another. `undefined`: there is no way to the caller.
   */
  #sender(request: Envelope): ReplySender | undefined {
    const { transports, clock, log } = this.#parts
    const replyTo = request.replyTo!
    const scheme = schemeOf(replyTo)
    const transport = transports.of(scheme)
    if (this.#isClosed || scheme !== schemeOf(request.destination) || transport?.replyAddress === undefined) {
      this.#drop(request, this.#isClosed ? 'the app stops' : 'it is no address of the transport through which the request came')
      return undefined
    }
    const address = transport.address(replyTo, 'send')
    const known = this.#senders.get(address)
    if (known !== undefined) return known
    this.#closeIdle()
    const sender = new ReplySender(address, { sender: transport.sender(address, 'reply'), clock, log })
    this.#senders.set(address, sender)
    return sender
  }

  #closeIdle(): void {
    if (this.#senders.size < mostIdle) return
    for (const [address, sender] of this.#senders) {
      if (!sender.isIdle) continue
      this.#senders.delete(address)
      void sender.close()
      return
    }
  }

  /** It goes on with the conversation of the request, and is over when the caller's time is. */
  #envelope(request: Envelope, destination: string, { messageType, messageVersion, body }: ReplyContent): Envelope {
    const now = this.#parts.clock.now()
    const deliverBy = request.deliverBy ?? new Date(now.getTime() + unsaidMs)
    const about = { id: newEnvelopeId(now.getTime()), messageType, messageVersion, body, destination }
    return newEnvelope({ ...about, options: { deliverBy }, parent: request, now })
  }

  #drop({ id, messageType, replyTo }: Envelope, reason: string): void {
    this.#parts.log.warn('a reply cannot be sent; dropped', { messageId: id, messageType, replyTo, reason })
  }
}

/** What cannot be written as a message is told as a failure: the caller waits. */
function contentOf(write: () => ReplyContent): ReplyContent {
  try {
    return write()
  } catch (error) {
    return writeFailure(error)
  }
}
