import pg from 'pg'
import type { Reading } from './contender.ts'

/** Transactions a second, and connections, of everybody in the database but `admin`, counted by the server itself. */
export async function countIdle(admin: pg.Pool, url: string, seconds: number): Promise<Reading> {
  const { pathname } = new URL(url)
  const elsewhere = new URL(url)
  elsewhere.pathname = '/postgres'
  const watcher = new pg.Client({ connectionString: elsewhere.href })
  await watcher.connect()
  // The connections that set everything up close after ten seconds.
  await pause(11)
  const count = async (): Promise<{ done: number; connections: number }> => {
    const { rows } = await watcher.query<{ done: number; connections: number }>(
      `select (xact_commit + xact_rollback)::int as done,
         (select count(*)::int from pg_stat_activity where datname = $1 and backend_type = 'client backend') - $2 as connections
       from pg_stat_database where datname = $1`,
      [pathname.slice(1), admin.totalCount],
    )
    return rows[0]!
  }
  const before = await count()
  await pause(seconds)
  const after = await count()
  await watcher.end()
  return { value: (after.done - before.done) / seconds, connections: after.connections }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
}
