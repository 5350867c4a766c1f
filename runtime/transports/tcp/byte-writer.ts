/** Writes into one buffer of a size that is known beforehand. */
export class ByteWriter {
  readonly #bytes: Buffer
  #at = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size)
  }

  u8(value: number): this {
    this.#at = this.#bytes.writeUInt8(value, this.#at)
    return this
  }

  u16(value: number): this {
    this.#at = this.#bytes.writeUInt16BE(value, this.#at)
    return this
  }

  u32(value: number): this {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
    return this
  }

  put(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.byteLength
    return this
  }

  text16(text: string): this {
    this.u16(Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
    return this
  }

  text32(text: string): this {
    this.u32(Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
    return this
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }
}
