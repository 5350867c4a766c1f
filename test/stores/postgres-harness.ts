import type { PoolClient } from 'pg'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { toQuery } from '../../runtime/stores/postgres/sql.ts'
import { postgres, type PostgresOptions, type PostgresStore } from '../../runtime/stores/postgres/index.ts'
import type { MessageStoreHarness, MessageStorePlace } from '../conformance/harness.ts'
import type { TemporaryDatabase } from '../support/temporary-database.ts'

let schemas = 0
/** Schemas that are empty again: making one costs more than most tests. */
const used = new Map<TemporaryDatabase, string[]>()

/** A place in PostgreSQL: a schema of its own in the test file's database. */
export interface PostgresPlace extends MessageStorePlace {
  readonly schema: string
  store(options?: Partial<PostgresOptions>): PostgresStore
}

export function postgresHarness(database: () => TemporaryDatabase): MessageStoreHarness & { fresh(): Promise<PostgresPlace> } {
  return {
    capabilities: { durable: true, dialect: 'postgres', wakesOtherProcesses: true },
    fresh: async () => postgresPlace(database()),
  }
}

export function postgresPlace(database: TemporaryDatabase): PostgresPlace {
  const { url, pool } = database
  const free = used.get(database) ?? []
  used.set(database, free)
  const schema = free.pop() ?? `place_${process.pid}_${++schemas}`
  let ahead = 0
  const clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + ahead) }
  return {
    schema,
    clock,
    advance(ms) {
      ahead += ms
    },
    store: (options) => postgres({ connectionString: url, schema, clock, ...options }),
    async transaction(work) {
      const client = await pool.connect()
      try {
        await inTransaction(client, async () => {
          await work(async (statement) => {
            const { rows, rowCount } = await client.query<Record<string, unknown>>(toQuery(statement))
            return { rows, affected: rowCount ?? 0 }
          })
        })
      } finally {
        client.release()
      }
    },
    async drop() {
      const { rows } = await pool.query<{ table: string }>(
        `select format('%I.%I', schemaname, tablename) as "table" from pg_tables where schemaname = $1 and tablename <> 'migrations'`,
        [schema],
      )
      await pool.query(rows.map(({ table }) => `delete from ${table}`).join('; '))
      if (rows.length > 0) free.push(schema)
    },
  }
}

async function inTransaction(client: PoolClient, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
