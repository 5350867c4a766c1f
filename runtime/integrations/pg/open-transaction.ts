import type { PoolClient } from 'pg'
import { JasperError } from '../../errors/jasper-error.ts'
import { trackStatement, type StatementLog } from './track-statement.ts'
import { watchConnection } from './watch-connection.ts'

/** One transaction on one client: the handle that handlers get, and what became of it. */
export interface OpenTransaction {
  /** The client itself, for statements of ours. */
  readonly client: PoolClient
  /** What `work` is given. Revoked by `end`. */
  readonly handle: PoolClient
  /** BEGIN was answered. From here on an answer that no transaction is open means that someone ended it. */
  begun(): void
  isOpen(): boolean
  /** Throws when the handler ended the transaction itself, or left a statement running. */
  assertSettled(): void
  /** The error for a transaction that the database will not commit, with the statement that failed as its cause. */
  aborted(fallback?: unknown): JasperError
  connectionLost(): Error | undefined
  /** A cursor or stream that was not read to its end and not closed: nothing can be sent behind it. */
  unfinishedCursor(): Error | undefined
  /** Revokes the handle. */
  end(): void
  /** Takes off all listeners, the handler's too. */
  dispose(): void
}

const ownedByRuntime = new Set<PropertyKey>(['release', 'end', 'connect'])
const addsListener = new Set<PropertyKey>(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'])

type AnyFunction = (...args: unknown[]) => unknown

export function openTransaction(client: PoolClient): OpenTransaction {
  const watch = watchConnection(client)
  const log: StatementLog = { running: 0, cursors: 0, firstFailure: undefined }
  const listeners: { event: string; listener: (...args: unknown[]) => void }[] = []
  const methods = new Map<PropertyKey, { source: AnyFunction; bound: AnyFunction }>()
  let state: 'opening' | 'open' | 'ended' = 'opening'

  const why = () => (state === 'ended' ? endedError() : watch.endedByHand() ? endedByHandError() : undefined)

  const assertUsable = () => {
    const error = why()
    if (error !== undefined) throw error
  }

  /** A late `tx.query(...).catch(log)` must reach its catch, so the promise form rejects instead of throwing. */
  const query = (...args: unknown[]): unknown => {
    const error = why()
    if (error === undefined) return trackStatement(client, log, args)
    const [first] = args
    const takesPromise = !args.some((arg) => typeof arg === 'function') && !isSubmittable(first)
    if (takesPromise) return Promise.reject(error)
    throw error
  }

  const bind = (name: PropertyKey, source: AnyFunction): AnyFunction => {
    const known = methods.get(name)
    if (known?.source === source) return known.bound
    const bound: AnyFunction = (...args) => {
      assertUsable()
      if (ownedByRuntime.has(name)) throw ownedError(String(name))
      const result = source.apply(client, args)
      if (addsListener.has(name)) {
        listeners.push({ event: args[0] as string, listener: args[1] as (...args: unknown[]) => void })
      }
      return result === client ? handle : result
    }
    methods.set(name, { source, bound })
    return bound
  }

  const handle: PoolClient = new Proxy(client, {
    get(target, name) {
      if (name === 'query') return query
      if (state === 'ended') throw endedError()
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' && name !== 'constructor' ? bind(name, value as AnyFunction) : value
    },
    set(target, name, value) {
      assertUsable()
      return Reflect.set(target, name, value, target)
    },
    has(target, name) {
      if (state === 'ended') throw endedError()
      return Reflect.has(target, name)
    },
  })

  return {
    client,
    handle,
    begun() {
      state = 'open'
      watch.begun()
    },
    isOpen: () => state === 'open',
    assertSettled() {
      assertUsable()
      if (log.running > 0) throw notAwaitedError(log.running)
    },
    aborted: (fallback) =>
      new JasperError(
        'JASPER_TRANSACTION_ABORTED',
        'A statement of this transaction had failed and its error was not passed on, so PostgreSQL rolled everything back. ' +
          'Let the error leave the handler, or run such a statement under a savepoint.',
        { cause: log.firstFailure ?? fallback },
      ),
    connectionLost: () => watch.lost(),
    unfinishedCursor: () => (log.cursors > 0 ? notAwaitedError(log.cursors) : undefined),
    end() {
      state = 'ended'
    },
    dispose() {
      watch.dispose()
      for (const { event, listener } of listeners) client.removeListener(event, listener)
    },
  }
}

function isSubmittable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { submit?: unknown }).submit === 'function'
}

const endedError = () =>
  new JasperError(
    'JASPER_TRANSACTION_ENDED',
    'This client belonged to a transaction that has ended. Await everything that uses it before the handler returns, ' +
      'and keep it in no variable that outlives the handler.',
  )

const endedByHandError = () =>
  new JasperError(
    'JASPER_TRANSACTION_ENDED',
    'COMMIT or ROLLBACK was sent on the client of a handler, which ended the transaction that the runtime had opened. ' +
      'Leave both to the runtime: it commits when the handler returns and rolls back when it throws. ' +
      'For a part that may fail, use a savepoint.',
  )

const notAwaitedError = (count: number) =>
  new JasperError(
    'JASPER_STATEMENT_NOT_AWAITED',
    `${count === 1 ? 'A statement was' : `${count} statements were`} still running when the handler returned. ` +
      'Await every query, and read cursors and streams to their end or close them.',
  )

const ownedError = (method: string) =>
  new JasperError(
    'JASPER_TRANSACTION_OWNED',
    `${method}() was called on the client of a handler. The runtime opened its transaction and gives the connection back ` +
      'when the handler has ended; remove the call.',
  )
