import { JasperError } from '../../errors/jasper-error.ts'

/**
 * What a driver error means for what was asked.
 *
 * - `unreachable`: the connection or the server is gone; the outcome is not known
 * - `transient`: rolled back for certain, and likely to pass when asked again
 * - `duplicate`: a unique index said no
 * - `fatal`: asking again changes nothing until somebody mends something
 */
export type ErrorClass = 'unreachable' | 'transient' | 'duplicate' | 'fatal'

const socketErrors = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH',
  'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EADDRNOTAVAIL', 'EMFILE',
])

/** pg tells of these by text alone. */
const brokenConnection =
  /^(Connection terminated|timeout e|Client (has encountered a connection error|was closed)|Query read timeout|Connection ended)/

export function classifyError(error: unknown): ErrorClass {
  const state = sqlStateOf(error)
  if (state !== undefined) return classifyState(state)
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && (socketErrors.has(code) || code.startsWith('ERR_SSL') || code === 'ERR_SOCKET_CLOSED')) {
    return 'unreachable'
  }
  return typeof message === 'string' && brokenConnection.test(message) ? 'unreachable' : 'fatal'
}

/** The SQLSTATE of an answer of the server. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

function classifyState(state: string): ErrorClass {
  if (state === '23505') return 'duplicate'
  // Serialization, deadlock, a lock that was not to be had in time.
  if (state === '40001' || state === '40P01' || state === '55P03') return 'transient'
  // Connection lost; too many connections; shutting down, crashed, starting up; ended by an administrator.
  // 57014 is a statement timeout that somebody has set; 25006 a standby that is about to be promoted.
  if (state.startsWith('08') || state === '53300' || state.startsWith('57P') || state === '57014' || state === '25006') {
    return 'unreachable'
  }
  return 'fatal'
}

/** The error for people. `where` is the store's description; nothing here repeats a connection string. */
export function storeError(error: unknown, where: string): JasperError {
  if (JasperError.is(error)) return error
  const state = sqlStateOf(error)
  const said = error instanceof Error && error.message !== '' ? error.message : String((error as { code?: unknown })?.code ?? error)
  if (classifyError(error) === 'unreachable' || classifyError(error) === 'transient') {
    return new JasperError('JASPER_STORE_UNREACHABLE', `${where} does not answer: ${said}.`, { cause: error })
  }
  if (state === '3F000' || state === '42P01' || state === '42703') {
    return new JasperError('JASPER_STORE_SCHEMA', `${where} lacks what this runtime needs: ${said}. ${mends.schema}`, { cause: error })
  }
  // What the values themselves are to blame for must never be waited for: the same values fail again.
  if (state !== undefined && /^(22|23|54)/.test(state)) {
    return new JasperError('JASPER_BAD_OPTION', `${where} cannot hold a message: ${said}.`, { cause: error })
  }
  const mend = mends[state ?? ''] ?? mends[state?.slice(0, 2) ?? ''] ?? ''
  return new JasperError('JASPER_STORE_REFUSED', `${where} refused: ${said}.${mend === '' ? '' : ` ${mend}`}`, { cause: error })
}

const mends: Readonly<Record<string, string>> = {
  schema: "Start once with migrate: 'auto', or run the text of schemaScript().",
  '28': 'Check the user and the password of the connection.',
  '3D000': 'Create the database, or name another in the connection.',
  '42501': "Grant the role the rights on the schema, or let an owner run schemaScript() and use migrate: 'check'.",
  '53100': 'The disk of the database server is full: make room.',
  '53': 'The database server is out of resources.',
}
