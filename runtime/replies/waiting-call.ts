import { JasperError } from '../errors/jasper-error.ts'

/** A caller that waits: for a reply, for the end of its time, or until it gives up itself. */
export class WaitingCall {
  readonly messageName: string
  /** Wire names of the replies that it takes; `undefined`: any. */
  readonly expected: readonly string[] | undefined
  readonly promise: Promise<unknown>
  readonly #timeoutMs: number
  #resolve!: (value: unknown) => void
  #reject!: (error: unknown) => void
  #isOver = false

  constructor(messageName: string, expected: readonly string[] | undefined, timeoutMs: number) {
    this.messageName = messageName
    this.expected = expected
    this.#timeoutMs = timeoutMs
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(() => undefined)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(value: unknown): void {
    this.#isOver = true
    this.#resolve(value)
  }

  fail(error: unknown): void {
    this.#isOver = true
    this.#reject(error)
  }

  /** Its time is over. */
  expire(): void {
    this.fail(
      new JasperError(
        'JASPER_REQUEST_TIMEOUT',
        `No reply to ${this.messageName} came within ${this.#timeoutMs} ms. It may have been handled all the same: ask again only for what may happen twice.`,
      ),
    )
  }
}
