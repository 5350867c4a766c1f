import type { Envelope } from '../../envelope/envelope.ts'
import { headerNames } from '../../envelope/headers.ts'
import { toHeaders } from '../../envelope/travel-headers.ts'
import type { AmqpMessage, AmqpProperties } from './amqp.ts'
import { parseAddress, printAddress } from './addresses.ts'

/** A message as it goes to the broker: properties by amqplib's names. */
export interface OutgoingAmqp {
  readonly properties: AmqpProperties
  readonly body: Uint8Array
}

/** The headers of a message, by the names of ours and its sender's own, and its body. */
export interface MappedIncoming {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Given what would be sent, returns what is sent instead. A message that it throws at is refused as malformed. */
export type MapOutgoing = (outgoing: OutgoingAmqp, envelope: Envelope) => OutgoingAmqp

/** Given a message and how it would be read, returns how it is read. What it throws at is read as it would have been. */
export type MapIncoming = (incoming: MappedIncoming, message: AmqpMessage) => MappedIncoming

/** AMQP keeps properties and names of headers in short strings. */
export const shortString = 255
/** The broker takes no longer time to live, in milliseconds. */
const longestExpiration = 2 ** 32 - 1

/** Header names of ours and the property that carries each, if it fits there. */
const carried = [
  [headerNames.id, 'messageId'],
  [headerNames.messageType, 'type'],
  [headerNames.contentType, 'contentType'],
  [headerNames.correlationId, 'correlationId'],
  [headerNames.replyTo, 'replyTo'],
] as const

/** The broker's own count of deliveries in a quorum queue; it changes from one to the next. */
const deliveryCount = 'x-delivery-count'

/** What AMQP has a property for goes there; the rest, and what does not fit, goes among the headers. */
export function toAmqp(envelope: Envelope, scheme: string, appName: string, now: Date): OutgoingAmqp {
  const headers: Record<string, string> = { ...toHeaders(envelope) }
  const properties: Record<string, unknown> = { headers, appId: shorten(appName), timestamp: Math.floor(envelope.sentAt.getTime() / 1_000) }
  for (const [header, property] of carried) {
    const value = headers[header]
    if (value === undefined) continue
    const short = header === headerNames.replyTo ? queueNameOf(value, scheme) : value
    // An empty property is none to many clients.
    if (short === '' || Buffer.byteLength(short) > shortString) continue
    properties[property] = short
    delete headers[header]
  }
  if (envelope.deliverBy !== undefined) {
    const ms = Math.max(0, envelope.deliverBy.getTime() - now.getTime())
    if (ms <= longestExpiration) properties['expiration'] = String(Math.ceil(ms))
  }
  return { properties, body: envelope.body }
}

/** A header of a name of ours wins over the property: the sender that knows both means the header. */
export function fromAmqp({ properties, content }: AmqpMessage, scheme: string): MappedIncoming {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [header, property] of carried) {
    const value = properties[property]
    if (typeof value === 'string' && value !== '') headers[header] = header === headerNames.replyTo ? addressOf(value, scheme) : value
  }
  const { timestamp } = properties
  if (typeof timestamp === 'number' && Math.abs(timestamp) < 8.64e12) headers[headerNames.sentAt] = new Date(timestamp * 1_000).toISOString()
  for (const [name, value] of Object.entries(properties.headers ?? {})) if (name !== deliveryCount) headers[name] = asText(value)
  return { headers, body: content }
}

/** How often the broker has delivered it before, at least: quorum queues count, classic ones only know that they did. */
export function redeliveriesOf({ fields, properties }: AmqpMessage): number {
  const count = properties.headers?.[deliveryCount]
  return typeof count === 'number' && count > 0 ? count : fields.redelivered ? 1 : 0
}

/** Foreign systems expect the name of a queue in reply-to. */
function queueNameOf(address: string, scheme: string): string {
  try {
    const place = parseAddress(scheme, address)
    return place.kind === 'queue' && !place.name.includes('://') ? place.name : address
  } catch {
    return address
  }
}

function addressOf(replyTo: string, scheme: string): string {
  return replyTo.includes('://') ? replyTo : printAddress(scheme, { kind: 'queue', name: replyTo })
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value.toString('utf8')
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return value === null || value === undefined ? '' : JSON.stringify(value)
}

function shorten(text: string): string {
  return Buffer.byteLength(text) <= shortString ? text : Buffer.from(text).subarray(0, shortString - 2).toString('utf8').replace(/\uFFFD+$/, '')
}
