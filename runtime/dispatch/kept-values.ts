import { disposeOf } from './dispose-of.ts'

/** The values of one attempt that are disposed of when it ends, the last first. */
export class KeptValues {
  readonly #values: unknown[] = []

  get count(): number {
    return this.#values.length
  }

  keep(value: unknown): void {
    this.#values.push(value)
  }

  /**
   * Disposes of all but the first `spared`. One that fails does not keep the others; the first error is thrown
   * in the end.
   */
  async dispose(spared = 0): Promise<void> {
    let failure: { readonly error: unknown } | undefined
    while (this.#values.length > spared) {
      try {
        await disposeOf(this.#values.pop())
      } catch (error) {
        failure ??= { error }
      }
    }
    if (failure !== undefined) throw failure.error
  }
}
