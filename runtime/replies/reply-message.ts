import { loggedError } from '../dispatch/stored-error.ts'
import type { Registry } from '../dispatch/registry.ts'
import { decodeBody } from '../dispatch/decode-body.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { RejectedError } from '../errors/rejected-error.ts'
import { RequestFailedError, type RemoteError } from '../errors/request-failed-error.ts'

/**
 * The types of replies that are no single message of the user's. `handled`: there was nothing to reply, body `null`.
 * `several`: an array whose elements are `null`, `{ type, version, body }`, or such arrays. `failed`: `{ type, message }`,
 * and `reasons` where a `validate` function has refused the message.
 */
const replyTypes = { handled: 'jasper.handled', several: 'jasper.several', failed: 'jasper.failed' } as const

/** In `replyRequested`: the caller wants to know that the message is handled, and nothing of what its handler returns. */
export const acknowledgement = 'acknowledgement'

/** So much of an error's message goes to the caller. */
const longestMessage = 1_000

/** The part of an envelope that says what the reply is. */
export type ReplyContent = Pick<Envelope, 'messageType' | 'messageVersion' | 'body'>

/** What a chain has returned, as it travels. Throws for a value that its run does not know as a message. */
export function writeReply(value: unknown, nameOf: (value: object) => string | undefined, registry: Registry): ReplyContent {
  if (value === undefined || value === null) return content(replyTypes.handled, 'null')
  const name = nameOf(value)
  if (name !== undefined) {
    const { version, codec } = registry.message(name)
    return { ...content(name, codec.encode(value)), messageVersion: version }
  }
  if (Array.isArray(value)) return content(replyTypes.several, partsText(value, nameOf, registry))
  throw unnamed()
}

/** Whether a reply is one message of the user's, which any client can read. */
export function isMessage({ messageType }: ReplyContent): boolean {
  return !Object.values<string>(replyTypes).includes(messageType)
}

/** What is told of an error: its type and message, never its stack, nor the body that did not fit. */
export function writeFailure(error: unknown): ReplyContent {
  const { errorType: type, error: text } = loggedError(error)
  const reasons = RejectedError.is(error) ? { reasons: error.reasons } : {}
  return content(replyTypes.failed, JSON.stringify({ type, message: withoutCode(text, type).slice(0, longestMessage), ...reasons }))
}

/** What the error of a handler in this process is called, as if it came from another. */
export function remoteErrorOf(error: unknown): RemoteError {
  const { errorType: type, error: text } = loggedError(error)
  return { type, message: withoutCode(text, type) }
}

/**
 * The value of a reply, an array for several. Throws a `RequestFailedError` or `RejectedError` for a failure,
 * `JASPER_REPLY_UNEXPECTED` for what is not known here or not among `expected`, `JASPER_DECODE` for what cannot be read.
 */
export function readReply(reply: ReplyContent, asked: string, expected: readonly string[] | undefined, registry: Registry): unknown {
  switch (reply.messageType) {
    case replyTypes.handled:
      return undefined
    case replyTypes.failed:
      throw failureOf(parsed(reply), asked)
    case replyTypes.several:
      return valueOf(parsed(reply), asked, expected, registry)
    default:
      return decoded(reply, asked, expected, registry)
  }
}

function partsText(values: readonly unknown[], nameOf: (value: object) => string | undefined, registry: Registry): string {
  const texts = values.map((value): string => {
    if (value === undefined || value === null) return 'null'
    const name = nameOf(value)
    if (name === undefined && Array.isArray(value)) return partsText(value, nameOf, registry)
    if (name === undefined) throw unnamed()
    const { version, codec } = registry.message(name)
    return `{"type":${JSON.stringify(name)},"version":${version},"body":${codec.encode(value)}}`
  })
  return `[${texts.join(',')}]`
}

function valueOf(json: unknown, asked: string, expected: readonly string[] | undefined, registry: Registry): unknown {
  if (json === null) return undefined
  if (Array.isArray(json)) return json.map((part) => valueOf(part, asked, expected, registry))
  if (!isRecord(json) || typeof json['type'] !== 'string' || typeof json['version'] !== 'number') throw unreadable(asked)
  const body = Buffer.from(JSON.stringify(json['body'] ?? null))
  return decoded({ messageType: json['type'], messageVersion: json['version'], body }, asked, expected, registry)
}

function decoded(reply: ReplyContent, asked: string, expected: readonly string[] | undefined, registry: Registry): unknown {
  const { messageType } = reply
  const unexpected = (text: string): JasperError =>
    new JasperError('JASPER_REPLY_UNEXPECTED', `The reply to ${asked} is ${JSON.stringify(messageType)}, ${text}`)
  if (expected?.includes(messageType) === false) throw unexpected(`and ${expected.join(' or ')} was asked for. Name it in expects, too.`)
  if (!registry.knows(messageType)) {
    throw unexpected('which is no message of this app. Mark its type with /** @message */ in a file of the config\'s "messages", and build.')
  }
  return decodeBody(reply, registry.message(messageType))
}

function failureOf(json: unknown, asked: string): JasperError {
  if (!isRecord(json) || typeof json['type'] !== 'string' || typeof json['message'] !== 'string') return unreadable(asked)
  const { type, message, reasons } = json as { type: string; message: string; reasons?: unknown }
  const isRejection = Array.isArray(reasons) && reasons.every((reason) => typeof reason === 'string')
  return isRejection ? new RejectedError(asked, reasons) : new RequestFailedError(asked, { type, message })
}

function parsed({ body }: ReplyContent): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

function content(messageType: string, text: string): ReplyContent {
  return { messageType, messageVersion: 1, body: Buffer.from(text) }
}

function unreadable(asked: string): JasperError {
  return new JasperError('JASPER_DECODE', `The reply to ${asked} cannot be read. Whoever sent it is no app of this kind, or of a later version.`)
}

function unnamed(): JasperError {
  return new JasperError('JASPER_NOT_SUPPORTED', 'What the handler returned is no message that its generated code names. Run jasper-gen build there.')
}

function withoutCode(text: string, type: string): string {
  return text.startsWith(`${type}: `) ? text.slice(type.length + 2) : text
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
