import { cpus, loadavg, totalmem } from 'node:os'
import type { TemporaryDatabase } from '../support/temporary-database.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly load: number
  readonly node: string
  readonly postgres: string
  /** What decides how much a commit costs, the same for every contender. */
  readonly settings: Readonly<Record<string, string>>
}

const told = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'shared_buffers', 'max_wal_size', 'max_connections', 'autovacuum']

/** Rejects where a commit does not reach the disk: such figures would mean nothing. */
export async function describeMachine(database: TemporaryDatabase): Promise<Machine> {
  const { rows } = await database.pool.query<{ name: string; setting: string }>(
    'select name, current_setting(name) as setting from pg_settings where name = any($1) order by name',
    [told],
  )
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  for (const name of ['fsync', 'synchronous_commit']) {
    if (settings[name] !== 'on') throw new Error(`The server has ${name} = ${settings[name]}. Durability is what is compared: switch it on.`)
  }
  const version = await database.pool.query<{ server_version: string }>('show server_version')
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Math.round(loadavg()[0]! * 10) / 10,
    node: process.version,
    postgres: version.rows[0]!.server_version,
    settings,
  }
}
