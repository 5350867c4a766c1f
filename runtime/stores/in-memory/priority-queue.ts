interface Ranked<Entry> {
  readonly entry: Entry
  readonly rank: number
  readonly then: number
}

/** A heap: the entry of the lowest rank first, in logarithmic time. Equal ranks go by `then`. */
export class PriorityQueue<Entry> {
  readonly #entries: Ranked<Entry>[] = []

  add(entry: Entry, rank: number, then = 0): void {
    const entries = this.#entries
    let at = entries.length
    const added = { entry, rank, then }
    entries.push(added)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(added, entries[parent]!)) break
      entries[at] = entries[parent]!
      at = parent
    }
    entries[at] = added
  }

  first(): Entry | undefined {
    return this.#entries[0]?.entry
  }

  removeFirst(): void {
    const entries = this.#entries
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= entries.length) break
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child += 1
      if (!isBefore(entries[child]!, last)) break
      entries[at] = entries[child]!
      at = child
    }
    entries[at] = last
  }
}

function isBefore(left: Ranked<unknown>, right: Ranked<unknown>): boolean {
  return left.rank < right.rank || (left.rank === right.rank && left.then < right.then)
}
