import type { Clock, Timer } from '../../contracts/clock.ts'
import type { SendOutcome } from '../../contracts/transport.ts'
import type { Dialled } from './dial.ts'
import { encodeFrame, largestAnswerFrame, type Frame, type OutcomeRun } from './frames.ts'
import type { Link } from './link.ts'
import { mostMessages, wireBytes, type WireMessage } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'
import { usualFrame } from './read-options.ts'

/** Nothing was answered for so long: what is not answered waits with the other side, and the caller does not. */
const answerWithinMs = 10_000
/** Of more messages than that no answer is awaited; a new connection begins without any. */
const mostUnanswered = 10_000

export interface ToSend {
  readonly id: string
  readonly message: WireMessage
  readonly onWritten: () => void
}

interface Unanswered {
  readonly id: string
  readonly number: number
  outcome: SendOutcome | undefined
}

/**
 * The sending end of one connection, with the messages that the other side has not answered.
 *
 * Whoever sends a message again whose answer is still awaited here awaits that answer: it is not written
 * twice while the connection lives. So a peer that is slow to handle is not given more to do by that.
 */
export class OutgoingLink {
  readonly #clock: Clock
  readonly #byNumber = new Map<number, Unanswered>()
  readonly #byId = new Map<string, Unanswered>()
  #link: Link | undefined
  #last = 0
  #lostBy: string | undefined
  #answered: () => void = () => undefined
  #onAnswer: () => void = () => undefined
  largestMessage = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isUsable(): boolean {
    return this.#lostBy === undefined && this.#byId.size < mostUnanswered && this.#last < 2 ** 31
  }

  begin({ link, welcome }: Dialled, onAnswer: () => void): void {
    this.#link = link
    this.#onAnswer = onAnswer
    this.largestMessage = welcome.largestMessage
    const receive = (frame: Frame): void => this.#receive(frame)
    link.open({ largestFrame: largestAnswerFrame, heartbeatMs: welcome.heartbeatMs, readsWhenWritten: false, receive })
  }

  /** The connection has ended. */
  lost(reason: string): void {
    this.#lostBy = reason
    this.#answered()
  }

  close(): void {
    this.#link?.bye('stopping', 'the sender is closed')
  }

  /** The outcomes by id. Resolves when all are there, none has come for long, or the connection is lost. */
  async send(messages: readonly ToSend[]): Promise<ReadonlyMap<string, SendOutcome>> {
    this.#write(messages.filter(({ id }) => this.#isToWrite(id)))
    const asked = messages.map(({ id }) => this.#byId.get(id)!)
    const reason = await this.#untilAnswered(asked)
    const outcomes = new Map<string, SendOutcome>()
    for (const one of asked) {
      outcomes.set(one.id, one.outcome ?? { kind: 'failed', detail: reason ?? 'it is not answered' })
      if (one.outcome !== undefined) this.#byId.delete(one.id)
    }
    return outcomes
  }

  #isToWrite(id: string): boolean {
    const known = this.#byId.get(id)
    // An answer that came when nobody waited; where it was a failure this is the next try.
    if (known?.outcome?.kind === 'failed') this.#byId.delete(id)
    return !this.#byId.has(id)
  }

  #write(messages: readonly ToSend[]): void {
    let frame: ToSend[] = []
    let size = 0
    const flush = (): void => {
      if (frame.length === 0) return
      this.#link!.write(encodeFrame({ kind: 'batch', first: this.#last + 1, messages: frame.map(({ message }) => message) }))
      for (const { id, onWritten } of frame) {
        const unanswered: Unanswered = { id, number: ++this.#last, outcome: undefined }
        this.#byNumber.set(unanswered.number, unanswered)
        this.#byId.set(id, unanswered)
        onWritten()
      }
      frame = []
      size = 0
    }
    const written = new Set<string>()
    for (const one of messages) {
      // Twice in one call: one answer is for both.
      if (written.has(one.id)) continue
      written.add(one.id)
      const bytes = wireBytes(one.message)
      if (size + bytes > usualFrame || frame.length === mostMessages) flush()
      frame.push(one)
      size += bytes
    }
    flush()
  }

  /** Resolves with the reason where some are not answered. */
  async #untilAnswered(asked: readonly Unanswered[]): Promise<string | undefined> {
    let left = asked.filter(({ outcome }) => outcome === undefined).length
    while (left > 0) {
      if (this.#lostBy !== undefined) return `the connection was lost before an answer: ${this.#lostBy}`
      let timer: Timer | undefined
      const isLate = await new Promise<boolean>((resolve) => {
        this.#answered = () => resolve(false)
        timer = this.#clock.timer(answerWithinMs, () => resolve(true))
      })
      timer!.cancel()
      this.#answered = () => undefined
      left = asked.filter(({ outcome }) => outcome === undefined).length
      if (isLate && left > 0) return `the other side is there and has not taken it within ${answerWithinMs / 1_000} s`
    }
    return undefined
  }

  #receive(frame: Frame): void {
    if (frame.kind === 'alive') return
    if (frame.kind === 'bye') return this.#link!.end(`the other side has ended it: ${frame.text}`)
    if (frame.kind !== 'outcomes') throw new ProtocolError(`a listener has sent a frame ${frame.kind}`)
    for (const run of frame.runs) this.#settle(run)
    this.#onAnswer()
    this.#answered()
  }

  #settle({ first, length, outcome }: OutcomeRun): void {
    for (let number = first; number < first + length; number++) {
      const one = this.#byNumber.get(number)
      if (one === undefined) throw new ProtocolError(`message ${number} has an outcome and was not awaiting one`)
      this.#byNumber.delete(number)
      one.outcome = outcome
    }
  }
}
