import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** One frame as it stands in `runtime/transports/tcp/README.md`: length, kind, payload. */
export function wireFrame(kind: number, ...payload: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(kind), ...payload])
  return Buffer.concat([u32(body.length), body])
}

export const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff)
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
export const text16 = (text: string): Buffer => Buffer.concat([u16(Buffer.byteLength(text)), Buffer.from(text)])
const bytes32 = (bytes: Buffer): Buffer => Buffer.concat([u32(bytes.length), bytes])

export const opening = Buffer.concat([Buffer.from('JASPER'), Buffer.of(1, 1)])
export const hello = (endpoint: string): Buffer => wireFrame(1, randomBytes(32), text16(endpoint), text16('a peer of the tests'))
export const emptyProof = wireFrame(3, Buffer.of(0))

export interface PeerMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function batch(first: number, messages: readonly PeerMessage[]): Buffer {
  const parts = messages.map(({ headers, body }) => {
    const entries = Object.entries(headers)
    const pairs = entries.map(([name, value]) => Buffer.concat([text16(name), bytes32(Buffer.from(value))]))
    return Buffer.concat([u16(0), u16(entries.length), ...pairs, bytes32(Buffer.from(body))])
  })
  return wireFrame(5, u32(first), u16(messages.length), ...parts)
}

/**
 * Another program that speaks the protocol: written from the README alone, without any code of ours, and free
 * to break it.
 */
export class TcpPeer {
  readonly socket: Socket
  #came = Buffer.alloc(0)
  #look: () => void = () => undefined
  #isOver = false

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => undefined)
    this.socket.on('data', (bytes) => {
      this.#came = Buffer.concat([this.#came, bytes])
      this.#look()
    })
    this.socket.on('close', () => {
      this.#isOver = true
      this.#look()
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  write(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  /** The next bytes. Rejects when the connection ends first. */
  async take(length: number): Promise<Buffer> {
    while (this.#came.length < length) {
      if (this.#isOver) throw new Error('the connection has ended')
      await new Promise<void>((resolve) => (this.#look = resolve))
    }
    const taken = this.#came.subarray(0, length)
    this.#came = this.#came.subarray(length)
    return taken
  }

  /** The next frame that is no sign of life: its kind, and what follows. */
  async frame(): Promise<{ readonly kind: number; readonly payload: Buffer }> {
    for (;;) {
      const body = await this.take((await this.take(4)).readUInt32BE())
      if (body[0] !== 7) return { kind: body[0]!, payload: body.subarray(1) }
    }
  }

  /** The handshake, without a secret. */
  async greet(endpoint: string): Promise<void> {
    this.write(opening, hello(endpoint), emptyProof)
    await this.take(8)
    for (const expected of [2, 4]) {
      const { kind, payload } = await this.frame()
      if (kind === 8) throw new Error(`farewell ${payload[0]}: ${payload.subarray(3).toString()}`)
      if (kind !== expected) throw new Error(`a frame ${kind} came instead of ${expected}`)
    }
  }

  /** Whether the message was taken; `false`: refused. Rejects when it is not known. */
  async send(headers: Readonly<Record<string, string>>, body: string): Promise<boolean> {
    this.write(batch(1, [{ headers, body }]))
    const { kind, payload } = await this.frame()
    if (kind !== 6) throw new Error(`a frame ${kind} came instead of an outcome`)
    const outcome = payload[10]!
    if (outcome === 1) throw new Error('not now')
    return outcome === 0
  }

  end(): void {
    this.socket.destroy()
  }
}
