/**
 * Gathers what is submitted while a batch is under way, and does it all in the next one: a single
 * item goes at once, and under load the number of round trips falls as the batches grow.
 *
 * One batch at a time, so items are done in the order of their submission.
 */
export class Batches<Item, Outcome> {
  readonly #limit: number
  readonly #perform: (items: readonly Item[]) => Promise<readonly Outcome[]>
  readonly #waiting: Entry<Item, Outcome>[] = []
  #busy = false
  readonly #idle: (() => void)[] = []

  /** `perform` resolves with one outcome an item, in their order. */
  constructor(limit: number, perform: (items: readonly Item[]) => Promise<readonly Outcome[]>) {
    this.#limit = limit
    this.#perform = perform
  }

  /** Resolves with the item's outcome, or rejects as its batch did, or alone where only it failed. */
  submit(item: Item): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#busy) {
        this.#busy = true
        queueMicrotask(() => void this.#drain())
      }
    })
  }

  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limit)
      try {
        await this.#settle(batch)
      } catch (error) {
        if (batch.length === 1) batch[0]!.reject(error)
        else await this.#oneByOne(batch)
      }
    }
    this.#busy = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** One bad item must not take the others with it. */
  async #oneByOne(batch: readonly Entry<Item, Outcome>[]): Promise<void> {
    for (const entry of batch) {
      try {
        await this.#settle([entry])
      } catch (error) {
        entry.reject(error)
      }
    }
  }

  async #settle(batch: readonly Entry<Item, Outcome>[]): Promise<void> {
    const outcomes = await this.#perform(batch.map((entry) => entry.item))
    batch.forEach((entry, index) => entry.resolve(outcomes[index]!))
  }
}

interface Entry<Item, Outcome> {
  readonly item: Item
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}
