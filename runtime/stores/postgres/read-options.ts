import type { ClientConfig, Pool, PoolConfig } from 'pg'
import { JasperError } from '../../errors/jasper-error.ts'
import { toMilliseconds } from '../../timing/duration.ts'
import { pg } from './load-driver.ts'
import { checkSchemaName } from './schema-names.ts'

/** Milliseconds, or a number with a unit: `'250ms'`, `'30s'`, `'10m'`, `'2h'`, `'7d'`. */
type Duration = Parameters<typeof toMilliseconds>[0]

/** Where the store is and how it behaves. Give `connectionString` or `pool`. */
export interface PostgresOptions {
  /** Such as `postgres://user:password@host:5432/database`. Never shown in logs, errors or `describe`. */
  readonly connectionString?: string | undefined
  /**
   * The app's own pool. Handlers get their transactions from it; the store makes a small one of its
   * own from the same settings, so that busy handlers cannot keep messages from being settled. It
   * stays the app's: the store never ends it.
   */
  readonly pool?: Pool | undefined
  /** The schema of all tables; `jasper` when unsaid. Apps that share a database take one each. */
  readonly schema?: string
  /**
   * `auto`: creates the tables and brings them up to date, under a lock. `check`: rejects with
   * `JASPER_STORE_SCHEMA` unless they are. `auto` when unsaid.
   */
  readonly migrate?: 'auto' | 'check'
  /** How long the id of a handled message is remembered, so that a duplicate is dropped; `'1h'` when unsaid. */
  readonly dedupWindow?: Duration
  /** The most connections of the store's own pool, 1 to 50; 4 when unsaid. Idle ones close after 10 s. */
  readonly connections?: number
  /** For tests alone: judges due times and ages in place of the database's clock. */
  readonly clock?: { now(): Date }
}

/** The options, checked and complete. */
export interface PostgresSettings {
  readonly schema: string
  readonly migrate: 'auto' | 'check'
  readonly dedupWindowMs: number
  readonly connections: number
  readonly testClock: { now(): Date } | undefined
  /** The app's pool, or undefined when the store makes the handlers' pool too. */
  readonly givenPool: Pool | undefined
  /** Settings of the store's own connections. Holds secrets. */
  readonly connection: PoolConfig
  /** `at host:port/database`, without secrets. */
  readonly place: string
}

/** Throws `JASPER_BAD_OPTION`, naming the option. */
export function readOptions(options: PostgresOptions): PostgresSettings {
  const { connectionString, pool, schema = 'jasper', migrate = 'auto', dedupWindow = '1h', connections = 4 } = options
  checkSchemaName(schema)
  if ((connectionString === undefined || connectionString === '') === (pool === undefined)) {
    throw badOption(
      pool === undefined
        ? 'postgres() needs connectionString or pool. Is the environment variable that should hold the address set?'
        : 'postgres() takes connectionString or pool, not both.',
    )
  }
  if (migrate !== 'auto' && migrate !== 'check') {
    throw badOption(`postgres({ migrate }) is ${JSON.stringify(migrate)}. Say 'auto' or 'check'.`)
  }
  if (!Number.isInteger(connections) || connections < 1 || connections > 50) {
    throw badOption(`postgres({ connections }) is ${String(connections)}. Give a whole number from 1 to 50.`)
  }
  const connection = pool === undefined ? { connectionString: connectionString! } : settingsOf(pool)
  return {
    schema,
    migrate,
    dedupWindowMs: toMilliseconds(dedupWindow, 'postgres({ dedupWindow })'),
    connections,
    testClock: options.clock,
    givenPool: pool,
    connection,
    place: placeOf(connection),
  }
}

/** What every connection of the store's own has in common, on top of what the app has said. */
export function ownConnection(settings: PostgresSettings, applicationName: string): ClientConfig {
  return {
    ...secretly(settings.connection),
    application_name: applicationName,
    connectionTimeoutMillis: settings.connection.connectionTimeoutMillis ?? 10_000,
    keepAlive: true,
    pipeline: false,
    // Limits that the app has set for its own queries are not for a migration or a take-over.
    statement_timeout: false,
    query_timeout: undefined,
    lock_timeout: undefined,
    idle_in_transaction_session_timeout: undefined,
  }
}

/** pg hides a pool's password from enumeration, so that a copy by `...` would lose it. */
function settingsOf(pool: Pool): PoolConfig {
  if (typeof pool !== 'object' || pool === null || typeof pool.connect !== 'function' || typeof pool.options !== 'object') {
    throw badOption('postgres({ pool }) is not a Pool of the package pg.')
  }
  return secretly(pool.options)
}

function secretly<Settings extends PoolConfig>(settings: Settings): Settings {
  const copy = { ...settings }
  for (const name of ['connectionString', 'password'] as const) {
    if (settings[name] !== undefined) Object.defineProperty(copy, name, { value: settings[name], enumerable: true, writable: true })
  }
  return copy
}

/** pg itself reads the string and the environment; an unconnected client tells what it understood. */
function placeOf(connection: PoolConfig): string {
  try {
    const { host, port, database } = new pg.Client(connection)
    return `at ${host}:${port}/${database ?? ''}`
  } catch {
    // The cause would repeat the string with its password.
    throw badOption(
      'postgres({ connectionString }) cannot be read. It looks like postgres://user:password@host:5432/database, ' +
        'with special characters in the password percent-encoded.',
    )
  }
}

function badOption(message: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', message)
}
