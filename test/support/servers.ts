import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

const local = 'postgres://postgres@127.0.0.1:5432/postgres'
const oldest = 140_000

let found: Promise<string> | undefined

/**
 * The address of a PostgreSQL server on which tests may create databases.
 *
 * 1. `JASPER_TEST_POSTGRES_URL`
 * 2. one at 127.0.0.1:5432 that admits the user postgres without a password, version 14 or later
 * 3. a container, with `JASPER_TEST_CONTAINERS=1`
 *
 * Where none of them is there, `tooling/start-postgres.ts` has started the embedded one before the
 * workers and named it in the environment. Else this rejects with what to set. The run says once which one
 * it is.
 */
export function postgresServer(): Promise<string> {
  found ??= find()
  return found
}

async function find(): Promise<string> {
  const given = process.env['JASPER_TEST_POSTGRES_URL']
  if (given !== undefined && given !== '') {
    await versionOf(given)
    return say('the one of JASPER_TEST_POSTGRES_URL', given)
  }
  const version = await versionOf(local).catch(() => 0)
  if (version >= oldest) return say(`the local one at 127.0.0.1:5432, version ${Math.floor(version / 10_000)}`, local)
  if (process.env['JASPER_TEST_CONTAINERS'] === '1') return say('a container', await startContainer())
  throw new Error(
    'These tests need a PostgreSQL server, version 14 or later. Set JASPER_TEST_POSTGRES_URL to the address of one on which ' +
      'databases may be created, or JASPER_TEST_CONTAINERS=1 where Docker is reachable.',
  )
}

async function versionOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version")
    return Number(rows[0]!.version)
  } finally {
    await client.end()
  }
}

async function startContainer(): Promise<string> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const container = await new PostgreSqlContainer('postgres:17-alpine').start()
  return container.getConnectionUri()
}

/** The run's main process and its workers, which are its children, share a mark; the first to leave it speaks. */
function say(which: string, url: string): string {
  const isMain = process.env['VITEST_POOL_ID'] === undefined
  const folder = join(tmpdir(), 'jasper-tests')
  const mark = join(folder, `postgres-${isMain ? process.pid : process.ppid}`)
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(mark, which, { flag: 'wx' })
    console.info(`PostgreSQL for tests: ${which}`)
    if (isMain) process.once('exit', () => rmSync(mark, { force: true }))
  } catch {
    // It has been said.
  }
  return url
}
