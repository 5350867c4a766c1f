import type { Clock, Timer } from '../../runtime/contracts/clock.ts'

interface Waiting {
  readonly at: number
  readonly callback: () => void
}

/** A clock that moves when the test says so. Timers fire in the order of their time. */
export class ManualClock implements Clock {
  #now: number
  #monotonic = 0
  readonly #waiting = new Set<Waiting>()

  constructor(start = new Date('2026-01-01T00:00:00.000Z')) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  monotonic(): number {
    return this.#monotonic
  }

  timer(ms: number, callback: () => void): Timer {
    const waiting = { at: this.#monotonic + Math.max(ms, 0), callback }
    this.#waiting.add(waiting)
    return { cancel: () => void this.#waiting.delete(waiting) }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = this.timer(ms, done)
      signal?.addEventListener('abort', done, { once: true })
      function done(): void {
        timer.cancel()
        signal?.removeEventListener('abort', done)
        resolve()
      }
    })
  }

  /** How many timers and sleeps have not fired. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Moves both clocks on, and lets what each timer set off run before the next one fires. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms
    for (;;) {
      const next = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      this.#moveTo(next?.at ?? end)
      if (next === undefined) break
      this.#waiting.delete(next)
      next.callback()
      await settled()
    }
    await settled()
  }

  /** Changes the wall clock alone, as an administrator or a virtual machine does. */
  jump(ms: number): void {
    this.#now += ms
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic
    this.#monotonic = monotonic
  }
}

/** After everything that needs no outside event. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}
