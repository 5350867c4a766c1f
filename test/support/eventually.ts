/**
 * Resolves with the first value of `look` that is neither undefined nor false; looks again every few
 * milliseconds. Rejects after `withinMs`, saying what was waited for and what was seen last.
 *
 * For what another process or a server does. What this process does has a signal to wait for.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, undefined | false | null>> {
  const deadline = performance.now() + withinMs
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
      throw new Error(`Not within ${withinMs} ms: ${what}. Seen last: ${String(last)}`, { cause: last })
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A promise that a callback resolves, and that a deadline rejects. */
export function signal<T = void>(what: string, withinMs = 10_000): { readonly fired: Promise<T>; fire(value: T): void } {
  let fire!: (value: T) => void
  const fired = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Not within ${withinMs} ms: ${what}`)), withinMs)
    fire = (value) => {
      clearTimeout(timer)
      resolve(value)
    }
  })
  fired.catch(() => undefined)
  return { fired, fire }
}
