import type { SendOutcome, Settled, TransportDelivery } from '../../contracts/transport.ts'
import { mostRuns, type Frame, type OutcomeRun } from './frames.ts'
import type { Link } from './link.ts'
import type { WireMessage } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'

export interface IncomingParts {
  /** Messages wait to be taken. */
  readonly onMessages: () => void
  /** One that was taken is settled, or has gone back. */
  readonly onRoom: () => void
}

/**
 * The receiving end of one connection. It holds the messages of one batch, and reads no further until all
 * of them are taken; what is settled goes back as outcomes, gathered into one frame where they come together.
 */
export class IncomingLink {
  readonly #link: Link
  readonly #parts: IncomingParts
  #waiting: WireMessage[] = []
  #firstWaiting = 1
  readonly #unsettled = new Set<number>()
  #outcomes: (readonly [number, SendOutcome])[] = []

  constructor(link: Link, parts: IncomingParts) {
    this.#link = link
    this.#parts = parts
  }

  get isOver(): boolean {
    return this.#link.isOver
  }

  get hasMessages(): boolean {
    return this.#waiting.length > 0 && !this.isOver
  }

  /** Those that were taken and are neither settled nor gone back. */
  get unsettled(): number {
    return this.#unsettled.size
  }

  readonly receive = (frame: Frame): void => {
    if (frame.kind === 'alive') return
    if (frame.kind === 'bye') return this.#link.end(`the dialler has ended it: ${frame.text}`)
    if (frame.kind !== 'batch') throw new ProtocolError(`a dialler has sent a frame ${frame.kind}`)
    if (frame.first !== this.#firstWaiting) throw new ProtocolError(`a batch begins with ${frame.first} instead of ${this.#firstWaiting}`)
    this.#waiting = [...frame.messages]
    this.#link.hold()
    this.#parts.onMessages()
  }

  take(most: number): readonly TransportDelivery[] {
    if (!this.hasMessages || most <= 0) return []
    const taken = this.#waiting.splice(0, most)
    const deliveries = taken.map((message, at) => this.#delivery(message, this.#firstWaiting + at))
    this.#firstWaiting += taken.length
    if (this.#waiting.length === 0) this.#link.goOn()
    return deliveries
  }

  /** What is not settled goes back. */
  close(text: string): void {
    this.#flush()
    this.#link.bye('stopping', text)
  }

  /** The connection has ended: nothing is settled on it any more. */
  over(): void {
    this.#waiting = []
    this.#unsettled.clear()
  }

  #delivery({ headers, body, redeliveries }: WireMessage, number: number): TransportDelivery {
    this.#unsettled.add(number)
    const settle = (outcome: SendOutcome): Promise<Settled> => {
      if (this.isOver || !this.#unsettled.delete(number)) return Promise.resolve('lost')
      this.#outcomes.push([number, outcome])
      if (this.#outcomes.length === 1) setImmediate(() => this.#flush())
      this.#parts.onRoom()
      return Promise.resolve('settled')
    }
    const isOver = (): boolean => this.isOver
    return {
      headers,
      body,
      redeliveries,
      get gone() {
        return isOver()
      },
      ack: () => settle({ kind: 'sent' }),
      requeue: () => settle({ kind: 'failed', detail: 'the other side could not take it now' }),
      deadLetter: (reason) => settle({ kind: 'refused', reason: 'malformed', detail: reason }),
    }
  }

  #flush(): void {
    const outcomes = this.#outcomes
    this.#outcomes = []
    const runs = runsOf(outcomes)
    for (let at = 0; at < runs.length; at += mostRuns) this.#link.send({ kind: 'outcomes', runs: runs.slice(at, at + mostRuns) })
  }
}

/** Outcomes of consecutive numbers that are the same are said once. */
function runsOf(outcomes: readonly (readonly [number, SendOutcome])[]): readonly OutcomeRun[] {
  const runs: { first: number; length: number; outcome: SendOutcome }[] = []
  for (const [number, outcome] of [...outcomes].sort(([one], [other]) => one - other)) {
    const last = runs.at(-1)
    if (last !== undefined && last.outcome.kind === 'sent' && outcome.kind === 'sent' && last.first + last.length === number) last.length += 1
    else runs.push({ first: number, length: 1, outcome })
  }
  return runs
}
