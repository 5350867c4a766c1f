import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../contracts/clock.ts'
import { decodeOpening, FrameDecoder } from './frame-decoder.ts'
import { decodeFrame, encodeFrame, largestHandshakeFrame, type ByeReason, type Frame, type FrameKind } from './frames.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { ProtocolError } from './protocol-error.ts'

/** Beats of half an interval that may pass in silence. Beats are counted, not time: a process that stalled has missed none. */
const silentBeats = 5
const farewellMs = 1_000

export interface LinkParts {
  readonly socket: Socket
  readonly clock: Clock
  readonly largestMessage: number
  readonly frameMs: number
  /** Of a listener: room for what comes in, from all peers together. */
  readonly budget?: MemoryBudget
  /** Called once, with the reason, for people. */
  readonly onEnd: (reason: string) => void
}

export interface OpenLink {
  readonly largestFrame: number
  readonly heartbeatMs: number
  readonly receive: (frame: Frame) => void
  /** Nothing is read from who does not read what is written: else a peer could fill this side's memory with answers. */
  readonly readsWhenWritten: boolean
}

/**
 * One connection as both sides use it: frames in and out, beats, limits of time and memory.
 *
 * It reads only what somebody asks for: one frame after the other during the handshake, all of them
 * after `open`, none while `hold` is in force. What is not read stays with the network, and holds up the peer.
 */
export class Link {
  readonly socket: Socket
  readonly #parts: LinkParts
  readonly #decoder = new FrameDecoder(largestHandshakeFrame)
  #open: OpenLink | undefined
  #asked: (() => boolean) | undefined
  #fail: ((error: Error) => void) | undefined
  #endReason: string | undefined
  #holds = 0
  #reserved = 0
  #isPumping = false
  #hasWritten = false
  #silence = 0
  #unfinished = 0
  #unread = 0
  #beat: Timer | undefined

  constructor(parts: LinkParts) {
    this.#parts = parts
    this.socket = parts.socket
    let reason = 'the connection was closed by the other side'
    this.socket.setNoDelay(true)
    this.socket.on('data', (bytes: Buffer) => {
      if (this.isOver) return
      this.#silence = 0
      this.#decoder.push(bytes)
      this.#pump()
    })
    this.socket.on('drain', () => this.#pump())
    this.socket.on('end', () => this.end(reason))
    this.socket.on('error', (error) => void (reason = error.message))
    this.socket.on('close', () => this.end(reason))
    this.socket.pause()
  }

  get isOver(): boolean {
    return this.#endReason !== undefined
  }

  /** The versions in the opening of the other side. */
  opening(): Promise<{ readonly bytes: Buffer; readonly versions: readonly [number, number] }> {
    return this.#ask(() => {
      const bytes = this.#decoder.opening()
      return bytes && { bytes: Buffer.from(bytes), versions: decodeOpening(bytes) }
    })
  }

  /** The next frame, which must be of that kind. Rejects with the reason when the other side says farewell. */
  async read<Kind extends FrameKind>(kind: Kind): Promise<Extract<Frame, { kind: Kind }>> {
    const frame = await this.#ask(() => this.#next())
    if (frame.kind === 'bye') throw new ProtocolError(frame.text, frame.reason)
    if (frame.kind !== kind) throw new ProtocolError(`a frame ${frame.kind} came instead of ${kind}`)
    return frame as Extract<Frame, { kind: Kind }>
  }

  /** The handshake is over. */
  open(open: OpenLink): void {
    this.#open = open
    this.#decoder.largestFrame = open.largestFrame
    this.#startBeat(open.heartbeatMs / 2)
    this.#pump()
  }

  /** Reads nothing until `goOn` has been called as often. */
  hold(): void {
    this.#holds += 1
  }

  goOn(): void {
    this.#holds -= 1
    if (this.#holds > 0) return
    this.#giveBackMemory()
    this.#pump()
  }

  write(bytes: Buffer): void {
    if (this.isOver) return
    this.#hasWritten = true
    this.socket.write(bytes)
  }

  send(frame: Frame): void {
    this.write(encodeFrame(frame))
  }

  /** Says why, and ends. */
  bye(reason: ByeReason, text: string): void {
    if (this.isOver) return
    const { socket } = this
    socket.end(encodeFrame({ kind: 'bye', reason, text }))
    this.#over(text)
    // Whoever does not take the farewell is not waited for.
    const late = this.#parts.clock.timer(farewellMs, () => socket.destroy())
    socket.once('close', () => late.cancel())
    // What is still coming is read and thrown away, or the farewell would be lost with a reset.
    socket.resume()
  }

  /** Idempotent. */
  end(reason: string): void {
    if (this.isOver) return
    this.#over(reason)
    this.socket.destroy()
  }

  #over(reason: string): void {
    this.#endReason = reason
    this.#beat?.cancel()
    this.#parts.budget?.forget(this.#whenRoom)
    this.#giveBackMemory()
    this.#fail?.(new ProtocolError(reason, 'stopping'))
    this.#parts.onEnd(reason)
  }

  #ask<T>(take: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#endReason !== undefined) return reject(new ProtocolError(this.#endReason, 'stopping'))
      const done = (): void => {
        this.#asked = undefined
        this.#fail = undefined
      }
      this.#fail = (error) => {
        done()
        reject(error)
      }
      this.#asked = () => {
        const taken = take()
        if (taken === undefined) return false
        done()
        resolve(taken)
        return true
      }
      this.#pump()
    })
  }

  /** Takes what has come as far as somebody wants it, and lets the socket read on when there is want of more. */
  readonly #pump = (): void => {
    if (this.#isPumping || this.isOver) return
    this.#isPumping = true
    try {
      let wantsMore = this.#wants()
      while (wantsMore && this.#step()) wantsMore = this.#wants()
      if (this.isOver) return
      if (wantsMore && this.#hasRoom()) this.socket.resume()
      else this.socket.pause()
    } catch (error) {
      const { reason, message } = error instanceof ProtocolError ? error : new ProtocolError(String(error))
      this.bye(reason, message)
    } finally {
      this.#isPumping = false
    }
  }

  #wants(): boolean {
    if (this.isOver || this.#holds > 0) return false
    if (this.#asked !== undefined) return true
    return this.#open !== undefined && !(this.#open.readsWhenWritten && this.socket.writableNeedDrain)
  }

  /** Whether there was something to take. */
  #step(): boolean {
    if (this.#asked !== undefined) return this.#asked()
    const frame = this.#next()
    if (frame === undefined) return false
    this.#open!.receive(frame)
    if (this.#holds === 0) this.#giveBackMemory()
    return true
  }

  #next(): Frame | undefined {
    if (!this.#hasRoom()) return undefined
    const body = this.#decoder.next()
    if (body === undefined) return undefined
    this.#unfinished = 0
    return decodeFrame(body, this.#parts)
  }

  /** Whether the memory for the frame that has begun is set aside. */
  #hasRoom(): boolean {
    const { budget } = this.#parts
    if (budget === undefined || this.#reserved > 0) return true
    const length = this.#decoder.nextLength()
    if (length === undefined) return true
    if (budget.take(length)) {
      this.#reserved = length
      return true
    }
    budget.wait(this.#whenRoom)
    return false
  }

  readonly #whenRoom = (): void => this.#pump()

  #giveBackMemory(): void {
    const reserved = this.#reserved
    this.#reserved = 0
    if (reserved > 0) this.#parts.budget?.giveBack(reserved)
  }

  #startBeat(ms: number): void {
    const frameBeats = Math.max(1, Math.ceil(this.#parts.frameMs / ms))
    const beat = (): void => {
      const isReading = !this.socket.isPaused()
      this.#silence = isReading ? this.#silence + 1 : 0
      this.#unfinished = isReading && this.#decoder.isWaiting ? this.#unfinished + 1 : 0
      this.#unread = this.#open!.readsWhenWritten && this.socket.writableNeedDrain ? this.#unread + 1 : 0
      if (this.#silence > silentBeats) return this.end('the other side has been silent for too long')
      if (this.#unfinished > frameBeats) return this.bye('too-slow', 'a frame was not finished in time')
      if (this.#unread > frameBeats) return this.end('the other side does not read what is sent to it')
      if (!this.#hasWritten && !this.socket.writableNeedDrain) this.socket.write(alive)
      this.#hasWritten = false
      this.#beat = this.#parts.clock.timer(ms, beat)
    }
    this.#beat = this.#parts.clock.timer(ms, beat)
  }
}

const alive = encodeFrame({ kind: 'alive' })
