import type { SendOutcome } from '../../contracts/transport.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { decodeMessages, encodeMessages, type MessageLimits, type WireMessage } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'

/** The README tells each of them to the byte. */
export type Frame =
  | { readonly kind: 'hello'; readonly nonce: Uint8Array; readonly endpoint: string; readonly app: string }
  | { readonly kind: 'challenge'; readonly wantsProof: boolean; readonly nonce: Uint8Array }
  | { readonly kind: 'proof'; readonly mac: Uint8Array }
  | { readonly kind: 'welcome'; readonly mac: Uint8Array; readonly largestMessage: number; readonly heartbeatMs: number }
  | { readonly kind: 'batch'; readonly first: number; readonly messages: readonly WireMessage[] }
  | { readonly kind: 'outcomes'; readonly runs: readonly OutcomeRun[] }
  | { readonly kind: 'alive' }
  | { readonly kind: 'bye'; readonly reason: ByeReason; readonly text: string }

export type FrameKind = Frame['kind']

/** What became of `length` messages with consecutive numbers. */
export interface OutcomeRun {
  readonly first: number
  readonly length: number
  readonly outcome: SendOutcome
}

/** Why a side ends the connection. A reason that a later version adds is read as `stopping`. */
export type ByeReason = 'stopping' | 'violation' | 'unauthorised' | 'no-endpoint' | 'too-many' | 'too-large' | 'too-slow'

/** Their places are their bytes on the wire. */
const kinds: readonly (FrameKind | undefined)[] = [undefined, 'hello', 'challenge', 'proof', 'welcome', 'batch', 'outcomes', 'alive', 'bye']
const byeReasons: readonly ByeReason[] = ['stopping', 'violation', 'unauthorised', 'no-endpoint', 'too-many', 'too-large', 'too-slow']
const outcomes = ['sent', 'failed', 'too-large', 'unroutable', 'unauthorised', 'malformed'] as const

export const nonceBytes = 32
const macBytes = 32
export const longestName = 255
const longestDetail = 1_000
export const mostRuns = 1_000
/** Before the handshake is over no frame is longer. */
export const largestHandshakeFrame = 2_048
/** What comes back from a listener: outcomes. */
export const largestAnswerFrame = 2 * 1024 * 1024
const frameHead = 5

export function encodeFrame(frame: Frame): Buffer {
  const payload = payloadOf(frame)
  return new ByteWriter(frameHead + payload.length).u32(1 + payload.length).u8(kinds.indexOf(frame.kind)).put(payload).done()
}

function payloadOf(frame: Frame): Buffer {
  switch (frame.kind) {
    case 'hello': {
      const size = nonceBytes + 4 + Buffer.byteLength(frame.endpoint) + Buffer.byteLength(frame.app)
      return new ByteWriter(size).put(frame.nonce).text16(frame.endpoint).text16(frame.app).done()
    }
    case 'challenge':
      return new ByteWriter(1 + nonceBytes).u8(frame.wantsProof ? 1 : 0).put(frame.nonce).done()
    case 'proof':
      return new ByteWriter(1 + frame.mac.length).u8(frame.mac.length).put(frame.mac).done()
    case 'welcome':
      return new ByteWriter(9 + frame.mac.length)
        .u8(frame.mac.length)
        .put(frame.mac)
        .u32(frame.largestMessage)
        .u32(frame.heartbeatMs)
        .done()
    case 'batch':
      return encodeMessages(frame.first, frame.messages)
    case 'outcomes':
      return encodeOutcomes(frame.runs)
    case 'alive':
      return Buffer.alloc(0)
    case 'bye': {
      const text = shortened(frame.text)
      return new ByteWriter(3 + Buffer.byteLength(text)).u8(byeReasons.indexOf(frame.reason)).text16(text).done()
    }
  }
}

/** Throws a {@link ProtocolError} for whatever is no frame of ours. `body` is what follows the length. */
export function decodeFrame(body: Buffer, limits: MessageLimits): Frame {
  const reader = new ByteReader(body)
  const kind = kinds[reader.u8()]
  if (kind === undefined) throw new ProtocolError(`a frame is of the unknown kind ${body[0]}`)
  const frame = read(kind, reader, limits)
  reader.end(`a frame ${kind}`)
  return frame
}

function read(kind: FrameKind, reader: ByteReader, limits: MessageLimits): Frame {
  switch (kind) {
    case 'hello': {
      const nonce = Uint8Array.from(reader.view(nonceBytes))
      const endpoint = reader.text(reader.u16(), longestName, 'the name of an endpoint')
      return { kind, nonce, endpoint, app: reader.text(reader.u16(), longestName, 'the name of an app') }
    }
    case 'challenge': {
      const method = reader.u8()
      if (method > 1) throw new ProtocolError(`a challenge is of the unknown method ${method}`)
      return { kind, wantsProof: method === 1, nonce: Uint8Array.from(reader.view(nonceBytes)) }
    }
    case 'proof':
      return { kind, mac: readMac(reader) }
    case 'welcome':
      return { kind, mac: readMac(reader), largestMessage: reader.u32(), heartbeatMs: reader.u32() }
    case 'batch':
      return { kind, ...decodeMessages(reader, limits) }
    case 'outcomes':
      return { kind, runs: decodeOutcomes(reader) }
    case 'alive':
      return { kind }
    case 'bye': {
      const reason = byeReasons[reader.u8()] ?? 'stopping'
      return { kind, reason, text: reader.text(reader.u16(), longestDetail, 'a farewell') }
    }
  }
}

function readMac(reader: ByteReader): Uint8Array {
  const length = reader.u8()
  if (length !== 0 && length !== macBytes) throw new ProtocolError(`a proof has ${length} bytes instead of ${macBytes}`)
  return Uint8Array.from(reader.view(length))
}

function encodeOutcomes(runs: readonly OutcomeRun[]): Buffer {
  const details = runs.map(({ outcome }) => (outcome.kind === 'sent' ? '' : shortened(outcome.detail)))
  const writer = new ByteWriter(2 + details.reduce((size, detail) => size + 11 + Buffer.byteLength(detail), 0)).u16(runs.length)
  runs.forEach(({ first, length, outcome }, at) => {
    const code = outcomes.indexOf(outcome.kind === 'refused' ? outcome.reason : outcome.kind)
    writer.u32(first).u32(length).u8(code).text16(details[at]!)
  })
  return writer.done()
}

function decodeOutcomes(reader: ByteReader): readonly OutcomeRun[] {
  const count = reader.u16()
  if (count > mostRuns) throw new ProtocolError(`a frame has ${count} runs of outcomes, more than ${mostRuns}`, 'too-large')
  return Array.from({ length: count }, () => {
    const [first, length, code] = [reader.u32(), reader.u32(), reader.u8()]
    const detail = reader.text(reader.u16(), longestDetail, 'the detail of an outcome')
    const kind = outcomes[code]
    if (kind === undefined) throw new ProtocolError(`an outcome is of the unknown kind ${code}`)
    if (length === 0) throw new ProtocolError('a run of outcomes is empty')
    const outcome: SendOutcome = kind === 'sent' ? { kind } : kind === 'failed' ? { kind, detail } : { kind: 'refused', reason: kind, detail }
    return { first, length, outcome }
  })
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= longestDetail) return text
  return Buffer.from(text).subarray(0, longestDetail - 3).toString('utf8').replace(/\uFFFD+$/, '')
}
