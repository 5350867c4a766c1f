import type { Delivery } from './delivery.ts'

/** Handles a message and settles it; never rejects. Its turn ends with it at the latest. */
export type Handle = (delivery: Delivery, turn: Turn) => Promise<void>

/** The right to run handlers, which only so many messages of an endpoint have at a time. */
export interface Turn {
  /** Handlers have ended; the next message may begin. Idempotent. */
  end(): void
  /** Resolves when handlers may run once more; at once while the turn has not ended. */
  again(): Promise<void>
  /** The same message, which has got a claim. Until its turn is over, that is what is held here. */
  becomes(delivery: Delivery): void
}

/**
 * What waits in memory at one endpoint, and what is being handled: never more than `parallelism` at
 * a time, in the order of arrival.
 *
 * A turn ends before its message is settled: settlements gather into one statement only if handlers do
 * not wait for it. Until it is settled a message counts as running all the same, so memory stays bounded.
 */
export class WorkQueue {
  #limit: number
  readonly #handle: Handle
  readonly #onFinished: () => void
  /** Not settled yet. */
  readonly #running = new Set<Delivery>()
  /** Those of them that have a turn. */
  #turns = 0
  readonly #waitingTurns: (() => void)[] = []
  #waiting: Delivery[] = []
  #head = 0
  #closed = false
  readonly #whenIdle: (() => void)[] = []

  /** `onFinished` is called whenever a place has become free. */
  constructor(parallelism: number, handle: Handle, onFinished: () => void) {
    this.#limit = parallelism
    this.#handle = handle
    this.#onFinished = onFinished
  }

  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  get running(): number {
    return this.#running.size
  }

  /** Those of the running whose handlers have ended. */
  get settling(): number {
    return this.#running.size - this.#turns
  }

  get closed(): boolean {
    return this.#closed
  }

  /** At most so many at a time from now on; what runs goes on. */
  setLimit(limit: number): void {
    this.#limit = limit
    this.#begin()
  }

  push(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#begin()
  }

  /** Everything held here, running or waiting. */
  *held(): Iterable<Delivery> {
    yield* this.#running
    for (let at = this.#head; at < this.#waiting.length; at++) yield this.#waiting[at]!
  }

  /** Takes out all that has not begun. */
  takeWaiting(): readonly Delivery[] {
    const taken = this.#waiting.slice(this.#head)
    this.#waiting = []
    this.#head = 0
    return taken
  }

  /** Begins nothing from now on. Idempotent. */
  close(): void {
    this.#closed = true
    this.#begin()
  }

  /** Resolves when nothing is running, and nothing is waiting unless the queue is closed. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #begin(): void {
    // What has begun is ended also while the queue closes, whatever its limit is.
    while ((this.#closed || this.#turns < this.#limit) && this.#waitingTurns.length > 0) this.#waitingTurns.shift()!()
    while (!this.#closed && this.#turns < this.#limit && this.#head < this.#waiting.length) {
      const delivery = this.#waiting[this.#head]!
      this.#head += 1
      this.#compact()
      const turn = this.#turn(delivery)
      void this.#handle(delivery, turn).then(() => {
        turn.leave()
        this.#onFinished()
        if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve()
      })
    }
  }

  #turn(first: Delivery): Turn & { leave(): void } {
    let has = true
    let held = first
    this.#turns += 1
    this.#running.add(held)
    const end = (): void => {
      if (!has) return
      has = false
      this.#turns -= 1
      this.#begin()
    }
    return {
      end,
      leave: () => {
        this.#running.delete(held)
        end()
      },
      becomes: (delivery) => {
        this.#running.delete(held)
        held = delivery
        this.#running.add(held)
      },
      again: async () => {
        if (has) return
        await new Promise<void>((resolve) => {
          this.#waitingTurns.push(() => {
            has = true
            this.#turns += 1
            resolve()
          })
          this.#begin()
        })
      },
    }
  }

  /** Taking from the front costs nothing until half of the array is spent. */
  #compact(): void {
    if (this.#head > 64 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && (this.#closed || this.waiting === 0)
  }
}
