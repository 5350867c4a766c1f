import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedServer } from '../../runtime/stores/embedded/start-embedded-server.ts'
import { postgresServer } from '../support/servers.ts'

/**
 * Before the suites of a run: where neither the environment names a PostgreSQL nor one is found here,
 * or with `JASPER_TEST_EMBEDDED=1` even so, starts the embedded one and names it to all workers, so that
 * the tests pass on a machine with no services. The server belongs to this process: it dies with it.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['JASPER_TEST_EMBEDDED'] !== '1' && (await hasServer())) return undefined

  const folder = mkdtempSync(join(tmpdir(), 'jasper-embedded-'))
  // As root the server runs as somebody else, who must be able to enter.
  chmodSync(folder, 0o755)
  const server = await startEmbeddedServer({ folder: join(folder, 'server'), fastForTests: true })
  await admitEverybody(server.connectionString())
  const { host, port, user, database } = server.connection()
  process.env['JASPER_TEST_POSTGRES_URL'] = `postgres://${user}@${host}:${port}/${database}`
  console.info('PostgreSQL for tests: an embedded one, started for this run')
  return async () => {
    await server.stop()
    rmSync(server.home, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server that is named but does not answer is not replaced: the suites fail and say so. */
async function hasServer(): Promise<boolean> {
  if (process.env['JASPER_TEST_POSTGRES_URL'] || process.env['JASPER_TEST_CONTAINERS'] === '1') return true
  return postgresServer().then(
    () => true,
    () => false,
  )
}

/** Suites make roles of their own and log in as them; on the loopback, for the length of a run. */
async function admitEverybody(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ hba_file: string }>('show hba_file')
    writeFileSync(rows[0]!.hba_file, 'host all all 127.0.0.1/32 trust\n')
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}
