/** What all deadlines of tests are multiplied by: machines that run CI stall for seconds. It costs time only where a test fails. */
export const patience = process.env['CI'] ? 3 : 1

/**
 * Resolves with the first value of `look` that is neither undefined nor false; looks again every few
 * milliseconds. Rejects after `withinMs` times {@link patience}, saying what was waited for and what was seen last.
 *
 * For what another process or a server does. What this process does has a signal to wait for.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, undefined | false | null>> {
  const deadline = performance.now() + withinMs * patience
  let last: unknown
  for (;;) {
    try {
      const value = await look()
      if (value !== undefined && value !== false && value !== null) return value as Exclude<T, undefined | false | null>
      last = value
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) {
      throw new Error(`Not within ${withinMs * patience} ms: ${what}. Seen last: ${String(last)}`, { cause: last })
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A promise that a callback resolves, and that a deadline rejects. */
export function signal<T = void>(what: string, withinMs = 10_000): { readonly fired: Promise<T>; fire(value: T): void } {
  let fire!: (value: T) => void
  const fired = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Not within ${withinMs * patience} ms: ${what}`)), withinMs * patience)
    fire = (value) => {
      clearTimeout(timer)
      resolve(value)
    }
  })
  fired.catch(() => undefined)
  return { fired, fire }
}
