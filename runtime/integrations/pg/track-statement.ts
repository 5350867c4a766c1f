import type { PoolClient } from 'pg'

/** What the handler has running on its client. */
export interface StatementLog {
  /** Statements whose caller has not been answered yet, cursors among them. */
  running: number
  /** Cursors and streams that have not ended: what is sent behind one waits for ever. */
  cursors: number
  /** The first error that a statement was answered with. */
  firstFailure: unknown
}

type Callback = (error: unknown, ...rest: unknown[]) => unknown
type Query = (...args: unknown[]) => unknown

/** Passes `query(...args)` on to the client, in any of its forms, and notes when its caller has been answered. */
export function trackStatement(client: PoolClient, log: StatementLog, args: readonly unknown[]): unknown {
  const query: Query = (...passed) => (client.query as Query).apply(client, passed)
  const [config, ...rest] = args
  if (isSubmittable(config)) {
    noteEnd(config, log)
    return query(config, ...rest)
  }
  const answered = begin(log)
  const at = args.findIndex((arg) => typeof arg === 'function')
  try {
    if (at >= 0) return query(...args.with(at, around(args[at] as Callback, answered)))
    if (hasCallback(config)) return query({ ...config, callback: around(config.callback, answered) }, ...rest)
    const result = query(...args) as Promise<unknown>
    // Registered before the caller can await it, so the count is right when the caller goes on.
    result.then(() => answered(undefined), answered)
    return result
  } catch (error) {
    answered(error)
    throw error
  }
}

function begin(log: StatementLog): (error: unknown) => void {
  let open = true
  log.running++
  return (error) => {
    if (!open) return
    open = false
    log.running--
    if (error !== undefined && error !== null) log.firstFailure ??= error
  }
}

function around(callback: Callback, answered: (error: unknown) => void): Callback {
  return function (this: unknown, error, ...rest) {
    answered(error)
    return callback.call(this, error, ...rest)
  }
}

/**
 * pg tells a submittable (cursor, stream, Query object) of its end by calling these two methods, and
 * there is no event that all of them share.
 */
interface Submittable {
  submit: unknown
  handleReadyForQuery?: Query
  handleError?: Query
}

function noteEnd(submittable: Submittable, log: StatementLog): void {
  const answered = begin(log)
  log.cursors++
  let open = true
  const ended = (error: unknown) => {
    if (open) log.cursors--
    open = false
    answered(error)
  }
  const { handleReadyForQuery, handleError } = submittable
  submittable.handleReadyForQuery = function (...args) {
    ended(undefined)
    return handleReadyForQuery?.apply(this, args)
  }
  submittable.handleError = function (...args) {
    ended(args[0])
    return handleError?.apply(this, args)
  }
}

function isSubmittable(value: unknown): value is Submittable {
  return typeof value === 'object' && value !== null && typeof (value as Submittable).submit === 'function'
}

function hasCallback(config: unknown): config is { callback: Callback } {
  return (
    typeof config === 'object' && config !== null && typeof (config as { callback?: unknown }).callback === 'function'
  )
}
