import type { Clock, Timer } from '../contracts/clock.ts'
import { backoffMs, type Backoff } from '../timing/backoff.ts'

/** So many failures in a row open a circuit. */
const failuresThatOpen = 3
/** How long an open circuit waits before it lets one message try. */
const probeBackoff: Backoff = { firstMs: 1_000, longestMs: 30_000 }

export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitParts {
  readonly clock: Clock
  readonly onOpen: (failures: number, detail: string) => void
  readonly onClose: () => void
  /** One message may try. */
  readonly onProbe: () => void
}

/**
 * Whether sending to a destination is worth a try.
 *
 * Closed until three sends in a row have failed, then open: nothing is sent. After a second one
 * message may try; if it fails, twice as long passes before the next. One that succeeds closes it.
 */
export class Circuit {
  readonly #parts: CircuitParts
  #state: CircuitState = 'closed'
  #failures = 0
  #probes = 0
  #timer: Timer | undefined

  constructor(parts: CircuitParts) {
    this.#parts = parts
  }

  get state(): CircuitState {
    return this.#state
  }

  /** How many messages may be on their way. */
  get allowance(): number {
    return this.#state === 'closed' ? Infinity : this.#state === 'open' ? 0 : 1
  }

  succeeded(): void {
    this.#failures = 0
    if (this.#state === 'closed') return
    this.#probes = 0
    this.#timer?.cancel()
    this.#state = 'closed'
    this.#parts.onClose()
  }

  failed(detail: string): void {
    this.#failures += 1
    if (this.#state === 'closed' ? this.#failures < failuresThatOpen : this.#state === 'open') return
    const wasClosed = this.#state === 'closed'
    this.#probes += 1
    this.#state = 'open'
    this.#timer = this.#parts.clock.timer(backoffMs(this.#probes, probeBackoff, Math.random()), () => {
      this.#state = 'half-open'
      this.#parts.onProbe()
    })
    if (wasClosed) this.#parts.onOpen(this.#failures, detail)
  }

  /** Tries no more. */
  stop(): void {
    this.#timer?.cancel()
  }
}
