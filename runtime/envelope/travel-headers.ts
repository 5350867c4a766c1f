import type { Envelope } from './envelope.ts'
import { newEnvelopeId } from './envelope-id.ts'
import { foreignId } from './foreign-id.ts'
import { headerNames, isReservedHeader } from './headers.ts'

/** The headers with which an envelope travels; its body goes beside them. What is local to a row stays: attempts and their history. */
export function toHeaders(envelope: Envelope): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(envelope.headers)) if (name !== '__proto__') headers[name] = value
  headers[headerNames.id] = envelope.id
  headers[headerNames.messageType] = envelope.messageType
  headers[headerNames.messageVersion] = String(envelope.messageVersion)
  headers[headerNames.contentType] = envelope.contentType
  headers[headerNames.correlationId] = envelope.correlationId
  headers[headerNames.conversationId] = envelope.conversationId
  headers[headerNames.sentAt] = envelope.sentAt.toISOString()
  for (const member of optionalTexts) {
    const value = envelope[member]
    if (value !== undefined) headers[headerNames[member]] = value
  }
  if (envelope.deliverBy !== undefined) headers[headerNames.deliverBy] = envelope.deliverBy.toISOString()
  if (envelope.scheduledFor !== undefined) headers[headerNames.scheduledFor] = envelope.scheduledFor.toISOString()
  return headers
}

const optionalTexts = [
  'causationId',
  'replyTo',
  'replyRequested',
  'sagaId',
  'tenantId',
  'traceparent',
  'tracestate',
  'topic',
  'orderingKey',
] as const

export interface Received {
  readonly envelope: Envelope
  /** `false`: the sender gave no id, so a second delivery of the message cannot be known as one. */
  readonly hasId: boolean
  /** What is wrong with the headers, in a sentence; such a message cannot be handled. */
  readonly flaw: string | undefined
}

/** In bytes, as for what is sent from here. */
const longestKey = 1_000

/** What a message without these headers is taken for. */
export interface ReceivedDefaults {
  readonly messageType?: string | undefined
}

/**
 * The envelope of a message that came from outside, at the address where it was received.
 *
 * Never throws: whatever the headers hold, there is an envelope that can be stored, with a flaw
 * where it cannot be handled. An id that is no UUID becomes one, always the same.
 */
export function fromHeaders(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  destination: string,
  now: Date,
  defaults: ReceivedDefaults = {},
): Received {
  const text = (member: keyof typeof headerNames): string | undefined => {
    const name = headerNames[member]
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    return value === undefined || value === '' ? undefined : storable(value)
  }
  const flaws: string[] = []
  const instant = (member: 'sentAt' | 'deliverBy' | 'scheduledFor'): Date | undefined => {
    const value = text(member)
    if (value === undefined) return undefined
    const date = new Date(value)
    if (!Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1) return date
    flaws.push(`its header ${headerNames[member]} is no date`)
    return undefined
  }
  /** An index holds it: what is longer than an entry may be can be stored nowhere, neither to be handled nor as a dead letter. */
  const key = (member: 'messageType' | 'orderingKey', value: string | undefined): string | undefined => {
    if (value === undefined || Buffer.byteLength(value) <= longestKey) return value
    flaws.push(`its header ${headerNames[member]} has ${Buffer.byteLength(value)} bytes, more than ${longestKey}`)
    return undefined
  }
  const ownId = text('id')
  const id = ownId === undefined ? newEnvelopeId(now.getTime()) : foreignId(ownId)
  const saidType = text('messageType')
  const messageType = saidType === undefined ? defaults.messageType : key('messageType', saidType)
  if (saidType === undefined && messageType === undefined) flaws.push(`it has no header ${headerNames.messageType}, and its endpoint no messageType to go by`)
  const version = text('messageVersion') ?? '1'
  if (!/^[1-9]\d{0,8}$/.test(version)) flaws.push(`its header ${headerNames.messageVersion} is no version`)
  const envelope: Envelope = {
    id,
    messageType: messageType ?? 'unknown',
    messageVersion: /^[1-9]\d{0,8}$/.test(version) ? Number(version) : 1,
    contentType: text('contentType') ?? 'application/json',
    body,
    destination,
    correlationId: text('correlationId') ?? id,
    conversationId: text('conversationId') ?? id,
    causationId: text('causationId'),
    replyTo: text('replyTo'),
    replyRequested: text('replyRequested'),
    sagaId: text('sagaId'),
    tenantId: text('tenantId'),
    traceparent: text('traceparent'),
    tracestate: text('tracestate'),
    sentAt: instant('sentAt') ?? now,
    deliverBy: instant('deliverBy'),
    scheduledFor: instant('scheduledFor'),
    topic: text('topic'),
    orderingKey: key('orderingKey', text('orderingKey')),
    attempts: 0,
    connectionLosses: 0,
    failures: [],
    headers: ownHeaders(headers),
  }
  return { envelope, hasId: ownId !== undefined, flaw: flaws.length === 0 ? undefined : flaws.join('; ') }
}

/** What the sender added: everything whose name is not ours. */
function ownHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (name !== '__proto__' && !isReservedHeader(name)) own[name] = value
  return Object.freeze(own)
}

/** What a store keeps beside the headers can hold neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')
}
