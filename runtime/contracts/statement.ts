/**
 * One SQL statement as parts and values: `parts[0] value[0] parts[1] value[1] ... parts[n]`.
 *
 * There is always one part more than there are values. Whoever runs the statement puts the
 * placeholders of its own library between the parts; nobody ever parses SQL text back.
 */
export interface SqlStatement {
  readonly parts: readonly string[]
  readonly values: readonly SqlValue[]
}

/**
 * The parameter values that every data-access library passes on unharmed.
 *
 * Dates travel as ISO 8601 text with a cast in the statement; lists as JSON text.
 */
export type SqlValue = string | number | boolean | null | Uint8Array

/** What a statement answered. Column names are as the statement spelled them. */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows returned, or rows changed where the statement returns none. */
  readonly affected: number
}
