import type { Clock, Timer } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { IncomingMessages } from '../contracts/message-store.ts'

const page = 1_000
/** The database's clock may run a little behind ours: ask again so soon at the earliest. */
const shortestMs = 10

/**
 * One timer for the next message that becomes due, set from whatever is learnt of due times.
 *
 * When it fires, all that is due is made ready, page after page without pauses, and the timer is set
 * for the next. Due times are judged by the store's clock; this one only decides when to ask.
 */
export class DueTimer {
  readonly #rows: Pick<IncomingMessages, 'releaseDue'>
  readonly #clock: Clock
  readonly #log: Logger
  readonly #wake: (endpoints: readonly string[]) => void
  #timer: Timer | undefined
  #at = Infinity
  #running = false
  #stopped = false

  constructor(rows: Pick<IncomingMessages, 'releaseDue'>, clock: Clock, log: Logger, wake: (endpoints: readonly string[]) => void) {
    this.#rows = rows
    this.#clock = clock
    this.#log = log
    this.#wake = wake
  }

  /** Something is due after `ms` milliseconds. */
  within(ms: number): void {
    if (this.#stopped) return
    const at = this.#clock.monotonic() + Math.max(ms, shortestMs)
    if (at >= this.#at) return
    this.#at = at
    this.#timer?.cancel()
    this.#timer = this.#clock.timer(Math.max(ms, shortestMs), () => void this.#fire())
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async #fire(): Promise<void> {
    this.#at = Infinity
    if (this.#running) return this.within(shortestMs)
    this.#running = true
    try {
      for (;;) {
        const report = await this.#rows.releaseDue(page)
        if (report.endpoints.length > 0) this.#wake(report.endpoints)
        if (report.more && !this.#stopped) continue
        if (report.nextDueInMs !== undefined) this.within(report.nextDueInMs)
        break
      }
    } catch (error) {
      // The next beat that succeeds tells the next due time again.
      this.#log.warn('releasing due messages failed', { error: String(error) })
    } finally {
      this.#running = false
    }
  }
}
