import type { ClientBase, Pool, PoolClient } from 'pg'
import type { SqlResult, SqlStatement } from '../contracts/statement.ts'
import type { LastStatement, TransactionAdapter, TransactionOptions } from '../contracts/transaction-adapter.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { canBatch, commitWith } from './pg/commit-batch.ts'
import { isSqlState, sqlStateOf } from './pg/sql-state.ts'
import { openTransaction, type OpenTransaction } from './pg/open-transaction.ts'

declare module '../contracts/transaction-adapter.ts' {
  interface TransactionTypes<Root> {
    readonly pg: Root extends Pool ? PoolClient : never
  }
  interface CallersTransactionTypes {
    readonly pg: ClientBase
  }
}

const handles = new WeakMap<object, OpenTransaction>()

/** What is to be sent together with COMMIT. */
const lastStatements = new WeakMap<OpenTransaction, LastStatement>()

/** Pools behind a proxy that gives each transaction another session: what is prepared in one is not there in the next. */
const unprepared = new WeakSet<Pool>()

/** What `run` rejected with because of its own connection. */
const losses = new WeakSet<object>()

/** The database itself ended a connection whose transaction did nothing for too long: that is the handler's doing. */
const idled = new Set(['25P03', '25P04'])

/**
 * Transactions of node-postgres. Handlers that ask for a `PoolClient` or `ClientBase` receive the
 * client of the transaction; the app's handle, `data: { pg }`, is a `Pool`.
 *
 * The handle is the client in all but three things. `release`, `end` and `connect` throw, because
 * the runtime gives the connection back. Listeners that were added through it are removed when the
 * transaction ends. And every statement must be awaited before the handler returns: one that is
 * still running then fails the transaction with `JASPER_STATEMENT_NOT_AWAITED`.
 */
export const pgTransactions: TransactionAdapter<Pool, PoolClient> = {
  name: 'pg',
  dialect: 'postgres',
  run,
  execute,
  executeWithCommit,
  isTransaction: (value): value is PoolClient =>
    typeof value === 'object' && value !== null && handles.get(value)?.isOpen() === true,
  isRoot,
  callers: { isHandle: isClient, execute: executeForCaller },
  classify(error) {
    if (isLost(error)) return 'connection-lost'
    const state = sqlStateOf(error)
    if (state === '23505') return 'duplicate'
    return state === '40001' || state === '40P01' ? 'retryable' : 'other'
  },
}

async function run<T>(root: Pool, work: (tx: PoolClient) => Promise<T>, options?: TransactionOptions): Promise<T> {
  const begin = beginStatement(options)
  const transaction = await checkOut(root).catch((error: unknown) => {
    noteLoss(error)
    throw error
  })
  const { client } = transaction
  /** What the client is released with: a reason to destroy it, or nothing when it is clean. */
  let unfit: Error | undefined
  try {
    await client.query(begin)
    transaction.begun()
    handles.set(transaction.handle, transaction)
    let result: T
    try {
      result = await work(transaction.handle)
      transaction.assertSettled()
    } finally {
      transaction.end()
    }
    await commit(root, transaction)
    return result
  } catch (error) {
    unfit = await rollback(client, transaction, error)
    if (isOwnLoss(transaction, error, unfit)) noteLoss(error)
    throw error
  } finally {
    handles.delete(transaction.handle)
    transaction.dispose()
    client.release(unfit)
  }
}

function noteLoss(error: unknown): void {
  if (typeof error === 'object' && error !== null) losses.add(error)
}

function isLost(error: unknown): boolean {
  return typeof error === 'object' && error !== null && losses.has(error)
}

/** Whether the connection broke, or the backend said that it ends (57P01 and its like), whatever the handler made of the error. */
function isOwnLoss(transaction: OpenTransaction, error: unknown, unfit: Error | undefined): boolean {
  const state = sqlStateOf(error)
  const lost = transaction.connectionLost() ?? (JasperError.is(error, 'JASPER_COMMIT_UNKNOWN') ? error : undefined)
  if (lost === undefined) return unfit !== undefined && state !== undefined && /^(08|57P)/.test(state)
  return !idled.has(sqlStateOf(lost) ?? state ?? '')
}

/**
 * Takes a client from the pool and listens to it at once.
 *
 * Before an `await` goes on, the rest of what has arrived from the server is read. An error may be
 * among it, as when a session is ended the moment after it began, and an error on a client without
 * a listener ends the process.
 */
function checkOut(root: Pool): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    const take = (client: PoolClient | undefined): void => void (client !== undefined && resolve(openTransaction(client)))
    const answer: unknown = root.connect((error, client) => (error === undefined || error === null ? take(client) : reject(error)))
    // A pool that wraps another may know promises alone.
    if (answer instanceof Promise) answer.then(take, reject)
  })
}

function beginStatement(options: TransactionOptions | undefined): string {
  switch (options?.isolation) {
    case undefined:
      return 'begin'
    case 'read committed':
      return 'begin isolation level read committed'
    case 'repeatable read':
      return 'begin isolation level repeatable read'
    case 'serializable':
      return 'begin isolation level serializable'
    default:
      throw new JasperError(
        'JASPER_BAD_OPTION',
        `PostgreSQL has no isolation level '${options?.isolation}'. Say 'read committed', 'repeatable read' or 'serializable'.`,
      )
  }
}

async function commit(root: Pool, transaction: OpenTransaction): Promise<void> {
  const { client } = transaction
  const lost = transaction.connectionLost()
  if (lost !== undefined) {
    throw new JasperError(
      'JASPER_TRANSACTION_ABORTED',
      'The connection was lost before COMMIT was sent; nothing of the transaction was kept.',
      { cause: lost },
    )
  }
  const last = lastStatements.get(transaction)
  let command: string
  try {
    command =
      last === undefined
        ? (await client.query('commit')).command
        : await commitWith(client, placeholders(last.statement.parts), last.statement.values, { prepared: !unprepared.has(root) })
  } catch (error) {
    if (last !== undefined && isForgotten(error)) {
      // No fault of the handler's: its next attempt prepares nothing.
      unprepared.add(root)
      noteLoss(error)
      throw error
    }
    if (isSqlState(error) && error.code === '25P02') throw transaction.aborted(error)
    if (refused(error)) throw last?.explain(error) ?? error
    throw new JasperError(
      'JASPER_COMMIT_UNKNOWN',
      'The connection was lost before the database answered COMMIT: whether the transaction was kept is not known. ' +
        'Read the data again to find out.',
      { cause: error },
    )
  }
  if (command !== 'COMMIT') throw transaction.aborted()
}

/** The session does not know what was prepared, or knows it already: it is not the session that it was. */
function isForgotten(error: unknown): error is Error {
  return isSqlState(error) && (error.code === '26000' || error.code === '42P05')
}

/**
 * Whether COMMIT was answered with an error of its own, such as a deferred constraint or a
 * serialization failure: then the transaction is rolled back for certain. A backend that is ended
 * (08..., 57P..) may have committed just before.
 */
function refused(error: unknown): boolean {
  const state = isSqlState(error) ? error.code : undefined
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P')
}

/** Resolves with the reason why the client must be destroyed, if there is one. */
async function rollback(client: PoolClient, transaction: OpenTransaction, reason: unknown): Promise<Error | undefined> {
  const broken = transaction.connectionLost() ?? transaction.unfinishedCursor()
  if (broken !== undefined) return broken
  if (JasperError.is(reason, 'JASPER_COMMIT_UNKNOWN')) return reason
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function execute(tx: PoolClient, statement: SqlStatement): Promise<SqlResult> {
  const transaction = openTransactionOf(tx)
  try {
    return await query(transaction.client, statement)
  } catch (error) {
    if (isSqlState(error) && error.code === '25P02') throw transaction.aborted(error)
    throw error
  }
}

function executeWithCommit(tx: PoolClient, last: LastStatement): boolean {
  const transaction = openTransactionOf(tx)
  if (!canBatch(transaction.client)) return false
  lastStatements.set(transaction, last)
  return true
}

/** Throws where there is none, and where the handler has left a statement running. */
function openTransactionOf(tx: PoolClient): OpenTransaction {
  const transaction = typeof tx === 'object' && tx !== null ? handles.get(tx) : undefined
  if (transaction === undefined || !transaction.isOpen()) {
    throw new JasperError(
      'JASPER_NOT_A_TRANSACTION',
      'The value is not an open pg transaction of this runtime. Pass on the very client that the handler, or ' +
        'the callback of outbox.transaction, was given, while it runs.',
    )
  }
  transaction.assertSettled()
  return transaction
}

/** The handle of a transaction of ours will do as well: then the statement is one of its handler's. */
async function executeForCaller(tx: ClientBase, statement: SqlStatement): Promise<SqlResult> {
  try {
    return await query(tx, statement)
  } catch (error) {
    if (!isSqlState(error) || error.code !== '25P02') throw error
    throw new JasperError(
      'JASPER_TRANSACTION_ABORTED',
      'A statement of this transaction had failed, so nothing more can be written in it. Roll it back, or run what may fail under a savepoint.',
      { cause: error },
    )
  }
}

async function query(client: ClientBase, statement: SqlStatement): Promise<SqlResult> {
  const text = placeholders(statement.parts)
  const { rows, rowCount } = await client.query<Record<string, unknown>>({ text, values: [...statement.values] })
  return { rows, affected: rowCount ?? 0 }
}

function placeholders(parts: readonly string[]): string {
  let text = parts[0] ?? ''
  for (let i = 1; i < parts.length; i++) text += `$${i}${parts[i]}`
  return text
}

/** By shape, so that another copy of pg, or a pool that wraps one, serves as well. */
function isRoot(value: unknown): value is Pool {
  try {
    type Member = 'connect' | 'query' | 'end' | 'totalCount' | 'release'
    const pool = value as Partial<Record<Member, unknown>> | null
    return (
      typeof pool === 'object' &&
      pool !== null &&
      typeof pool.connect === 'function' &&
      typeof pool.query === 'function' &&
      typeof pool.end === 'function' &&
      typeof pool.totalCount === 'number' &&
      pool.release === undefined
    )
  } catch {
    return false
  }
}

/** A pool has no connection of its own, and so no `escapeLiteral`. */
function isClient(value: unknown): value is PoolClient {
  try {
    const client = value as Partial<Record<'query' | 'escapeLiteral' | 'escapeIdentifier', unknown>> | null
    return (
      typeof client === 'object' &&
      client !== null &&
      typeof client.query === 'function' &&
      typeof client.escapeLiteral === 'function' &&
      typeof client.escapeIdentifier === 'function'
    )
  } catch {
    // Among others the revoked handle of a transaction that has ended.
    return false
  }
}
