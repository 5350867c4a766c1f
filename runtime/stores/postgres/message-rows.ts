import type { NewMessage } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { Envelope, FailedAttempt } from '../../envelope/envelope.ts'
import { headerNames } from '../../envelope/headers.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import type { Row } from './own-pool.ts'
import { verbatim } from './sql.ts'

/**
 * Any number of messages as two values, so that a statement has one text and one plan whatever their
 * number: a JSON list of rows, and all bodies end to end.
 */
export interface MessageRows {
  readonly rows: string
  readonly bodies: Uint8Array
}

/** A message, and the number of the settlement that sends it. */
export interface NumberedMessage {
  readonly message: NewMessage
  readonly parent: number
}

/** PostgreSQL takes values of up to 1 GB; a statement that large helps nobody. */
const largestBodies = 512 * 1024 * 1024
/** Endpoint and lane stand in one index entry, which is limited to about 2,700 bytes. */
const longestKey = 1_000
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text can be an id at all. What is none is looked for in vain, not refused by a cast. */
export function isUuid(text: string): boolean {
  return uuid.test(text)
}

/** Throws `JASPER_BAD_OPTION` for what no row can hold. */
export function encodeMessages(messages: readonly NumberedMessage[]): MessageRows {
  let at = 0
  const rows = messages.map(({ message: { envelope, owner, lane, timeKeptElsewhere }, parent }, n) => {
    if (!isUuid(envelope.id)) {
      throw new JasperError('JASPER_BAD_OPTION', `The message id ${JSON.stringify(envelope.id)} is not a UUID.`)
    }
    checkKey(envelope.destination, 'destination', envelope)
    if (lane !== undefined) checkKey(lane, 'lane', envelope)
    const row = {
      n,
      parent,
      id: envelope.id,
      endpoint: envelope.destination,
      owner,
      lane,
      due: timeKeptElsewhere === true ? undefined : timestamp(envelope.scheduledFor),
      attempts: envelope.attempts,
      type: checkText(envelope.messageType, 'message type', envelope),
      version: envelope.messageVersion,
      content: checkText(envelope.contentType, 'content type', envelope),
      at: at + 1,
      size: envelope.body.byteLength,
      sent: timestamp(envelope.sentAt),
      until: timestamp(envelope.deliverBy),
      key: envelope.orderingKey === undefined ? undefined : checkText(envelope.orderingKey, 'ordering key', envelope),
      headers: encodeHeaders(envelope),
    }
    at += envelope.body.byteLength
    return row
  })
  if (at > largestBodies) {
    throw new JasperError('JASPER_BAD_OPTION', `Messages of ${at} bytes cannot be stored in one statement; the limit is ${largestBodies}.`)
  }
  return { rows: JSON.stringify(rows), bodies: joinBodies(messages, at) }
}

/** The columns of `encodeMessages`' rows, for json_to_recordset. */
export const encodedColumns = verbatim(
  'n int, parent int, id uuid, endpoint text, owner uuid, lane text, due timestamptz, attempts int, type text, version int, ' +
    'content text, at int, size int, sent timestamptz, until timestamptz, key text, headers text',
)

/** What `decodeEnvelope` reads, from the table or query named `from`. */
export function envelopeColumns(from: string): SqlStatement {
  const milliseconds = (column: string): string => `(extract(epoch from ${from}.${column}) * 1000)::float8 as ${column}`
  return verbatim(
    `${from}.id::text as id, ${from}.endpoint, ${from}.message_type, ${from}.message_version, ${from}.content_type, ` +
      `${from}.body, ${milliseconds('sent_at')}, ${milliseconds('deliver_by')}, ${from}.ordering_key, ${from}.attempts, ` +
      `${from}.headers::text as headers, ${from}.connection_losses, ${from}.failures::text as failures`,
  )
}

export function decodeEnvelope(row: Row): Envelope {
  const headers = decodeHeaders(row['headers'] as string)
  const header = (name: keyof typeof headerNames): string | undefined => {
    const value = headers[headerNames[name]]
    return typeof value === 'string' ? value : undefined
  }
  const id = row['id'] as string
  const scheduledFor = header('scheduledFor')
  return {
    id,
    messageType: row['message_type'] as string,
    messageVersion: row['message_version'] as number,
    contentType: row['content_type'] as string,
    body: row['body'] as Uint8Array,
    destination: row['endpoint'] as string,
    correlationId: header('correlationId') ?? id,
    conversationId: header('conversationId') ?? id,
    causationId: header('causationId'),
    replyTo: header('replyTo'),
    replyRequested: header('replyRequested'),
    sagaId: header('sagaId'),
    tenantId: header('tenantId'),
    traceparent: header('traceparent'),
    tracestate: header('tracestate'),
    sentAt: instant(row['sent_at']) ?? new Date(0),
    deliverBy: instant(row['deliver_by']),
    scheduledFor: scheduledFor === undefined ? undefined : new Date(scheduledFor),
    topic: header('topic'),
    orderingKey: (row['ordering_key'] as string | null) ?? undefined,
    attempts: row['attempts'] as number,
    connectionLosses: row['connection_losses'] as number,
    failures: decodeFailures(row['failures'] as string | null),
    headers: userHeaders(headers['headers']),
  }
}

/**
 * JSON within the JSON: read as text on the way, so that a NUL in a header, which no PostgreSQL text
 * can hold, stays an escape.
 */
function encodeHeaders(envelope: Envelope): string {
  return JSON.stringify({
    [headerNames.correlationId]: envelope.correlationId,
    [headerNames.conversationId]: envelope.conversationId,
    [headerNames.causationId]: envelope.causationId,
    [headerNames.replyTo]: envelope.replyTo,
    [headerNames.replyRequested]: envelope.replyRequested,
    [headerNames.sagaId]: envelope.sagaId,
    [headerNames.tenantId]: envelope.tenantId,
    [headerNames.traceparent]: envelope.traceparent,
    [headerNames.tracestate]: envelope.tracestate,
    [headerNames.scheduledFor]: envelope.scheduledFor?.toISOString(),
    [headerNames.topic]: envelope.topic,
    headers: envelope.headers,
  })
}

const noFailures: readonly FailedAttempt[] = Object.freeze([])

export function encodeFailures(failures: readonly FailedAttempt[]): string {
  return JSON.stringify(
    failures.map(({ number, at, type, message, node }) => {
      return { number, at: at.getTime(), type: storable(type), message: storable(message), node: storable(node) }
    }),
  )
}

function decodeFailures(text: string | null): readonly FailedAttempt[] {
  if (text === null) return noFailures
  const list = JSON.parse(text) as readonly (Omit<FailedAttempt, 'at'> & { readonly at: number })[]
  return list.map((failure) => ({ ...failure, at: new Date(failure.at) }))
}

/** The same headers with another time, and that time as a column takes it. */
export function scheduledHeaders(headers: string, scheduledFor: Date): { readonly headers: string; readonly due: string | undefined } {
  const changed = { ...decodeHeaders(headers), [headerNames.scheduledFor]: scheduledFor.toISOString() }
  return { headers: JSON.stringify(changed), due: timestamp(scheduledFor) }
}

function userHeaders(value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {}
}

/** A row whose headers somebody has damaged is still a message, with its body. */
export function decodeHeaders(text: string): Readonly<Record<string, unknown>> {
  try {
    const headers: unknown = JSON.parse(text)
    return typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function joinBodies(messages: readonly NumberedMessage[], size: number): Uint8Array {
  if (messages.length === 1) return messages[0]!.message.envelope.body
  const bodies = Buffer.allocUnsafe(size)
  let at = 0
  for (const { message } of messages) {
    bodies.set(message.envelope.body, at)
    at += message.envelope.body.byteLength
  }
  return bodies
}

function instant(milliseconds: unknown): Date | undefined {
  return typeof milliseconds === 'number' ? new Date(Math.round(milliseconds)) : undefined
}

/** ISO 8601; beyond the year 9999 JavaScript writes a sign that PostgreSQL does not read. */
function timestamp(instant: Date | undefined): string | undefined {
  return instant?.toISOString().replace(/^\+0*/, '')
}

function checkKey(text: string, what: string, envelope: Envelope): void {
  checkText(text, what, envelope)
  const size = Buffer.byteLength(text)
  if (size > longestKey) {
    throw new JasperError('JASPER_BAD_OPTION', `The ${what} of message ${envelope.id} has ${size} bytes; the limit is ${longestKey}.`)
  }
}

/** PostgreSQL text holds neither NUL nor half a surrogate pair. */
function checkText(text: string, what: string, envelope: Envelope): string {
  if (!/[\0\p{Surrogate}]/u.test(text)) return text
  throw new JasperError('JASPER_BAD_OPTION', `The ${what} of message ${envelope.id} holds a NUL or half a surrogate pair, which cannot be stored.`)
}

/** For texts that must be stored whatever they hold, such as those of errors. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')
}
