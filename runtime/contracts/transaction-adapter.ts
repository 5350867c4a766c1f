import type { SqlResult, SqlStatement } from './statement.ts'

/** The SQL that an adapter's transactions, or a store's statements, are written in. */
export type SqlDialect = 'postgres' | 'sqlserver'

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable' | 'snapshot'

export interface TransactionOptions {
  /** The library's default when unsaid. */
  readonly isolation?: IsolationLevel
}

/**
 * What the app's handle of a library becomes in a transaction. Each integration adds a member that is
 * `never` for the handles of others, so that `outbox.transaction` types its `tx` by the handle alone:
 *
 * ```ts
 * interface TransactionTypes<Root> { readonly kysely: Root extends Kysely<infer DB> ? Transaction<DB> : never }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- filled by declaration merging
export interface TransactionTypes<Root> {}

/** The handles on which a caller may have begun a transaction of its own, one member for each integration. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface CallersTransactionTypes {}

/** The transaction of the handle `Root`; `never` where no integration in the program knows it. */
export type TransactionOf<Root> = TransactionTypes<Root>[keyof TransactionTypes<Root>]

/** What `outbox.within` takes. */
export type CallersTransaction = CallersTransactionTypes[keyof CallersTransactionTypes]

/** Transactions that a caller began on a handle of a library and will end. */
export interface CallersTransactions<Tx> {
  /** Whether `value` is such a handle, whether or not a transaction is open on it; one of ours that has ended is none. Never throws. */
  isHandle(value: unknown): value is Tx
  /**
   * Runs our statement on the connection of the handle. Rejects with `JASPER_TRANSACTION_ABORTED` when a
   * statement of the caller's transaction has failed.
   */
  execute(tx: Tx, statement: SqlStatement): Promise<SqlResult>
}

/** An adapter of any library. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: its type guards fix both parameters
export type AnyTransactionAdapter = TransactionAdapter<any, any>

/** A statement behind which COMMIT follows unseen: what must not be committed has to fail in the database. */
export interface LastStatement {
  readonly statement: SqlStatement
  /** The error that its caller should see in place of the database's. */
  explain(error: unknown): unknown
}

/**
 * The runtime half of an integration: how one data-access library runs a transaction, and how a
 * statement of ours joins it. One shape for all libraries.
 *
 * `Root` is what the application holds (a pool, a data source); `Tx` is what a handler asks for.
 */
export interface TransactionAdapter<Root, Tx> {
  /** The name of the library and of its member in `createApp({ data })`, such as `pg`. */
  readonly name: string
  readonly dialect: SqlDialect
  /**
   * Opens a transaction on `root` and runs `work` in it.
   *
   * Commits when `work` resolves, and resolves with its value only after the database said that it
   * committed. Rolls back when `work` rejects, then rejects with the same error. Does not retry.
   * Rejects with `JASPER_TRANSACTION_ABORTED` when the database rolled back instead of committing,
   * and with `JASPER_COMMIT_UNKNOWN` when the connection was lost before COMMIT was answered.
   * The handle given to `work` is revoked when `work` ends: using it later throws
   * `JASPER_TRANSACTION_ENDED`.
   */
  run<T>(root: Root, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Runs our statement on the very connection of `tx`.
   *
   * Rejects with `JASPER_NOT_A_TRANSACTION` when `tx` is not, or is no longer, an open transaction.
   */
  execute(tx: Tx, statement: SqlStatement): Promise<SqlResult>
  /**
   * Notes our last statement, which `run` sends together with COMMIT when `work` has resolved, in one
   * round trip. When the statement fails, nothing is committed and `run` rejects with what
   * `last.explain` makes of the error. `false`: this transaction cannot; use `execute`.
   */
  executeWithCommit?(tx: Tx, last: LastStatement): boolean
  /** Whether `value` is an open transaction of this library. Never throws. */
  isTransaction(value: unknown): value is Tx
  /** Whether `value` is what `run` takes as root. Never throws. */
  isRoot(value: unknown): value is Root
  /** For `outbox.within`. */
  readonly callers: CallersTransactions<Tx>
  /** Unit-of-work libraries write their pending changes here. Absent: writes are immediate. */
  flush?(tx: Tx): Promise<void>
  /**
   * What kind of failure an error is, wherever the library hides its code. Never throws.
   *
   * `connection-lost` only for what `run` rejected with because the connection of its own transaction
   * was lost, or none was to be had: an error of the handler that merely looks alike is `other`.
   */
  classify(error: unknown): 'duplicate' | 'retryable' | 'connection-lost' | 'other'
}
