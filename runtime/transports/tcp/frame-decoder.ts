import { ProtocolError } from './protocol-error.ts'

/** Both sides say this first, before any frame, whatever their versions are. */
const magic = Buffer.from('JASPER', 'latin1')
const openingBytes = 8
const lengthBytes = 4

/** The first bytes of a connection: the versions that the dialler speaks, or the one that the listener has chosen. */
export function encodeOpening(first: number, second: number): Buffer {
  return Buffer.concat([magic, Buffer.of(first, second)])
}

export function decodeOpening(bytes: Buffer): readonly [number, number] {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new ProtocolError('the other side speaks another protocol')
  return [bytes[6]!, bytes[7]!]
}

/**
 * Cuts a stream of bytes, in whatever pieces it comes, into the opening and frames.
 *
 * It holds what is needed for one frame and the piece in which that ends, no more: whoever pushes stops
 * reading while frames are not taken.
 */
export class FrameDecoder {
  /** A longer frame is refused as soon as its length is known. */
  largestFrame: number
  #pieces: Buffer[] = []
  #held = 0
  #length: number | undefined

  constructor(largestFrame: number) {
    this.largestFrame = largestFrame
  }

  /** Bytes in memory. */
  get held(): number {
    return this.#held
  }

  /** Whether some of a frame is there, and not all of it. */
  get isWaiting(): boolean {
    return this.#held > 0 || this.#length !== undefined
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.#held += piece.length
  }

  /** The opening, once all of it is there. Asked for once, before any frame. */
  opening(): Buffer | undefined {
    return this.#take(openingBytes)
  }

  /** The length of the next frame, once it is known. */
  nextLength(): number | undefined {
    if (this.#length !== undefined) return this.#length
    const head = this.#take(lengthBytes)
    if (head === undefined) return undefined
    const length = head.readUInt32BE(0)
    if (length === 0) throw new ProtocolError('a frame is empty')
    if (length > this.largestFrame) throw new ProtocolError(`a frame has ${length} bytes, more than ${this.largestFrame}`, 'too-large')
    this.#length = length
    return length
  }

  /** What follows the length of the next frame, once all of it is there. */
  next(): Buffer | undefined {
    const length = this.nextLength()
    const body = length === undefined ? undefined : this.#take(length)
    if (body !== undefined) this.#length = undefined
    return body
  }

  #take(length: number): Buffer | undefined {
    if (this.#held < length) return undefined
    let first = this.#pieces[0]!
    if (first.length < length) {
      first = Buffer.concat(this.#pieces)
      this.#pieces = [first]
    }
    this.#held -= length
    if (first.length === length) this.#pieces.shift()
    else this.#pieces[0] = first.subarray(length)
    return first.subarray(0, length)
  }
}
