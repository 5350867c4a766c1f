/** One kind of problem: what `jasper-gen explain JGnnnn` prints, and what its diagnostics are made of. */
export interface CatalogEntry {
  readonly severity: 'error' | 'warning'
  /** One sentence, with `{slots}` for what differs. */
  readonly sentence: string
  /** Why it is a problem, in a few sentences. */
  readonly explanation: string
  /** How to mend it, one sentence, with `{slots}` as above. */
  readonly help: string
}

/** The names of the `{slots}` in a text. Braces around more than one word are text: `{ orderId: string }`. */
export type SlotsOf<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? (Slot extends `${string} ${string}` ? never : Slot) | SlotsOf<Rest>
  : never
