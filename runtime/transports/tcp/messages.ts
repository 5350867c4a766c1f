import type { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { ProtocolError } from './protocol-error.ts'

/** One message as it travels. */
export interface WireMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** How often it was sent before without an answer that it was taken, as far as its sender knows. */
  readonly redeliveries: number
}

export interface MessageLimits {
  /** Bytes of headers and body together. */
  readonly largestMessage: number
}

export const mostMessages = 1_000
export const mostHeaders = 256
export const longestHeaderName = 255
/** Names and values together. */
export const largestHeaders = 65_536
export const mostRedeliveries = 65_535
/** Of a message, beside the bytes of its headers and its body. */
const messageHead = 8
const headerHead = 6
/** What a frame may hold beyond one message of the largest size: its kind, the head of a batch, and the lengths of one message's parts. */
export const batchOverhead = 7 + messageHead + headerHead * mostHeaders

/** Bytes of names and values. */
export function headerBytes(headers: Readonly<Record<string, string>>): number {
  let size = 0
  for (const [name, value] of Object.entries(headers)) size += Buffer.byteLength(name) + Buffer.byteLength(value)
  return size
}

/** Bytes that a message takes in a batch. */
export function wireBytes({ headers, body }: WireMessage): number {
  return messageHead + headerHead * Object.keys(headers).length + headerBytes(headers) + body.byteLength
}

export function encodeMessages(first: number, messages: readonly WireMessage[]): Buffer {
  const size = messages.reduce((sum, message) => sum + wireBytes(message), 6)
  const writer = new ByteWriter(size).u32(first).u16(messages.length)
  for (const { headers, body, redeliveries } of messages) {
    const entries = Object.entries(headers)
    writer.u16(Math.min(redeliveries, mostRedeliveries)).u16(entries.length)
    for (const [name, value] of entries) writer.text16(name).text32(value)
    writer.u32(body.byteLength).put(body)
  }
  return writer.done()
}

export interface NumberedMessages {
  readonly first: number
  readonly messages: readonly WireMessage[]
}

export function decodeMessages(reader: ByteReader, limits: MessageLimits): NumberedMessages {
  const [first, count] = [reader.u32(), reader.u16()]
  if (count === 0) throw new ProtocolError('a batch is empty')
  if (count > mostMessages) throw new ProtocolError(`a batch has ${count} messages, more than ${mostMessages}`, 'too-large')
  if (first === 0 || first + count > 2 ** 32) throw new ProtocolError('a batch has impossible numbers')
  return { first, messages: Array.from({ length: count }, () => decodeMessage(reader, limits)) }
}

function decodeMessage(reader: ByteReader, { largestMessage }: MessageLimits): WireMessage {
  const [redeliveries, count] = [reader.u16(), reader.u16()]
  if (count > mostHeaders) throw new ProtocolError(`a message has ${count} headers, more than ${mostHeaders}`, 'too-large')
  // Without a prototype: a name is a name, whatever it is.
  const headers = Object.create(null) as Record<string, string>
  let room = largestHeaders
  for (let at = 0; at < count; at++) {
    const nameLength = reader.u16()
    const name = reader.text(nameLength, longestHeaderName, 'the name of a header')
    room -= nameLength
    const valueLength = reader.u32()
    if (valueLength > room) throw new ProtocolError(`a message has more than ${largestHeaders} bytes of headers`, 'too-large')
    room -= valueLength
    if (name in headers) throw new ProtocolError('a message has two headers of one name')
    headers[name] = reader.text(valueLength, largestHeaders, 'the value of a header')
  }
  const length = reader.u32()
  if (length + largestHeaders - room > largestMessage) throw new ProtocolError(`a message has more than ${largestMessage} bytes`, 'too-large')
  // A copy: a small message must not keep the frame that it came in.
  return { headers, body: new Uint8Array(reader.view(length)), redeliveries }
}
