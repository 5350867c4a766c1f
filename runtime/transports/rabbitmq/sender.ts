import type { Clock } from '../../contracts/clock.ts'
import type { SendOutcome, TransportSender } from '../../contracts/transport.ts'
import type { Envelope } from '../../envelope/envelope.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { foreignId } from '../../envelope/foreign-id.ts'
import type { RabbitPlace } from './addresses.ts'
import { ConfirmingChannel, type Fate, type Publication } from './confirming-channel.ts'
import type { Connection } from './connection.ts'
import { inTime } from './in-time.ts'
import { shortString, toAmqp, type MapOutgoing } from './map-message.ts'
import { declare, type BrokerObject } from './topology.ts'

/** amqplib encodes the headers of a message in 64 KiB; the properties need their part. */
const largestHeaders = 60_000

export interface SenderParts {
  readonly place: RabbitPlace
  readonly connection: Connection
  /** What is declared before something is sent, and again when it has vanished; `undefined`: nothing is. */
  readonly provides: readonly BrokerObject[] | undefined
  readonly scheme: string
  readonly appName: string
  readonly clock: Clock
  readonly largestMessage: number
  readonly mapOutgoing: MapOutgoing | undefined
}

type Refused = Extract<SendOutcome, { kind: 'refused' }>

/** Publishes to one place and believes nothing that the broker has not confirmed. */
export class RabbitSender implements TransportSender {
  readonly #parts: SenderParts
  #channel: ConfirmingChannel | undefined
  #isClosed = false

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  async send(messages: readonly Envelope[]): Promise<readonly SendOutcome[]> {
    const { blocked } = this.#parts.connection
    if (blocked !== undefined) return messages.map(() => ({ kind: 'failed', detail: `the broker takes no messages now: ${blocked}` }))
    const prepared = messages.map((envelope) => this.#prepare(envelope))
    const fates = await this.#publish(prepared)
    return await this.#judge(prepared, fates)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const closed = this.#channel?.close()
    if (closed !== undefined) await inTime(this.#parts.clock, closed, 'its channel is not closed').catch(() => undefined)
  }

  /** What was objected to or returned is tried once more by itself: it may not be to blame, and what has vanished is declared again. */
  async #judge(prepared: readonly (Publication | Refused)[], fates: readonly (Fate | undefined)[]): Promise<readonly SendOutcome[]> {
    const outcomes: SendOutcome[] = []
    let verdict: Refused | undefined
    for (const [at, one] of prepared.entries()) {
      const fate = fates[at]
      if (isRefused(one)) outcomes.push(one)
      else if (fate!.kind !== 'objected' && (fate!.kind !== 'returned' || this.#parts.provides === undefined)) outcomes.push(outcomeOf(fate!))
      else if (verdict !== undefined) outcomes.push(verdict)
      else {
        const outcome = outcomeOf(await this.#again(one))
        // Those are about the place, and the same for every message.
        if (outcome.kind === 'refused' && outcome.reason !== 'too-large' && outcome.reason !== 'malformed' && fate!.kind === 'objected') verdict = outcome
        outcomes.push(outcome)
      }
    }
    return outcomes
  }

  async #again(publication: Publication): Promise<Fate> {
    try {
      if (this.#parts.provides !== undefined) this.#forget()
      return (await this.#publish([publication]))[0]!
    } catch (error) {
      return { kind: 'failed', detail: String(error) }
    }
  }

  async #publish(prepared: readonly (Publication | Refused)[]): Promise<readonly (Fate | undefined)[]> {
    const { clock } = this.#parts
    const channel = await this.#open()
    try {
      const fates = prepared.map(async (one) => (isRefused(one) ? undefined : await channel.publish(one)))
      return await inTime(clock, Promise.all(fates), 'what was published is not confirmed')
    } catch (error) {
      channel.giveUp()
      throw error
    }
  }

  async #open(): Promise<ConfirmingChannel> {
    if (this.#channel?.isOpen === true) return this.#channel
    const { connection, provides, clock } = this.#parts
    const channel = await ConfirmingChannel.open(connection, async (opened) => {
      if (provides !== undefined) await inTime(clock, declare(opened, provides), 'what is sent to could not be declared')
    })
    this.#channel = channel
    if (!this.#isClosed) return channel
    await channel.close()
    throw new JasperError('JASPER_NOT_STARTED', 'The sender is closed.')
  }

  #forget(): void {
    this.#channel?.giveUp()
    this.#channel = undefined
  }

  #prepare(envelope: Envelope): Publication | Refused {
    const { place, scheme, appName, clock, largestMessage, mapOutgoing } = this.#parts
    const refuse = (reason: Refused['reason'], detail: string): Refused => ({ kind: 'refused', reason, detail })
    let mapped = toAmqp(envelope, scheme, appName, clock.now())
    try {
      if (mapOutgoing !== undefined) mapped = mapOutgoing(mapped, envelope)
    } catch (error) {
      return refuse('malformed', `mapOutgoing threw: ${String(error)}`)
    }
    const { properties, body } = mapped
    const headers = Object.entries(properties.headers ?? {})
    const sizes = headers.map(([name, value]) => Buffer.byteLength(name) + 6 + (typeof value === 'string' ? Buffer.byteLength(value) : JSON.stringify(value).length))
    const headerBytes = sizes.reduce((sum, size) => sum + size, 0)
    if (headerBytes > largestHeaders) return refuse('too-large', `its headers have ${headerBytes} bytes, more than ${largestHeaders}`)
    if (headerBytes + body.byteLength > largestMessage) {
      return refuse('too-large', `it has ${headerBytes + body.byteLength} bytes, more than ${largestMessage}, the largestMessage of rabbitmq()`)
    }
    const key = place.kind === 'queue' ? place.name : (place.key ?? envelope.topic ?? envelope.messageType)
    for (const [what, text] of [['routing key', key] as const, ...headers.map(([name]) => ['header name', name] as const)]) {
      if (Buffer.byteLength(text) > shortString) return refuse('malformed', `a ${what} has more than ${shortString} bytes`)
    }
    // By it the broker's return of the message is known.
    const messageId = properties.messageId ?? foreignId(envelope.id)
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    return { exchange: place.kind === 'queue' ? '' : place.name, key, properties: { ...properties, messageId }, body: buffer }
  }
}

function isRefused(one: Publication | Refused): one is Refused {
  return 'kind' in one
}

function outcomeOf(fate: Fate): SendOutcome {
  if (fate.kind === 'confirmed') return { kind: 'sent' }
  if (fate.kind === 'returned') return { kind: 'refused', reason: 'unroutable', detail: `no queue takes it there: ${fate.detail}` }
  if (fate.kind === 'failed') return fate
  const { code, detail } = fate
  if (code === 403) return { kind: 'refused', reason: 'unauthorised', detail }
  if (code === 404) return { kind: 'refused', reason: 'unroutable', detail }
  if (code === 406 || code === 311) return { kind: 'refused', reason: /size|large/i.test(detail) ? 'too-large' : 'malformed', detail }
  return { kind: 'failed', detail }
}
