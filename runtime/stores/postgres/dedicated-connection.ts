import type { Client, Notification } from 'pg'
import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { backoffMs } from '../../timing/backoff.ts'
import { classifyError, storeError } from './classify-error.ts'
import { pg } from './load-driver.ts'
import { ownConnection, type PostgresSettings } from './read-options.ts'
import { resultTypes } from './result-types.ts'
import type { Execute, Row } from './own-pool.ts'
import { toQuery } from './sql.ts'

/** A beat that is answered later than this is as good as lost. */
const answerWithinMs = 10_000

export interface DedicatedConnectionParts {
  readonly settings: PostgresSettings
  readonly where: string
  readonly applicationName: string
  readonly clock: Clock
  readonly log: Logger
  /** Takes again on a new session what the last one held. A failure ends the new session too. */
  readonly restore: (execute: Execute) => Promise<void>
  /** There is a new session in place of one that was lost. */
  readonly restored: () => void
  readonly notified: (notification: Notification) => void
}

/**
 * The one connection that stays: it holds the nodes' session locks, listens, and carries the beats.
 *
 * Opened by the first statement. From then on, when it is lost, it comes back by itself, with backoff,
 * until `close`. Statements wait for each other; one that finds the connection lost tries once to
 * open it and rejects with `JASPER_STORE_UNREACHABLE` if that fails.
 */
export class DedicatedConnection {
  readonly #parts: DedicatedConnectionParts
  #client: Client | undefined
  #lives = 0
  #failures = 0
  #closed = false
  #retrying = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: DedicatedConnectionParts) {
    this.#parts = parts
  }

  /** Changes with each new session. */
  get life(): number {
    return this.#lives
  }

  /** The server process of this session, which marks its own notifications. */
  get processId(): number | undefined {
    return (this.#client as { processID?: number } | undefined)?.processID
  }

  run(statement: SqlStatement): Promise<readonly Row[]> {
    return this.#inTurn(async () => await this.#execute(await this.#connected(), statement))
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
  }

  /** pg deprecates a second query while one is running. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #execute(client: Client, statement: SqlStatement): Promise<readonly Row[]> {
    const timer = this.#parts.clock.timer(answerWithinMs, () => client.connection.stream.destroy())
    try {
      return (await client.query<Row>(toQuery(statement))).rows
    } catch (error) {
      if (classifyError(error) === 'unreachable') this.#lost(client, error)
      throw storeError(error, this.#parts.where)
    } finally {
      timer.cancel()
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    const { settings, where, applicationName, notified, restore, restored } = this.#parts
    if (this.#closed) throw new JasperError('JASPER_STORE_CLOSED', `${where} was closed.`)
    const Driver = (settings.connection.Client ?? pg.Client) as new (options: object) => Client
    const client = new Driver({ ...ownConnection(settings, applicationName), types: resultTypes })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, undefined))
    client.on('notification', (notification) => notified(notification))
    try {
      await client.connect()
      await restore((statement) => this.#execute(client, statement))
    } catch (error) {
      client.end().catch(() => undefined)
      if (this.#lives > 0) this.#retryLater()
      throw storeError(error, where)
    }
    if (this.#closed) {
      await client.end()
      throw new JasperError('JASPER_STORE_CLOSED', `${where} was closed.`)
    }
    this.#client = client
    this.#failures = 0
    if (++this.#lives > 1) restored()
    return client
  }

  #lost(client: Client, error: unknown): void {
    if (this.#client !== client) return
    this.#client = undefined
    client.end().catch(() => undefined)
    if (this.#closed) return
    this.#parts.log.info('the connection to the store was lost; connecting again', {
      error: error instanceof Error ? error.message : 'ended by the server',
    })
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#retrying || this.#closed) return
    this.#retrying = true
    const delay = backoffMs(++this.#failures, { firstMs: 50, longestMs: 2_000 }, Math.random())
    this.#parts.clock.timer(delay, () => {
      this.#retrying = false
      // Its failure sets the next timer.
      void this.#inTurn(() => this.#connected()).catch(() => undefined)
    })
  }
}
