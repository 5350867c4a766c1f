/**
 * So many bytes of frames may be on their way into this process at one time, from all peers together.
 * Who finds no room waits, and does not read from its socket meanwhile.
 */
export class MemoryBudget {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(bytes: number) {
    this.#free = bytes
  }

  take(bytes: number): boolean {
    if (bytes > this.#free) return false
    this.#free -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#free += bytes
    // Each asks again, in the order in which they came.
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const told of waiting) told()
  }

  /** Calls `told` once, when there may be room again. */
  wait(told: () => void): void {
    this.#waiting.add(told)
  }

  forget(told: () => void): void {
    this.#waiting.delete(told)
  }
}
