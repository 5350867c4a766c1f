import type { DeliveryOptions, Duration } from '../bus/delivery-options.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { newEnvelopeId } from './envelope-id.ts'
import { foreignId } from './foreign-id.ts'
import type { Envelope } from './envelope.ts'
import { isReservedHeader } from './headers.ts'

/** What the declaration of a message type says of every message of it. */
export interface MessageMarkers {
  /** What it is about, for transports that have topics; its wire name when unsaid. */
  readonly topic?: string
  /** How long after it was sent, or after its time, it is dropped instead of handled, unless its sender says another. */
  readonly deliverWithin?: Duration
}

/** What makes a message a request. */
export interface ReplyTerms {
  /** Where the reply goes. */
  readonly replyTo: string
  /** Wire names of the replies that are taken, or `any`. */
  readonly replyRequested: string
}

export interface EnvelopeDraft {
  /** One id for all destinations of a message: its identity is (id, destination). */
  readonly id: string
  readonly messageType: string
  readonly messageVersion: number
  readonly body: Uint8Array
  readonly destination: string
  readonly options: DeliveryOptions | undefined
  /** Absent: its type has none. */
  readonly markers?: MessageMarkers
  /** The message being handled, whose ids a cascade inherits. */
  readonly parent: Envelope | undefined
  /** Absent: nobody waits for a reply. */
  readonly reply?: ReplyTerms
  readonly now: Date
}

const noFailures: Envelope['failures'] = Object.freeze([])
const noHeaders: Readonly<Record<string, string>> = Object.freeze({})
/** Endpoint and key stand in one index entry, which is limited to about 2,700 bytes. */
const longestKey = 1_000
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The envelope of a message that is sent now.
 *
 * A cascade keeps the parent's correlation, conversation, tenant, saga and trace, and names the
 * parent as its cause; what the options say wins, but for conversation and cause. Throws
 * `JASPER_BAD_OPTION` or `JASPER_RESERVED_HEADER` for options that cannot hold.
 */
export function newEnvelope(draft: EnvelopeDraft): Envelope {
  const { id, messageType, messageVersion, body, destination, options, markers, parent, reply, now } = draft
  const scheduledFor = options === undefined ? undefined : instant(options.at, options.delay, now, 'at', 'delay')
  const deliverBy = options === undefined ? undefined : instant(options.deliverBy, options.deliverWithin, now, 'deliverBy', 'deliverWithin')
  return {
    id,
    messageType,
    messageVersion,
    contentType: 'application/json',
    body,
    destination,
    correlationId: options?.correlationId ?? parent?.correlationId ?? id,
    conversationId: parent?.conversationId ?? id,
    causationId: parent?.id,
    replyTo: reply?.replyTo,
    replyRequested: reply?.replyRequested,
    sagaId: options?.sagaId ?? parent?.sagaId,
    tenantId: options?.tenantId ?? parent?.tenantId,
    traceparent: options?.traceparent === undefined ? parent?.traceparent : checkedTraceparent(options.traceparent),
    tracestate: options?.traceparent === undefined ? parent?.tracestate : options.tracestate,
    sentAt: now,
    // A message that waits for its time is not yet late by waiting.
    deliverBy: deliverBy ?? instant(undefined, markers?.deliverWithin, scheduledFor ?? now, 'deliverBy', '@deliverWithin'),
    scheduledFor,
    topic: options?.topic === undefined ? markers?.topic : checkedTopic(options.topic),
    orderingKey: options?.orderingKey === undefined ? undefined : checkedKey(options.orderingKey, 'orderingKey'),
    attempts: 0,
    connectionLosses: 0,
    failures: noFailures,
    headers: options?.headers === undefined ? noHeaders : checkedHeaders(options.headers),
  }
}

/**
 * The sender's own id where it chose one, by itself or by a key for deduplication, else a new UUIDv7.
 *
 * Equal keys of one type and tenant give equal ids: whatever knows a message by its id, here, in
 * another app or in a broker, knows it by its key. Throws `JASPER_BAD_OPTION` for what is neither.
 */
export function messageId(messageType: string, options: DeliveryOptions | undefined, parent: Envelope | undefined, now: Date): string {
  if (!choosesId(options)) return newEnvelopeId(now.getTime())
  const { id, deduplicationKey } = options
  if (id === undefined) {
    const key = checkedKey(deduplicationKey!, 'deduplicationKey')
    return foreignId(JSON.stringify(['deduplicationKey', messageType, options.tenantId ?? parent?.tenantId ?? null, key]))
  }
  if (deduplicationKey !== undefined) {
    throw new JasperError('JASPER_BAD_OPTION', 'Both id and deduplicationKey are given. Each says alone which messages are the same: leave one of them out.')
  }
  if (uuid.test(id)) return id.toLowerCase()
  throw new JasperError('JASPER_BAD_OPTION', `The message id ${JSON.stringify(id)} is not a UUID.`)
}

/** Whether a message with these options may have been stored or handled before. */
export function choosesId(options: DeliveryOptions | undefined): options is DeliveryOptions {
  return options?.id !== undefined || options?.deduplicationKey !== undefined
}

/** What a store can keep and an index can hold: said to the sender, not to the transaction that stores it. */
function checkedKey(key: string, what: string): string {
  if (typeof key === 'string' && key !== '' && Buffer.byteLength(key) <= longestKey && !/[\0\p{Surrogate}]/u.test(key)) return key
  const shown = typeof key === 'string' ? `${JSON.stringify(key.slice(0, 40))} (${Buffer.byteLength(key)} bytes)` : typeof key
  throw new JasperError('JASPER_BAD_OPTION', `${what} is ${shown}. Give text of 1 to ${longestKey} bytes without NUL or half surrogate pairs.`)
}

/** https://www.w3.org/TR/trace-context/#traceparent-header: version, trace id, parent id, flags. */
const traceparent = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/

function checkedTraceparent(text: string): string {
  if (traceparent.test(text) && text.length <= 128) return text
  throw new JasperError('JASPER_BAD_OPTION', 'traceparent is no W3C trace context. It looks like 00-<32 hex digits>-<16 hex digits>-01.')
}

function instant(at: Date | undefined, after: DeliveryOptions['delay'], now: Date, atName: string, afterName: string): Date | undefined {
  if (at === undefined && after === undefined) return undefined
  if (at !== undefined && after !== undefined) {
    throw new JasperError('JASPER_BAD_OPTION', `Both ${atName} and ${afterName} are given. Leave one of them out.`)
  }
  const when = at ?? new Date(now.getTime() + toMilliseconds(after!, afterName))
  // A database writes years before 1 in its own way, if at all, and would refuse whatever is settled beside it.
  if (Number.isNaN(when.getTime()) || when.getUTCFullYear() < 1) throw new JasperError('JASPER_BAD_OPTION', `${atName} is not a valid date.`)
  return when
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const copy: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (isReservedHeader(name)) {
      throw new JasperError('JASPER_RESERVED_HEADER', `The header ${JSON.stringify(name)} is reserved. Choose a name that does not begin with 'jasper-'.`)
    }
    if (typeof value !== 'string') throw new JasperError('JASPER_BAD_OPTION', `The header ${JSON.stringify(name)} is not a string.`)
    if (name !== '__proto__') copy[name] = value
  }
  return Object.freeze(copy)
}

/** AMQP keeps a routing key in 255 bytes, and what is longer would be refused only when it is sent. */
function checkedTopic(topic: unknown): string {
  if (typeof topic === 'string' && topic !== '' && !topic.includes('\0') && Buffer.byteLength(topic) <= 255) return topic
  throw new JasperError('JASPER_BAD_OPTION', `topic is ${JSON.stringify(topic)}. Give 1 to 255 bytes without NUL, such as 'orders.placed'.`)
}
