import { ProtocolError } from './protocol-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads what a frame holds, and throws a {@link ProtocolError} where it holds less, more, or other text than UTF-8. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get rest(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#step(1))
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#step(2))
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#step(4))
  }

  /** A view: whoever keeps it copies it, or keeps the whole frame. */
  view(length: number): Buffer {
    const at = this.#step(length)
    return this.#bytes.subarray(at, at + length)
  }

  text(length: number, longest: number, what: string): string {
    if (length > longest) throw new ProtocolError(`${what} has ${length} bytes, more than ${longest}`, 'too-large')
    try {
      return utf8.decode(this.view(length))
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      throw new ProtocolError(`${what} is not UTF-8`)
    }
  }

  end(what: string): void {
    if (this.rest > 0) throw new ProtocolError(`${what} has ${this.rest} bytes too many`)
  }

  #step(length: number): number {
    if (length > this.rest) throw new ProtocolError('a frame ends in the middle of what it says to hold')
    const at = this.#at
    this.#at += length
    return at
  }
}
