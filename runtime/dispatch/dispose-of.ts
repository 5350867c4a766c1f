interface Disposables {
  readonly [Symbol.asyncDispose]?: unknown
  readonly [Symbol.dispose]?: unknown
}

/** Calls `Symbol.asyncDispose`, else `Symbol.dispose`, of a value that has one. */
export async function disposeOf(value: unknown): Promise<void> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = value as Disposables
  if (typeof later === 'function') await later.call(value)
  else if (typeof now === 'function') now.call(value)
}
