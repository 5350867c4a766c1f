import type { Clock, Timer } from '../contracts/clock.ts'

/** What a deadline is kept for. */
export interface Expiring {
  /** The deadline has passed. */
  expire(): void
}

/** Deadlines of several lengths. There are few lengths, as many as options say, and each has one timer. */
export class Deadlines {
  readonly #clock: Clock
  readonly #byLength = new Map<number, DeadlinesOfLength>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(expiring: Expiring, lengthMs: number): void {
    let deadlines = this.#byLength.get(lengthMs)
    if (deadlines === undefined) this.#byLength.set(lengthMs, (deadlines = new DeadlinesOfLength(this.#clock, lengthMs)))
    deadlines.add(expiring)
  }

  remove(expiring: Expiring, lengthMs: number): void {
    this.#byLength.get(lengthMs)?.remove(expiring)
  }
}

/**
 * Deadlines of one length each: they expire in the order in which they were set, so a single timer
 * for the oldest serves them all.
 */
class DeadlinesOfLength {
  readonly #clock: Clock
  readonly #lengthMs: number
  readonly #pending = new Map<Expiring, number>()
  #timer: Timer | undefined

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock
    this.#lengthMs = lengthMs
  }

  add(expiring: Expiring): void {
    this.#pending.set(expiring, this.#clock.monotonic() + this.#lengthMs)
    this.#timer ??= this.#clock.timer(this.#lengthMs, () => this.#sweep())
  }

  remove(expiring: Expiring): void {
    this.#pending.delete(expiring)
  }

  #sweep(): void {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    for (const [expiring, deadline] of this.#pending) {
      if (deadline > now) {
        this.#timer = this.#clock.timer(deadline - now, () => this.#sweep())
        return
      }
      this.#pending.delete(expiring)
      expiring.expire()
    }
  }
}
