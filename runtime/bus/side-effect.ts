/**
 * Work that a handler returns instead of doing it: `execute` is called after the handler, in its
 * transaction and before the messages that it returned are written. Its parameters are found like
 * those of a handler, so it may ask for the transaction, services, and all else that is known.
 *
 * A class need not say that it implements this: what has a method `execute` is a side effect. What
 * `execute` returns is awaited, and otherwise of no account.
 */
export interface SideEffect {
  execute(...needs: never[]): unknown
}

/** Whether a returned value is a side effect, and not a message. Asked by generated code. */
export function isSideEffect(value: unknown): value is SideEffect {
  return typeof value === 'object' && value !== null && 'execute' in value && typeof value.execute === 'function'
}
