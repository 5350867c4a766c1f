/** What the generated index says about the messages of an app: wire name to payload and reply. */
export interface MessageMap {
  readonly [name: string]: MessageEntry
}

export interface MessageEntry {
  readonly message: unknown
  /**
   * What `invoke` and `request` resolve with; `undefined` when no handler returns anything, `never` where separate handlers have the
   * message each for themselves: nobody can wait for one reply.
   */
  readonly reply: unknown
}

/**
 * The messages of the app in this TypeScript program, added by the generated index
 * (`declare module 'jasper-runtime'`). The default of every `M` below.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RegisteredMessages {}

/** The wire names of `M`. */
export type MessageName<M> = keyof M & string

/** The payload of the message `N`. */
export type MessageOf<M, N extends MessageName<M>> = M[N] extends { readonly message: infer Message } ? Message : never

/** The wire names of `M` whose messages have one reply to wait for: not those that separate handlers have each for themselves. */
export type InvokableName<M> = MessageName<M> & { [N in MessageName<M>]: [ReplyOf<M, N>] extends [never] ? never : N }[MessageName<M>]

/** What `invoke` and `request` of the message `N` resolve with. */
export type ReplyOf<M, N extends MessageName<M>> = M[N] extends { readonly reply: infer Reply } ? Reply : never
