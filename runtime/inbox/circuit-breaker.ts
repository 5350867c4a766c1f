import type { Clock, Timer } from '../contracts/clock.ts'

/** When a circuit breaks, with every default filled in. */
export interface BreakerSettings {
  readonly minimum: number
  readonly failurePercent: number
  readonly windowMs: number
  readonly pauseMs: number
  /** Whether a failure counts. */
  readonly counts: (error: unknown) => boolean
}

export type BreakerState = 'closed' | 'open' | 'probing'

export interface BreakerReport {
  readonly state: BreakerState
  /** Attempts within the window, and how many of them failed. */
  readonly attempts: number
  readonly failures: number
}

/** The window is counted in so many parts; each is forgotten as a whole. */
const parts = 10

/**
 * Breaks the circuit of one endpoint in this process when too many of its attempts fail.
 *
 * `closed`: all is well. `open`: nothing is handled for a time. `probing`: one message at a time, until
 * one succeeds and closes the circuit, or fails and opens it again.
 */
export class CircuitBreaker {
  readonly #settings: BreakerSettings
  readonly #clock: Clock
  readonly #changed: (state: BreakerState) => void
  readonly #attempts = new Uint32Array(parts)
  readonly #failures = new Uint32Array(parts)
  /** The part of the window that is counted in now, in parts since the clock began. */
  #part = 0
  #state: BreakerState = 'closed'
  #timer: Timer | undefined

  constructor(settings: BreakerSettings, clock: Clock, changed: (state: BreakerState) => void) {
    this.#settings = settings
    this.#clock = clock
    this.#changed = changed
  }

  get report(): BreakerReport {
    this.#advance()
    const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0)
    return { state: this.#state, attempts: sum(this.#attempts), failures: sum(this.#failures) }
  }

  succeeded(): void {
    this.#advance()
    this.#attempts[this.#part % parts]! += 1
    if (this.#state !== 'probing') return
    this.#forget()
    this.#become('closed')
  }

  failed(error: unknown): void {
    if (!this.#isMeant(error)) return
    this.#advance()
    this.#attempts[this.#part % parts]! += 1
    this.#failures[this.#part % parts]! += 1
    if (this.#state === 'probing') return this.#open()
    const { attempts, failures } = this.report
    const { minimum, failurePercent } = this.#settings
    if (this.#state === 'closed' && attempts >= minimum && failures * 100 >= attempts * failurePercent) this.#open()
  }

  /** Idempotent. It changes no more. */
  stop(): void {
    this.#timer?.cancel()
  }

  #open(): void {
    this.#become('open')
    this.#timer = this.#clock.timer(this.#settings.pauseMs, () => this.#become('probing'))
  }

  #become(state: BreakerState): void {
    this.#state = state
    this.#changed(state)
  }

  /** One whose judging throws counts: it is a failure, after all. */
  #isMeant(error: unknown): boolean {
    try {
      return this.#settings.counts(error)
    } catch {
      return true
    }
  }

  #advance(): void {
    const now = Math.floor((this.#clock.monotonic() * parts) / this.#settings.windowMs)
    if (now - this.#part >= parts) this.#forget()
    else for (let part = this.#part + 1; part <= now; part++) this.#attempts[part % parts] = this.#failures[part % parts] = 0
    this.#part = now
  }

  #forget(): void {
    this.#attempts.fill(0)
    this.#failures.fill(0)
  }
}
