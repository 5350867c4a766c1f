/**
 * The names under which the members of an envelope travel, one list for rows and transports.
 *
 * | member of `Envelope` | header | meaning |
 * |---|---|---|
 * | id | `jasper-id` | UUID of the message; made from `deduplicationKey` where there is one |
 * | messageType | `jasper-message-type` | wire name of the type |
 * | messageVersion | `jasper-message-version` | its version, decimal |
 * | contentType | `content-type` | `application/json` |
 * | correlationId | `jasper-correlation-id` | kept through cascades, retries, replays |
 * | conversationId | `jasper-conversation-id` | id of the first message; kept likewise |
 * | causationId | `jasper-causation-id` | id of the message whose handler sent this one |
 * | replyTo | `jasper-reply-to` | address for the reply |
 * | replyRequested | `jasper-reply-requested` | wire names of the replies that the caller takes, or `any`, or `acknowledgement` |
 * | sagaId | `jasper-saga-id` | saga that the message belongs to |
 * | tenantId | `jasper-tenant-id` | tenant |
 * | traceparent, tracestate | `traceparent`, `tracestate` | W3C trace context |
 * | sentAt | `jasper-sent-at` | ISO 8601, sender's clock |
 * | deliverBy | `jasper-deliver-by` | ISO 8601; dropped after it |
 * | scheduledFor | `jasper-scheduled-for` | ISO 8601; not before it |
 * | topic | `jasper-topic` | what it is about, where its type says so |
 * | orderingKey | `jasper-ordering-key` | one at a time within an endpoint |
 * | attempts | `jasper-attempts` | failed attempts so far, decimal |
 */
export const headerNames = {
  id: 'jasper-id',
  messageType: 'jasper-message-type',
  messageVersion: 'jasper-message-version',
  contentType: 'content-type',
  correlationId: 'jasper-correlation-id',
  conversationId: 'jasper-conversation-id',
  causationId: 'jasper-causation-id',
  replyTo: 'jasper-reply-to',
  replyRequested: 'jasper-reply-requested',
  sagaId: 'jasper-saga-id',
  tenantId: 'jasper-tenant-id',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  sentAt: 'jasper-sent-at',
  deliverBy: 'jasper-deliver-by',
  scheduledFor: 'jasper-scheduled-for',
  topic: 'jasper-topic',
  orderingKey: 'jasper-ordering-key',
  attempts: 'jasper-attempts',
} as const

const reserved: ReadonlySet<string> = new Set(Object.values(headerNames))

/** Whether a user header of this name would collide: one of the list above, or any `jasper-*`. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return reserved.has(lower) || lower.startsWith('jasper-')
}
