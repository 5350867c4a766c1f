import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { TransportSender } from '../contracts/transport.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { sendInTime } from '../outbox/send-in-time.ts'
import { backoffMs, type Backoff } from '../timing/backoff.ts'

/** Replies that wait for one caller; the oldest are dropped beyond that. */
const mostWaiting = 1_000
const batch = 100
const backoff: Backoff = { firstMs: 50, longestMs: 5_000 }

export interface ReplySenderParts {
  readonly sender: TransportSender
  readonly clock: Clock
  readonly log: Logger
}

/** Sends replies to one address, from memory, and drops each when its time is over or nobody is there. */
export class ReplySender {
  readonly address: string
  readonly #parts: ReplySenderParts
  readonly #waiting: Envelope[] = []
  #isSending = false
  #sent: Promise<void> = Promise.resolve()
  readonly #closing = new AbortController()

  constructor(address: string, parts: ReplySenderParts) {
    this.address = address
    this.#parts = parts
  }

  get isIdle(): boolean {
    return !this.#isSending
  }

  send(reply: Envelope): void {
    this.#waiting.push(reply)
    if (this.#waiting.length > mostWaiting) this.#drop(this.#waiting.shift()!, 'too many replies wait for one caller')
    if (this.#isSending) return
    this.#isSending = true
    this.#sent = this.#pump()
  }

  /** What is waiting is tried once more. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#sent
    await this.#parts.sender.close()
  }

  async #pump(): Promise<void> {
    const { clock, sender } = this.#parts
    for (let failures = 0; this.#waiting.length > 0; ) {
      const isLast = this.#closing.signal.aborted
      const due = this.#waiting.splice(0, batch).filter((reply) => this.#isInTime(reply))
      const outcomes = due.length === 0 ? [] : await sendInTime(clock, sender, due)
      const again: Envelope[] = []
      for (const [at, outcome] of outcomes.entries()) {
        if (outcome.kind === 'failed' && !isLast) again.push(due[at]!)
        else if (outcome.kind !== 'sent') this.#drop(due[at]!, outcome.detail)
      }
      failures = again.length === 0 ? 0 : failures + 1
      this.#waiting.unshift(...again)
      if (again.length > 0) await clock.sleep(backoffMs(failures, backoff, Math.random()), this.#closing.signal)
    }
    this.#isSending = false
  }

  #isInTime(reply: Envelope): boolean {
    if (reply.deliverBy! > this.#parts.clock.now()) return true
    this.#drop(reply, 'its caller waits no longer')
    return false
  }

  /** No failure of the message: it is handled. */
  #drop({ messageType, causationId }: Envelope, reason: string): void {
    this.#parts.log.info('a reply was dropped', { messageType, causationId, address: this.address, reason })
  }
}
