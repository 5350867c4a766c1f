import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOpening, encodeOpening, FrameDecoder } from '../../../runtime/transports/tcp/frame-decoder.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../../runtime/transports/tcp/frames.ts'
import type { WireMessage } from '../../../runtime/transports/tcp/messages.ts'
import { ProtocolError } from '../../../runtime/transports/tcp/protocol-error.ts'

/** A failure prints it; `JASPER_SEED` brings it back. */
const seed = Number(process.env['JASPER_SEED'] ?? Date.now() % 2 ** 31)
const limits = { largestMessage: 4_000 }
const largestFrame = 100_000

const text = (most: number) => fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => Buffer.byteLength(value) <= most)
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const mac = fc.oneof(bytes(0), bytes(32))
const number = fc.integer({ min: 1, max: 2 ** 31 })
const message: fc.Arbitrary<WireMessage> = fc.record({
  headers: fc.dictionary(fc.oneof(text(255), fc.constantFrom('__proto__', 'constructor', '')), text(1_000), { maxKeys: 6 }),
  body: fc.uint8Array({ maxLength: 200 }),
  redeliveries: fc.integer({ min: 0, max: 65_535 }),
})
const outcome = fc.oneof(
  fc.constant({ kind: 'sent' as const }),
  text(1_000).map((detail) => ({ kind: 'failed' as const, detail })),
  fc.record({ kind: fc.constant('refused' as const), reason: fc.constantFrom('too-large', 'unroutable', 'unauthorised', 'malformed'), detail: text(1_000) }),
)
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constant('hello' as const), nonce: bytes(32), endpoint: text(255), app: text(255) }),
  fc.record({ kind: fc.constant('challenge' as const), wantsProof: fc.boolean(), nonce: bytes(32) }),
  fc.record({ kind: fc.constant('proof' as const), mac }),
  fc.record({ kind: fc.constant('welcome' as const), mac, largestMessage: number, heartbeatMs: number }),
  fc.record({ kind: fc.constant('batch' as const), first: number, messages: fc.array(message, { minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constant('outcomes' as const), runs: fc.array(fc.record({ first: number, length: number, outcome }), { maxLength: 5 }) }),
  fc.constant({ kind: 'alive' as const }),
  fc.record({
    kind: fc.constant('bye' as const),
    reason: fc.constantFrom('stopping', 'violation', 'unauthorised', 'no-endpoint', 'too-many', 'too-large', 'too-slow'),
    text: text(1_000),
  }),
)

/** Cuts bytes at some places. */
function cut(whole: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((one, other) => one - other), whole.length]
  return at.slice(1).map((end, index) => whole.subarray(at[index], end))
}

function decodeAll(decoder: FrameDecoder): Frame[] {
  const frames: Frame[] = []
  for (let body = decoder.next(); body !== undefined; body = decoder.next()) frames.push(decodeFrame(body, limits))
  return frames
}

/** Prototypes apart: headers come without one. */
const plain = (frames: readonly Frame[]): unknown =>
  frames.map((one) => JSON.stringify(one, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)))

describe('frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (frames, places) => {
        const decoder = new FrameDecoder(largestFrame)
        const came: Frame[] = []
        for (const piece of cut(Buffer.concat([encodeOpening(1, 3), ...frames.map(encodeFrame)]), [...places])) {
          decoder.push(piece)
          if (came.length === 0 && !opened.has(decoder)) {
            const opening = decoder.opening()
            if (opening === undefined) continue
            opened.add(decoder)
            expect(decodeOpening(opening)).toEqual([1, 3])
          }
          came.push(...decodeAll(decoder))
        }
        expect(plain(came)).toEqual(plain(frames))
        expect(decoder.held).toBe(0)
        expect(decoder.isWaiting).toBe(false)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('of random bytes are refused by name, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        refusesOrReads(() => decodeFrame(Buffer.from(body), limits))
      }),
      { seed, numRuns: 3_000 },
    )
  })

  it('that were damaged in one place are read, or refused by name', () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (one, place, value, cuts) => {
        const body = Buffer.from(encodeFrame(one).subarray(4))
        body[place % body.length] = value
        refusesOrReads(() => decodeFrame(cuts ? body.subarray(0, place % body.length) : body, limits))
      }),
      { seed, numRuns: 3_000 },
    )
  })

  it('that claim more than is allowed are refused before their bytes have come', () => {
    const decoder = new FrameDecoder(1_000)
    decoder.push(Buffer.from([0, 0, 3, 0xe9, 5]))
    expect(() => decoder.next()).toThrow(expect.objectContaining({ reason: 'too-large' }))
    const empty = new FrameDecoder(1_000)
    empty.push(Buffer.alloc(4))
    expect(() => empty.next()).toThrow(ProtocolError)
  })

  it('may claim any number of messages, headers or bytes: memory is taken only for what is there', () => {
    const claims = [
      [5, 0, 0, 0, 1, 0xff, 0xff], // 65,535 messages
      [5, 0, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xff], // 65,535 headers
      [5, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], // a header of 4 GiB
      [5, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], // a body of 4 GiB
      [6, 0xff, 0xff], // 65,535 runs
    ]
    for (const claim of claims) expect(() => decodeFrame(Buffer.from(claim), limits)).toThrow(expect.objectContaining({ reason: 'too-large' }))
  })

  it('hold message, headers and body together to one limit', () => {
    const batch = (size: number): Buffer =>
      encodeFrame({ kind: 'batch', first: 1, messages: [{ headers: { ab: 'cd' }, body: new Uint8Array(size), redeliveries: 0 }] }).subarray(4)
    expect(decodeFrame(batch(3_996), limits)).toMatchObject({ kind: 'batch' })
    expect(() => decodeFrame(batch(3_997), limits)).toThrow('more than 4000 bytes')
  })

  it.each([
    ['a kind that nobody knows', [99]],
    ['text that is not UTF-8', [8, 0, 0, 1, 0xff]],
    ['bytes behind the end', [7, 0]],
    ['an empty batch', [5, 0, 0, 0, 1, 0, 0]],
    ['a number that is none', [5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a header twice', [5, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2, 0, 1, 97, 0, 0, 0, 0, 0, 1, 97, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['half a proof', [3, 16, ...new Array<number>(16).fill(7)]],
    ['an empty run of outcomes', [6, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]],
  ])('with %s are refused', (_, body) => {
    expect(() => decodeFrame(Buffer.from(body), limits)).toThrow(ProtocolError)
  })

  it('begin after an opening that no other protocol sends', () => {
    expect(() => decodeOpening(Buffer.from('GET / HT'))).toThrow('another protocol')
    expect([...encodeOpening(1, 2)]).toEqual([0x4a, 0x41, 0x53, 0x50, 0x45, 0x52, 1, 2])
  })
})

const opened = new WeakSet<FrameDecoder>()

function refusesOrReads(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
  }
}
