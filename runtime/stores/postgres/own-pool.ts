import type { Pool, PoolClient } from 'pg'
import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { backoffMs } from '../../timing/backoff.ts'
import { classifyError, storeError } from './classify-error.ts'
import { pg } from './load-driver.ts'
import { ownConnection, type PostgresSettings } from './read-options.ts'
import { resultTypes } from './result-types.ts'
import { toQuery } from './sql.ts'

export type Row = Readonly<Record<string, unknown>>

export interface OwnPoolParts {
  readonly settings: PostgresSettings
  /** The store's description. */
  readonly where: string
  readonly applicationName: string
  readonly clock: Clock
  readonly log: Logger
  /** Every connection is told to refuse changes before it is used. */
  readonly readOnly: boolean
}

/** Runs statements in one transaction, in their order. */
export type Execute = (statement: SqlStatement) => Promise<readonly Row[]>

/** A server that says nothing for so long is taken for lost: a half-open connection says nothing for ever. */
const answerWithinMs = 30_000
const slowWithinMs = 24 * 3_600_000
/** Deadlocks and serialization failures pass; each try sees the rows anew. */
const tries = 6

/**
 * The store's small pool: settlement, claims and everything else that handlers must not hold up.
 *
 * Statements are autocommit and atomic each. A failure that was rolled back for certain is tried
 * again here; a lost connection is not, because only the caller knows what may be repeated.
 */
export class OwnPool {
  readonly #pool: Pool
  readonly #where: string
  readonly #clock: Clock
  readonly #running = new Set<Promise<unknown>>()
  #closed = false

  constructor({ settings, where, applicationName, clock, log, readOnly }: OwnPoolParts) {
    this.#where = where
    this.#clock = clock
    this.#pool = new pg.Pool({
      ...settings.connection,
      ...ownConnection(settings, applicationName),
      types: resultTypes,
      max: settings.connections,
      min: 0,
      idleTimeoutMillis: 10_000,
      query_timeout: answerWithinMs,
      ...(readOnly ? { verify: refuseChanges } : {}),
    })
    // Without a listener an idle connection that breaks would end the process.
    // The same holds for one that breaks at the moment when it is handed out.
    this.#pool.on('connect', (client) => void client.on('error', () => undefined))
    this.#pool.on('error', (error) => log.debug('an idle connection to the store was lost', { error: error.message }))
  }

  /** One statement. Rejects with a coded error. */
  async run(statement: SqlStatement): Promise<readonly Row[]> {
    const query = toQuery(statement)
    return await this.#begin(async () => (await this.#pool.query<Row>(query)).rows)
  }

  /** Like `run`, but a unique index that says no is an answer: `undefined`. */
  async runUnlessDuplicate(statement: SqlStatement): Promise<readonly Row[] | undefined> {
    const query = toQuery(statement)
    return await this.#begin(async () => {
      try {
        return (await this.#pool.query<Row>(query)).rows
      } catch (error) {
        if (classifyError(error) === 'duplicate') return undefined
        throw error
      }
    })
  }

  /**
   * Several statements, all or none. `work` may run more than once. With `slow`, each may take hours, as
   * an index over a large table does.
   */
  async transaction<T>(work: (execute: Execute) => Promise<T>, { slow = false }: { readonly slow?: boolean } = {}): Promise<T> {
    return await this.#begin(async () => {
      const client = await this.#pool.connect()
      let broken: Error | undefined
      const onError = (error: Error): void => {
        broken = error
      }
      client.on('error', onError)
      try {
        return await inTransaction(client, slow ? { query_timeout: slowWithinMs } : {}, work)
      } catch (error) {
        if (classifyError(error) === 'unreachable') broken ??= error as Error
        throw error
      } finally {
        client.removeListener('error', onError)
        client.release(broken)
      }
    })
  }

  /**
   * Lets what runs end, refuses what comes, and closes. A pool that is ended while somebody waits for
   * a connection leaves them waiting, so it is ended last.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.allSettled(this.#running)
    await this.#pool.end()
  }

  async #begin<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new JasperError('JASPER_STORE_CLOSED', `${this.#where} was closed.`)
    const running = this.#trying(work)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #trying<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await work()
      } catch (error) {
        if (classifyError(error) !== 'transient' || failures === tries || this.#closed) throw storeError(error, this.#where)
        await this.#clock.sleep(backoffMs(failures, { firstMs: 5, longestMs: 200 }, Math.random()))
      }
    }
  }
}

/** A statement, not a startup option: an address may have options of its own, which pg prefers to ours. */
function refuseChanges(client: PoolClient, done: (error?: Error) => void): void {
  client.query('set default_transaction_read_only = on').then(() => done(), done)
}

async function inTransaction<T>(
  client: PoolClient,
  options: { readonly query_timeout?: number },
  work: (execute: Execute) => Promise<T>,
): Promise<T> {
  await client.query('begin')
  try {
    const result = await work(async (statement) => (await client.query<Row>({ ...toQuery(statement), ...options })).rows)
    await client.query('commit')
    return result
  } catch (error) {
    // A rollback that fails says nothing new; the client is destroyed or clean.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
