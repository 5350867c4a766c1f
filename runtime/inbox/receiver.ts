import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import { firstEpoch, type IncomingMessages, type NewMessage } from '../contracts/message-store.ts'
import type { Settled, TransportDelivery } from '../contracts/transport.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { fromHeaders, type Received } from '../envelope/travel-headers.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import { Batches } from '../timing/batches.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { untilStoreAnswers } from '../timing/until-store-answers.ts'
import { BufferedEndpoint } from './buffered-endpoint.ts'
import type { DurableEndpoint } from './durable-endpoint.ts'
import { laneOf } from './lane-of.ts'
import type { Settlements } from './settlements.ts'

/** How many messages go into one insert at the most. */
const batchLimit = 500
/** What cannot be stored is left with the other side for so long before it is asked for again. */
const pauseMs = 5_000

export interface ReceiverParts {
  /** Whether it is a request that this app cannot answer, and whose caller has been told so. */
  readonly turnsAway: (envelope: Envelope) => boolean
  /** Whether messages with one ordering key arrive here in the order of sending. */
  readonly keepsOrder: (endpoint: string) => boolean
  readonly incoming: IncomingMessages
  readonly settlements: Settlements
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  /** Something is due after so many milliseconds. */
  readonly dueWithin: (ms: number) => void
}

interface Arrival {
  readonly received: Received
  readonly delivery: TransportDelivery
}

/**
 * What a transport delivers at one endpoint, on its way to the handlers, as the mode of the endpoint says.
 *
 * - durable: stored, acknowledged, handled. Deliveries that come while an insert is under way share the next.
 * - inline: handled, acknowledged. What fails is stored, acknowledged, and goes on as at a durable endpoint.
 * - buffered: acknowledged as soon as there is room in memory, handled.
 *
 * Whatever the mode: what comes before its time is stored until then, what cannot be read is a dead
 * letter with its raw body, and the other side hears of nothing that is not safe.
 */
export class Receiver {
  readonly #settings: EndpointSettings
  readonly #endpoint: DurableEndpoint | BufferedEndpoint
  readonly #parts: ReceiverParts
  readonly #inserts: Batches<Received, undefined>
  readonly #said = new Set<string>()
  readonly #stop = new AbortController()

  constructor(settings: EndpointSettings, endpoint: DurableEndpoint | BufferedEndpoint, parts: ReceiverParts) {
    this.#settings = settings
    this.#endpoint = endpoint
    this.#parts = parts
    this.#inserts = new Batches(batchLimit, (arrivals) => this.#insert(arrivals))
  }

  readonly receive = (deliveries: readonly TransportDelivery[]): void => {
    const { clock } = this.#parts
    for (const delivery of deliveries) {
      const { address, messageType } = this.#settings
      const received = fromHeaders(delivery.headers, delivery.body, address, clock.now(), { messageType })
      if (!received.hasId) this.#sayOnce('messages without an id come in; each of them is handled at least once, not exactly once', received.envelope)
      if (received.envelope.orderingKey !== undefined && !this.#parts.keepsOrder(address)) {
        this.#sayOnce('messages with an ordering key come in through a transport that keeps no order; their order is not promised', received.envelope)
      }
      void this.#take({ received, delivery })
    }
  }

  /** Resolves when nothing is on its way to the store. */
  idle(): Promise<void> {
    return this.#inserts.idle()
  }

  /** What could not be taken, and waits to be asked for again, goes back at once. */
  stop(): void {
    this.#stop.abort()
  }

  async #take(arrival: Arrival): Promise<void> {
    try {
      const { flaw, envelope } = arrival.received
      if (flaw === undefined && this.#parts.turnsAway(envelope)) return void (await arrival.delivery.ack())
      // Only the store keeps messages of one ordering key apart, and keeps a time through a crash.
      const isOrdered = this.#settings.mode === 'inline' && envelope.orderingKey !== undefined
      const isEarly = envelope.scheduledFor !== undefined && envelope.scheduledFor > this.#parts.clock.now()
      if (flaw !== undefined || isOrdered || isEarly || this.#settings.mode === 'durable') await this.#store(arrival)
      else if (this.#endpoint instanceof BufferedEndpoint) await this.#buffer(arrival, this.#endpoint)
      else this.#handle(arrival, this.#endpoint)
    } catch (error) {
      // Neither stored nor in memory: the other side keeps it. Not asked for again at once, or it would come at once.
      this.#log('a message that was received could not be taken; it goes back', arrival.received.envelope, String(error))
      await this.#parts.clock.sleep(pauseMs, this.#stop.signal)
      await arrival.delivery.requeue()
    }
  }

  async #store({ received, delivery }: Arrival): Promise<void> {
    await this.#inserts.submit(received)
    await delivery.ack()
  }

  async #buffer({ received: { envelope }, delivery }: Arrival, endpoint: BufferedEndpoint): Promise<void> {
    await endpoint.enter()
    try {
      // Gone back meanwhile: it comes again, and one of the two is enough.
      if ((await delivery.ack()) === 'settled') endpoint.deliver({ envelope, claim: undefined })
    } finally {
      endpoint.leave()
    }
  }

  #handle({ received: { envelope }, delivery }: Arrival, endpoint: DurableEndpoint): void {
    let isSaid = false
    const say = (word: () => Promise<Settled>): void => {
      if (!isSaid) void word()
      isSaid = true
    }
    const receipt = {
      get gone() {
        return delivery.gone
      },
      done: () => say(() => delivery.ack()),
      failed: () => say(() => delivery.requeue()),
    }
    endpoint.take({ envelope, claim: undefined, receipt })
  }

  async #insert(arrivals: readonly Received[]): Promise<readonly undefined[]> {
    const { incoming, clock, log, node, settlements, dueWithin } = this.#parts
    const owner = node.id
    const taken = await this.#withoutCopies(arrivals)
    const rows = taken.map(({ envelope, flaw }): NewMessage =>
      flaw === undefined ? { envelope, owner: undefined, lane: laneOf(this.#settings, envelope) } : { envelope, owner, lane: undefined },
    )
    await untilStoreAnswers(
      clock,
      () => incoming.insert(rows, { mayExist: true }),
      (error) => log.warn('storing what was received failed; trying again', { endpoint: this.#settings.address, error: String(error) }),
    )
    await faultPoint('receive.after-insert')
    for (const { envelope, flaw } of taken) {
      if (flaw !== undefined) {
        this.#log('a message that was received cannot be read; dead-lettered', envelope, flaw)
        const claim = { id: envelope.id, endpoint: envelope.destination, owner, epoch: firstEpoch }
        const error = { type: 'JASPER_DECODE', message: `The message cannot be read: ${flaw}.`, stack: undefined }
        await settlements.settle({ kind: 'dead-letter', claim, attempts: 0, error })
      } else if (envelope.scheduledFor !== undefined) dueWithin(Math.max(0, envelope.scheduledFor.getTime() - clock.now().getTime()))
    }
    this.#endpoint.wake()
    return arrivals.map(() => undefined)
  }

  /**
   * Without what cannot be read and has the id of a message that is known, which is dropped like any second
   * delivery. It must not become a dead letter: the claim that it would be settled with may be that of the
   * message itself, which is just being handled.
   */
  async #withoutCopies(arrivals: readonly Received[]): Promise<readonly Received[]> {
    const copies = new Set<Received>()
    for (const arrival of arrivals) {
      const { envelope, flaw } = arrival
      if (flaw === undefined) continue
      const isBeside = arrivals.some((other) => other.flaw === undefined && other.envelope.id === envelope.id)
      const { clock, incoming } = this.#parts
      if (!isBeside && !(await untilStoreAnswers(clock, () => incoming.isKnown(envelope.id, envelope.destination)))) continue
      this.#log('a message that was received cannot be read, and one of its id is known; dropped as a second delivery', envelope, flaw)
      copies.add(arrival)
    }
    return copies.size === 0 ? arrivals : arrivals.filter((arrival) => !copies.has(arrival))
  }

  #sayOnce(event: string, { messageType }: Envelope): void {
    if (this.#said.has(event)) return
    this.#said.add(event)
    this.#parts.log.warn(event, { endpoint: this.#settings.address, messageType })
  }

  #log(event: string, envelope: Envelope, error: string): void {
    this.#parts.log.error(event, { endpoint: this.#settings.address, messageId: envelope.id, messageType: envelope.messageType, error })
  }
}
