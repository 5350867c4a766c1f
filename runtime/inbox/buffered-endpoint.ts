import type { Clock, Timer } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { IncomingMessages } from '../contracts/message-store.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import { ClaimLoop } from './claim-loop.ts'
import type { Delivery } from './delivery.ts'
import type { Flow, PausableEndpoint } from './endpoint.ts'
import { WorkQueue, type Handle } from './work-queue.ts'

export interface BufferedEndpointParts {
  readonly incoming: IncomingMessages
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  readonly handle: Handle
}

/**
 * An endpoint whose messages are in memory only; a crash loses them.
 *
 * Senders outside handlers wait while it is full. What a handler sends may go beyond the limit: a
 * handler that waited for room in its own queue would wait for ever.
 *
 * What has a time is kept in the store, so that it can be cancelled and no crash loses it. That, and what
 * the store holds all the same, as after a replay or where the endpoint was durable until the last
 * deploy, is claimed, handled and settled as at any endpoint.
 */
export class BufferedEndpoint implements PausableEndpoint {
  readonly settings: EndpointSettings
  readonly #queue: WorkQueue
  readonly #clock: Clock
  readonly #log: Logger
  readonly #node: NodeIdentity
  readonly #stored: ClaimLoop
  readonly #senders: { readonly admit: () => void; readonly refuse: (error: JasperError) => void }[] = []
  /** Messages that wait for another attempt. They count as waiting: their number has the same limit. */
  readonly #retries = new Map<Delivery, Timer>()
  readonly #whenDrained: (() => void)[] = []
  #entered = 0
  #draining = false
  #saidStored = false

  constructor(settings: EndpointSettings, parts: BufferedEndpointParts) {
    this.settings = settings
    this.#clock = parts.clock
    this.#log = parts.log
    this.#node = parts.node
    const handle: Handle = async (delivery, turn) => {
      await parts.handle(delivery, turn)
      if (delivery.lane !== undefined) this.#stored.laneLeft()
    }
    this.#queue = new WorkQueue(settings.parallelism, handle, () => this.#changed())
    this.#stored = new ClaimLoop({
      ...parts,
      address: settings.address,
      limit: () => (this.#queue.waiting * 4 > settings.buffer ? 0 : this.#room()),
      take: (claimed) => this.#takeStored(claimed),
    })
  }

  get isFailing(): boolean {
    return this.#stored.isFailing
  }

  open(): void {
    this.#stored.open()
  }

  hold(): boolean {
    return !this.#queue.closed
  }

  giveBack(): void {}

  deliver(delivery: Delivery): void {
    this.#push(delivery)
  }

  /** Takes a message back for another attempt. */
  deliverAfter(delivery: Delivery, ms: number): void {
    if (this.#draining) return this.#push(delivery)
    this.#retries.set(delivery, this.#clock.timer(ms, () => this.#retry(delivery)))
  }

  /** Resolves when there is room, and keeps it until `leave`. Rejects with `JASPER_NOT_STARTED` once it is closed. */
  async enter(): Promise<void> {
    if (this.#queue.closed) throw this.#closed()
    if (this.#room() <= 0) await new Promise<void>((admit, refuse) => this.#senders.push({ admit, refuse }))
    else this.#entered += 1
  }

  /** The message that a sender entered with is delivered, or will not come. */
  leave(): void {
    this.#entered -= 1
    this.#changed()
  }

  wake(): void {
    this.#stored.wake()
  }

  unpark(): void {
    this.#stored.unpark()
  }

  /** A stop drains also what is paused: nothing would bring it back. */
  setFlow(flow: Flow): void {
    if (this.#draining) return
    this.#queue.setLimit(flow === 'open' ? this.settings.parallelism : flow === 'probing' ? 1 : 0)
  }

  held(): Iterable<Delivery> {
    return this.#queue.held()
  }

  forgetWaiting(): void {
    this.#keepWaiting(({ claim }) => claim === undefined || claim.owner === this.#node.id)
    this.wake()
  }

  /** Whether nothing is left to handle. */
  get isDrained(): boolean {
    return this.#queue.waiting + this.#queue.running + this.#entered + this.#retries.size + this.#senders.length === 0
  }

  /**
   * Handles what is in memory, because nothing else would bring it back: what waits for another attempt
   * is tried at once, until it succeeds or is a dead letter. Resolves when all is done.
   */
  async drained(): Promise<void> {
    this.setFlow('open')
    this.#draining = true
    await this.#stored.close()
    this.#keepWaiting(({ claim }) => claim === undefined)
    for (const delivery of [...this.#retries.keys()]) this.#retry(delivery)
    if (!this.isDrained) await new Promise<void>((resolve) => this.#whenDrained.push(resolve))
  }

  /** Begins nothing more and refuses who waits for room. What has not begun is lost. */
  async close(): Promise<readonly Delivery[]> {
    this.#queue.close()
    await this.#stored.close()
    for (const { refuse } of this.#senders.splice(0)) refuse(this.#closed())
    const waiting = this.#queue.takeWaiting().filter(({ claim }) => claim === undefined)
    const left = [...waiting, ...this.#retries.keys()]
    for (const timer of this.#retries.values()) timer.cancel()
    this.#retries.clear()
    if (left.length > 0) this.#log.error('messages in memory are lost by the stop', { endpoint: this.settings.address, messages: left.length })
    this.#changed()
    return left
  }

  #takeStored(claimed: readonly Delivery[]): void {
    if (!this.#saidStored && claimed.some(({ envelope }) => envelope.scheduledFor === undefined)) {
      this.#saidStored = true
      this.#log.warn('a buffered endpoint has messages in the store, as after it was durable; handling them', { endpoint: this.settings.address })
    }
    for (const delivery of claimed) this.#queue.push(delivery)
  }

  #keepWaiting(isKept: (delivery: Delivery) => boolean): void {
    for (const delivery of this.#queue.takeWaiting()) if (isKept(delivery)) this.#queue.push(delivery)
  }

  #push(delivery: Delivery): void {
    if (!this.#queue.closed) return this.#queue.push(delivery)
    this.#log.error('a message in memory is lost: its endpoint is closed', { endpoint: this.settings.address, messageId: delivery.envelope.id })
  }

  #retry(delivery: Delivery): void {
    this.#retries.get(delivery)?.cancel()
    this.#retries.delete(delivery)
    this.#push(delivery)
  }

  #room(): number {
    return this.settings.buffer - this.#queue.waiting - this.#retries.size - this.#entered
  }

  #changed(): void {
    while (this.#senders.length > 0 && this.#room() > 0) {
      this.#entered += 1
      this.#senders.shift()!.admit()
    }
    this.#stored.goOn()
    if (this.isDrained) for (const resolve of this.#whenDrained.splice(0)) resolve()
  }

  #closed(): JasperError {
    return new JasperError('JASPER_NOT_STARTED', `The app has stopped, and ${this.settings.address} takes no more messages.`)
  }
}
