import type { Clock } from '../contracts/clock.ts'
import type { LogFields, Logger } from '../contracts/logger.ts'
import type { OutgoingMessages, Settlement } from '../contracts/message-store.ts'
import type { SendOutcome, TransportCapabilities, TransportSender } from '../contracts/transport.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { ClaimLoop } from '../inbox/claim-loop.ts'
import type { Delivery } from '../inbox/delivery.ts'
import type { Endpoint } from '../inbox/endpoint.ts'
import type { Settlements } from '../inbox/settlements.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import type { SenderSettings } from '../routing/sender-settings.ts'
import { backoffMs, type Backoff } from '../timing/backoff.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { Circuit, type CircuitState } from './circuit.ts'
import { sendInTime } from './send-in-time.ts'

/** A batch holds bodies of about so many bytes. */
const batchBytes = 4 * 1024 * 1024
/** How long a message waits whose sending failed. */
const sendBackoff: Backoff = { firstMs: 250, longestMs: 15_000 }

export interface SendingAgentParts {
  readonly sender: TransportSender
  readonly capabilities: TransportCapabilities
  readonly outgoing: OutgoingMessages
  readonly settlements: Settlements
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  /** Something is due after so many milliseconds. */
  readonly dueWithin: (ms: number) => void
  /** A message has become a dead letter, or was discarded. */
  readonly undeliverable: (id: string, type: string, message: string) => void
}

/**
 * Sends the stored messages of one destination, a batch at a time, and deletes what the other side has.
 *
 * It is to outgoing messages what a durable endpoint is to incoming ones: places in memory for what
 * this process commits, claims for the rest. One batch is with the transport while the next gathers;
 * nothing waits on a timer. While its circuit is open it holds nothing: rows stay in the store, where
 * a process that reaches the destination may take them.
 */
export class SendingAgent implements Endpoint {
  readonly settings: EndpointSettings
  readonly leaving: { readonly keepsTime: boolean }
  readonly #sender: SenderSettings
  readonly #parts: SendingAgentParts
  readonly #claims: ClaimLoop
  readonly #circuit: Circuit
  #waiting: Delivery[] = []
  /** Handed to the transport, or not settled yet. */
  readonly #underWay = new Set<Delivery>()
  #sending = false
  #places = 0
  #open = false
  readonly #whenIdle: (() => void)[] = []

  constructor(sender: SenderSettings, parts: SendingAgentParts) {
    const { destination: address, buffer } = sender
    this.settings = { address, mode: 'durable', parallelism: 1, sequential: false, timeoutMs: 0, buffer, onDeadLetter: 'release' }
    this.leaving = { keepsTime: parts.capabilities.schedules }
    this.#sender = sender
    this.#parts = parts
    this.#claims = new ClaimLoop({
      ...parts,
      address,
      incoming: parts.outgoing,
      limit: () => this.#limit(),
      take: (claimed) => this.#take(claimed),
    })
    this.#circuit = new Circuit({
      clock: parts.clock,
      onOpen: (failures, detail) => {
        this.#log('warn', 'sending failed again and again; messages wait in the store until the destination answers', { failures, detail })
        this.#giveBackWaiting()
      },
      onClose: () => this.#log('info', 'the destination answers again'),
      onProbe: () => this.wake(),
    })
  }

  get circuit(): CircuitState {
    return this.#circuit.state
  }

  get isFailing(): boolean {
    return this.#circuit.state !== 'closed' || this.#claims.isFailing
  }

  /** Messages in memory. */
  get inMemory(): number {
    return this.#waiting.length + this.#underWay.size
  }

  open(): void {
    this.#open = true
    this.#claims.open()
  }

  hold(): boolean {
    if (!this.#open || this.#circuit.state !== 'closed' || this.#claims.mayHaveMore || this.#room() <= 0) return false
    this.#places += 1
    return true
  }

  giveBack(): void {
    this.#places -= 1
  }

  deliver(delivery: Delivery): void {
    this.#places -= 1
    if (!this.#open) return
    // Under a former id of this node the row was stored without an owner, or it is freed: claim it again.
    if (delivery.claim?.owner !== this.#parts.node.id) return this.wake()
    this.#take([delivery])
  }

  wake(): void {
    this.#claims.wake()
    this.#pump()
  }

  /** Parked rows wait for a transport, not for an endpoint: the relay frees them. */
  unpark(): void {
    this.wake()
  }

  *held(): Iterable<Delivery> {
    yield* this.#underWay
    yield* this.#waiting
  }

  forgetWaiting(): void {
    this.#waiting = this.#waiting.filter(({ claim }) => claim?.owner === this.#parts.node.id)
    this.wake()
  }

  /** Sends nothing more; resolves, when what is under way has ended, with what had not begun. */
  async close(): Promise<readonly Delivery[]> {
    this.#open = false
    this.#circuit.stop()
    await this.#claims.close()
    if (this.#underWay.size > 0 || this.#sending) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
    await this.#parts.sender.close()
    return this.#waiting.splice(0)
  }

  #room(): number {
    return this.settings.buffer - this.inMemory - this.#places
  }

  #limit(): number {
    if (this.#waiting.length * 4 > this.settings.buffer) return 0
    return Math.min(this.#room(), this.#circuit.allowance - this.inMemory)
  }

  #take(deliveries: readonly Delivery[]): void {
    this.#waiting.push(...deliveries)
    // The circuit may have opened while they were claimed.
    if (this.#circuit.state === 'open') this.#giveBackWaiting()
    this.#pump()
  }

  #giveBackWaiting(): void {
    for (const delivery of this.#waiting.splice(0)) this.#settle(delivery, { kind: 'release', claim: delivery.claim! })
  }

  #pump(): void {
    if (this.#sending || !this.#open || this.#waiting.length === 0 || this.#circuit.allowance === 0) return
    const batch = this.#nextBatch()
    if (batch.length === 0) return
    this.#sending = true
    void this.#send(batch).then(() => {
      this.#sending = false
      this.#pump()
      this.#claims.goOn()
      this.#ended()
    })
  }

  /** The oldest that wait, those excepted whose time is over. */
  #nextBatch(): readonly Delivery[] {
    const now = this.#parts.clock.now()
    const batch: Delivery[] = []
    const most = Math.min(this.#sender.batch, this.#circuit.allowance)
    let bytes = 0
    while (this.#waiting.length > 0 && batch.length < most && bytes < batchBytes) {
      const delivery = this.#waiting.shift()!
      const { deliverBy, body } = delivery.envelope
      if (deliverBy !== undefined && deliverBy <= now) {
        this.#log('info', 'message expired before it was sent', {}, delivery.envelope)
        this.#settle(delivery, { kind: 'discard', claim: delivery.claim! })
        continue
      }
      bytes += body.byteLength
      batch.push(delivery)
    }
    return batch
  }

  async #send(batch: readonly Delivery[]): Promise<void> {
    for (const delivery of batch) this.#underWay.add(delivery)
    await faultPoint('relay.before-send')
    const outcomes = await sendInTime(this.#parts.clock, this.#parts.sender, batch.map(({ envelope }) => envelope))
    await faultPoint('relay.after-send')
    const failed = outcomes.find((outcome) => outcome.kind === 'failed')
    if (failed !== undefined && outcomes.every(({ kind }) => kind === 'failed')) this.#circuit.failed(failed.detail)
    else this.#circuit.succeeded()
    batch.forEach((delivery, at) => this.#settle(delivery, this.#settlementOf(delivery, outcomes[at]!)))
  }

  #settlementOf({ envelope, claim }: Delivery, outcome: SendOutcome): Settlement {
    const held = claim!
    if (outcome.kind === 'sent') return { kind: 'complete', claim: held, sends: [] }
    const attempts = envelope.attempts + 1
    const about = { attempt: attempts, detail: outcome.detail }
    const stack = undefined
    if (outcome.kind === 'refused') {
      const { onRefused } = this.#sender
      const event = onRefused === 'discard' ? 'a message can never be sent; discarded, as its sender says' : 'a message can never be sent; dead-lettered'
      this.#log('error', event, { ...about, reason: outcome.reason }, envelope)
      const message = `${this.settings.address} refused the message (${outcome.reason}): ${outcome.detail}`
      this.#parts.undeliverable(envelope.id, 'JASPER_SEND_REFUSED', message)
      if (onRefused === 'discard') return { kind: 'discard', claim: held }
      return { kind: 'dead-letter', claim: held, attempts, error: { type: 'JASPER_SEND_REFUSED', message, stack } }
    }
    const { giveUpAfterMs } = this.#sender
    if (giveUpAfterMs !== undefined && this.#parts.clock.now().getTime() - envelope.sentAt.getTime() > giveUpAfterMs) {
      this.#log('error', 'a message could not be sent for too long; dead-lettered', about, envelope)
      const message = `${this.settings.address} took the message in none of ${attempts} attempts; the last said: ${outcome.detail}`
      this.#parts.undeliverable(envelope.id, 'JASPER_SEND_FAILED', message)
      return { kind: 'dead-letter', claim: held, attempts, error: { type: 'JASPER_SEND_FAILED', message, stack } }
    }
    const delayMs = Math.ceil(backoffMs(attempts, sendBackoff, Math.random()))
    this.#log('debug', 'sending failed; trying again', { ...about, afterMs: delayMs }, envelope)
    return { kind: 'retry', claim: held, delayMs, attempts }
  }

  /** Written with others in one statement; the next batch does not wait for it. */
  #settle(delivery: Delivery, settlement: Settlement): void {
    this.#underWay.add(delivery)
    void this.#parts.settlements
      .settle(settlement)
      .then(async (outcome) => {
        await faultPoint('relay.after-settle')
        if (outcome === 'lost') this.#log('warn', 'message was taken over by another node before its sending was noted', {}, delivery.envelope)
        else if (settlement.kind === 'retry') this.#parts.dueWithin(settlement.delayMs)
      })
      .catch((error: unknown) => {
        // The row keeps its claim; the sweep for strays frees it, and it is sent again.
        this.#log('error', 'what became of a sent message could not be noted', { error: String(error) }, delivery.envelope)
      })
      .finally(() => {
        this.#underWay.delete(delivery)
        // A lane that this message has left may have another.
        if (delivery.lane !== undefined) this.#claims.laneLeft()
        this.#claims.goOn()
        this.#ended()
      })
  }

  #ended(): void {
    if (this.#underWay.size === 0 && !this.#sending) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  #log(level: keyof Logger, event: string, fields: LogFields = {}, envelope?: Envelope): void {
    const about = envelope && { messageId: envelope.id, messageType: envelope.messageType, correlationId: envelope.correlationId }
    this.#parts.log[level](event, { destination: this.settings.address, ...about, ...fields })
  }
}
