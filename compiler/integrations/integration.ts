/** The compile half of an integration: data only. */
export interface Integration {
  /** The library, and its member in `createApp({ data })`. */
  readonly name: string
  /** Where the runtime half is imported from, and its name there. */
  readonly adapter: { readonly from: string; readonly name: string }
  /** Types of parameters that receive the transaction, as `package#symbol`; a subtype matches too. */
  readonly provides: readonly string[]
  /**
   * Types that stand for a connection outside any transaction: asking for one in a handler is a diagnostic, but for handles in
   * one that is `nonTransactional()`.
   */
  readonly roots: readonly string[]
  /** Those of them that the app's own handle has: what `data` in the options of `createApp` takes. All of them when unsaid. */
  readonly handles?: readonly string[]
  /** Stores whose database the library can share. */
  readonly stores: readonly ('postgres' | 'sqlserver')[]
}
