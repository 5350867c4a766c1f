import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { postgresServer } from './servers.ts'

export interface TemporaryDatabase {
  readonly url: string
  readonly name: string
  /** For statements of the test's own. */
  readonly pool: pg.Pool
  /** Ends every connection to it, ours and others', and drops it. */
  drop(): Promise<void>
}

/** A database that nobody else has, on the server that `servers.ts` finds unless another is given. */
export async function temporaryDatabase(givenServer?: string): Promise<TemporaryDatabase> {
  const server = givenServer ?? (await postgresServer())
  const name = `jasper_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template template0 encoding 'UTF8'`)
  const address = new URL(server)
  address.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: address.href, max: 4 })
  pool.on('error', () => undefined)
  return {
    url: address.href,
    name,
    pool,
    async drop() {
      await pool.end()
      await onServer(server, `drop database if exists ${name} with (force)`)
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
