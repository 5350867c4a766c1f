/** Where something stands in the user's source. Carried by every later value. */
export interface SourceSpan {
  /** Relative to the project's folder, with forward slashes. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** Length of the marked text, at least 1, within one line. */
  readonly length: number
}
