/** An error that PostgreSQL answered with, as pg presents it. */
export interface SqlStateError {
  readonly code: string
  readonly severity: string
}

/**
 * Whether `error` came from the server. Asks for `severity` too: the code of a broken socket,
 * `EPIPE`, has the five capitals of an SQLSTATE.
 */
export function isSqlState(error: unknown): error is SqlStateError {
  if (typeof error !== 'object' || error === null) return false
  const { code, severity } = error as Partial<SqlStateError>
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && typeof severity === 'string'
}

/** The SQLSTATE of an error, or of what caused it: handlers wrap errors. Never throws, whatever was thrown. */
export function sqlStateOf(error: unknown): string | undefined {
  let at: unknown = error
  try {
    for (let depth = 0; depth < 8; depth++) {
      if (isSqlState(at)) return at.code
      if (typeof at !== 'object' || at === null) return undefined
      at = (at as { readonly cause?: unknown }).cause
    }
  } catch {
    // A getter or a revoked proxy; whatever it is, it is no error of the database.
  }
  return undefined
}
