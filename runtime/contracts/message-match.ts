/** What rules for several messages know of each. */
export interface MessageFacts {
  /** Its wire name. */
  readonly name: string
  readonly version: number
  /** Whether a handler of this app takes it. */
  readonly handled: boolean
  /** What `@topic` above its type says. */
  readonly topic?: string | undefined
}

/**
 * Several messages at once. `namespace: 'orders'` means `orders.placed` and `orders.eu.placed`, and no other; `prefix`
 * means all whose wire names begin so; a function picks for itself, and is asked once for each message when the app is built.
 */
export type MessageMatch = { readonly namespace: string } | { readonly prefix: string } | ((message: MessageFacts) => boolean)

/** A message by its wire name, or several. */
export type MessageChoice = string | MessageMatch
