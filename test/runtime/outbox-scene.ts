import type { PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Routes } from '../../runtime/config/routes.ts'
import type { AnyTransactionAdapter } from '../../runtime/contracts/transaction-adapter.ts'
import type { App } from '../../runtime/host/app.ts'
import type { MessageMarkers } from '../../runtime/envelope/new-envelope.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { chainsOf, keptLog, registration, type Run } from './small-app.ts'

export type OutboxMessages = Record<string, { message: { readonly n: number }; reply: unknown }>

export interface StartOptions {
  readonly routes?: Routes
  readonly transactions?: readonly AnyTransactionAdapter[]
  readonly messages?: readonly string[]
  /** Of all messages. */
  readonly markers?: MessageMarkers
}

/** Apps over one database, for the tests of those who send from outside. Call it at the top of a test file. */
export function outboxScene() {
  let database: TemporaryDatabase
  const apps: App<OutboxMessages>[] = []
  beforeAll(async () => {
    database = await temporaryDatabase()
    await database.pool.query('create table effects (n int)')
  })
  afterAll(() => database.drop())
  beforeEach(() => database.pool.query('truncate effects'))
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()))
    await database.pool.query('drop schema if exists jasper cascade')
  })

  async function start(handlers: Record<string, (run: Run) => unknown>, options: StartOptions = {}) {
    const { routes, transactions = [pgTransactions], messages = [], markers = {} } = options
    const log = keptLog()
    const names = [...Object.keys(handlers), ...messages]
    const app = buildApp<OutboxMessages>(
      { chains: chainsOf(handlers), messages: names.map((name) => ({ ...registration(name), ...markers })), routes },
      { name: 'small', store: postgres({ connectionString: database.url }), log, transactions },
    )
    apps.push(app)
    await app.start()
    return { app, log }
  }

  return {
    get database() {
      return database
    },
    start,

    /** An app whose handler of `Count` notes what it gets. */
    async counting(options: StartOptions = {}) {
      const handled: number[] = []
      const started = await start({ Count: (run) => handled.push(run.message.n) }, options)
      return { ...started, handled }
    },

    effect: (tx: { query(text: string, values: unknown[]): Promise<unknown> }, n: number): Promise<unknown> =>
      tx.query('insert into effects values ($1)', [n]),
    effects: async (): Promise<readonly number[]> =>
      (await database.pool.query<{ n: number }>('select n from effects order by n')).rows.map(({ n }) => n),
    /** How many messages the store holds. */
    stored: async (): Promise<number> =>
      Number((await database.pool.query<{ n: string }>('select count(*) as n from jasper.incoming')).rows[0]!.n),

    /** Runs `work` between BEGIN and `end`, as a controller does that has a client of its own. */
    async callersOwn<T>(work: (client: PoolClient) => Promise<T>, end: 'commit' | 'rollback' = 'commit'): Promise<T> {
      const client = await database.pool.connect()
      try {
        await client.query('begin')
        try {
          const value = await work(client)
          await client.query(end)
          return value
        } catch (error) {
          await client.query('rollback')
          throw error
        }
      } finally {
        client.release()
      }
    },
  }
}
