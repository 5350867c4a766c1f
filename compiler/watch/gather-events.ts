/** How long the disk must be quiet before a rebuild, and how long a rebuild waits for that at most, in milliseconds. */
const quiet = 10
const longest = 50
/** When what was noticed is looked at again, in milliseconds: chokidar drops what happens to a file within 50 of its last event. */
const secondLook = 80

/** What came together. */
export interface Batch {
  /** Absolute, with forward slashes. */
  readonly paths: ReadonlySet<string>
  /** When the first of them came, by `performance.now()`. */
  readonly began: number
}

/**
 * Gathers the events of a burst: an editor writes a file in two or three steps, a checkout hundreds of files. A batch
 * is handled when the one before it is done; what comes meanwhile is the next one.
 */
export class EventGathering {
  readonly #handle: (batch: Batch) => Promise<void>
  #paths = new Set<string>()
  #began = 0
  #timer: NodeJS.Timeout | undefined
  readonly #looks = new Set<NodeJS.Timeout>()
  #working: Promise<void> | undefined

  constructor(handle: (batch: Batch) => Promise<void>) {
    this.#handle = handle
  }

  /** Something may have happened there. */
  add(path: string): void {
    this.#take(path)
    const look = setTimeout(() => {
      this.#looks.delete(look)
      this.#take(path)
    }, secondLook)
    this.#looks.add(look)
  }

  /** Forgets what has not begun, and waits for what has. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    for (const look of this.#looks) clearTimeout(look)
    this.#paths.clear()
    await this.#working
  }

  #take(path: string): void {
    if (this.#paths.size === 0) this.#began = performance.now()
    this.#paths.add(path)
    if (this.#working === undefined) this.#wait()
  }

  #wait(): void {
    clearTimeout(this.#timer)
    const waited = performance.now() - this.#began
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, Math.min(quiet, longest - waited)))
  }

  #flush(): void {
    const batch = { paths: this.#paths, began: this.#began }
    this.#paths = new Set()
    this.#working = this.#handle(batch).finally(() => {
      this.#working = undefined
      if (this.#paths.size > 0) this.#wait()
    })
  }
}
