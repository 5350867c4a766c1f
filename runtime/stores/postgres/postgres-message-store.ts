import type { Pool } from 'pg'
import type { Clock } from '../../contracts/clock.ts'
import { noRules, type StoreRules } from '../../contracts/endpoint-rules.ts'
import type { Logger } from '../../contracts/logger.ts'
import type {
  DeadLetters,
  IncomingMessages,
  MessageStore,
  Nodes,
  OpenForOperator,
  OpenStore,
  OutgoingMessages,
  RecurringMessages,
  ScheduledMessages,
  Pauses,
  StoreOperations,
  UnroutedMessages,
  WakeUps,
} from '../../contracts/message-store.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { systemClock } from '../../timing/system-clock.ts'
import { cancelScheduled, rescheduleScheduled } from './change-scheduled.ts'
import { deadLetters } from './dead-letters.ts'
import { DedicatedConnection } from './dedicated-connection.ts'
import { incomingMessages } from './incoming.ts'
import { listScheduled } from './list-scheduled.ts'
import { pg } from './load-driver.ts'
import { openSchema, takeOwnership } from './migrate.ts'
import { migrations, type Migration } from './migrations.ts'
import { pauses } from './pauses.ts'
import { PostgresNodes } from './nodes.ts'
import { storeOperations } from './operations.ts'
import { outgoingMessages } from './outgoing.ts'
import { OwnPool } from './own-pool.ts'
import { recurringMessages } from './recurring-messages.ts'
import { readOptions, type PostgresOptions, type PostgresSettings } from './read-options.ts'
import { tablesOf, type Tables } from './schema-names.ts'
import type { SchemaParts } from './schema-version.ts'
import { sql } from './sql.ts'
import { storeContext } from './store-context.ts'
import { unroutedMessages } from './unrouted.ts'
import { PostgresWakeUps } from './wake-ups.ts'

/** A message store in PostgreSQL. */
export interface PostgresStore extends MessageStore {
  /**
   * The pool from which transactional handlers get their connections: the one that was given, or one
   * made from the connection string. Usable as soon as the database is.
   */
  readonly pool: Pool
  /**
   * Connects and brings the tables up to date, so that `pool` can be used before the app starts.
   * Idempotent; rejects as `open` does.
   */
  connect(): Promise<void>
}

/**
 * Messages in PostgreSQL 14 or later, through the package `pg`.
 *
 * Throws `JASPER_BAD_OPTION`. Touches the network only in `connect` and `open`.
 */
export function postgres(options: PostgresOptions): PostgresStore {
  return new PostgresMessageStore(readOptions(options))
}

/** For a store that runs its server itself and knows better where that is, such as `embedded in ./.jasper`. */
export function postgresIn(place: string, options: PostgresOptions): PostgresStore {
  return new PostgresMessageStore({ ...readOptions(options), place })
}

/** As a runtime of another version is, that knows these migrations and no others. */
export function postgresKnowing(known: readonly Migration[], options: PostgresOptions): PostgresStore {
  return new PostgresMessageStore(readOptions(options), known)
}

/** How a store connects. */
interface Purpose {
  readonly migrates: boolean
  readonly checks: boolean
  readonly readOnly: boolean
}

/** What is there while the store is open. */
interface Connections {
  readonly pool: OwnPool
  readonly dedicated: DedicatedConnection
  /** The oid of the nodes table as a signed number, unique for the schema. */
  lockClass: number
}

class PostgresMessageStore implements PostgresStore {
  readonly description: string
  readonly capabilities = { durable: true, dialect: 'postgres', wakesOtherProcesses: true } as const
  readonly incoming: IncomingMessages
  readonly outgoing: OutgoingMessages
  readonly scheduled: ScheduledMessages
  readonly unrouted: UnroutedMessages
  readonly recurring: RecurringMessages
  readonly deadLetters: DeadLetters
  readonly nodes: Nodes
  readonly wakeUps: WakeUps
  readonly pauses: Pauses
  readonly operations: StoreOperations
  readonly #settings: PostgresSettings
  readonly #tables: Tables
  readonly #schema: SchemaParts
  readonly #nodes: PostgresNodes
  readonly #wakeUps: PostgresWakeUps
  #clock: Clock = systemClock
  #log: Logger = silent
  #rules: StoreRules = noRules
  #handlersPool: Pool | undefined
  #connections: Connections | undefined
  #connecting: Promise<Connections> | undefined
  #opened: { readonly appName: string; readonly done: Promise<void> } | undefined

  constructor(settings: PostgresSettings, known: readonly Migration[] = migrations) {
    this.#settings = settings
    this.#tables = tablesOf(settings.schema)
    this.description = `PostgreSQL ${settings.place}, schema "${settings.schema}"`
    this.#schema = { tables: this.#tables, known, where: this.description }
    const context = storeContext(settings, this.#tables, () => this.#rules)
    const lockClass = (): number => this.#open().lockClass
    const pool = (): OwnPool => this.#open().pool
    const dedicated = (): DedicatedConnection => this.#open().dedicated
    const channel = (): string => `jasper_${lockClass()}`
    this.incoming = incomingMessages(context, pool, channel)
    this.outgoing = outgoingMessages(context, pool)
    this.scheduled = {
      cancel: async (id) => await cancelScheduled(context, pool(), id),
      reschedule: async (id, dueAt) => await rescheduleScheduled(context, pool(), id, dueAt),
      list: async (query) => await listScheduled(context, pool(), query),
    }
    this.unrouted = unroutedMessages(context, pool)
    this.recurring = recurringMessages(context, pool)
    this.deadLetters = deadLetters(context, pool, channel)
    this.#nodes = new PostgresNodes({ context, pool, dedicated, lockClass })
    this.nodes = this.#nodes
    this.#wakeUps = new PostgresWakeUps({
      dedicated,
      channel,
      clock: () => this.#clock,
      log: () => this.#log,
    })
    this.wakeUps = this.#wakeUps
    this.pauses = pauses(context, pool)
    this.operations = storeOperations({ context, schema: this.#schema, pool, lockClass })
  }

  get pool(): Pool {
    if (this.#handlersPool === undefined) {
      this.#handlersPool = this.#settings.givenPool ?? poolOf(this.#settings)
      this.#handlersPool.on('error', this.#idleError)
    }
    return this.#handlersPool
  }

  dataHandle(adapterName: string): unknown {
    return adapterName === 'pg' ? this.pool : undefined
  }

  async connect(): Promise<void> {
    await this.#connected()
  }

  async open({ appName, clock, log, rules = noRules }: OpenStore): Promise<void> {
    if (this.#opened !== undefined && this.#opened.appName === appName) return await this.#opened.done
    this.#clock = clock
    this.#log = log
    this.#rules = rules
    const done = this.#connected().then(({ pool }) => takeOwnership(pool, this.#tables, appName, this.description))
    this.#opened = { appName, done }
    try {
      await done
    } catch (error) {
      this.#opened = undefined
      throw error
    }
  }

  async openForOperator({ readOnly, checkSchema, clock, log }: OpenForOperator): Promise<void> {
    if (this.#connecting !== undefined) {
      throw new JasperError('JASPER_BAD_OPTION', `${this.description} is connected already. Give the tools a store that nobody has connected.`)
    }
    this.#clock = clock
    this.#log = log
    await this.#connected({ migrates: false, checks: checkSchema, readOnly })
  }

  async close(): Promise<void> {
    const connecting = this.#connecting
    const handlersPool = this.#handlersPool
    this.#opened = undefined
    this.#connecting = undefined
    this.#handlersPool = undefined
    handlersPool?.removeListener('error', this.#idleError)
    this.#wakeUps.close()
    this.#nodes.forget()
    const connections = this.#connections
    this.#connections = undefined
    if (connections !== undefined) await Promise.all([connections.pool.close(), connections.dedicated.close()])
    await connecting?.catch(() => undefined)
    if (handlersPool !== undefined && handlersPool !== this.#settings.givenPool) {
      handlersPool.on('error', () => undefined)
      await handlersPool.end()
    }
  }

  /** Not shown when somebody prints the store: settings hold the password. */
  toJSON(): object {
    return { description: this.description }
  }

  #connected(purpose?: Purpose): Promise<Connections> {
    this.#connecting ??= this.#connect(purpose ?? { migrates: this.#settings.migrate === 'auto', checks: true, readOnly: false })
    return this.#connecting
  }

  async #connect({ migrates, checks, readOnly }: Purpose): Promise<Connections> {
    const applicationName = `jasper-runtime ${this.#settings.schema}`.slice(0, 63)
    const shared = { settings: this.#settings, where: this.description, applicationName, clock: this.#clock, log: this.#laterLog }
    const connections: Connections = {
      pool: new OwnPool({ ...shared, readOnly }),
      dedicated: new DedicatedConnection({
        ...shared,
        restore: async (execute) => {
          await this.#nodes.lockAgain(execute)
          await this.#wakeUps.listenAgain(execute)
        },
        restored: () => this.#wakeUps.restored(),
        notified: (notification) => this.#wakeUps.notified(notification),
      }),
      lockClass: 0,
    }
    this.#connections = connections
    try {
      if (checks) await openSchema(this.#schema, connections.pool, migrates)
      const nodesTable = `"${this.#settings.schema}".nodes`
      const [row] = await connections.pool.run(sql`select to_regclass(${nodesTable}::text)::oid::bigint as oid`)
      connections.lockClass = ((row!['oid'] as number | null) ?? 0) | 0
      return connections
    } catch (error) {
      if (this.#connections !== connections) throw this.#closed()
      this.#connections = undefined
      this.#connecting = undefined
      await connections.pool.close()
      throw error
    }
  }

  #open(): Connections {
    if (this.#connections !== undefined) return this.#connections
    throw this.#closed()
  }

  #closed(): JasperError {
    return new JasperError('JASPER_STORE_CLOSED', `${this.description} is not open.`)
  }

  /** `connect` may come before `open`, which brings the app's log. */
  readonly #laterLog: Logger = {
    debug: (event, fields) => this.#log.debug(event, fields),
    info: (event, fields) => this.#log.info(event, fields),
    warn: (event, fields) => this.#log.warn(event, fields),
    error: (event, fields) => this.#log.error(event, fields),
  }

  readonly #idleError = (error: Error): void => {
    this.#log.debug('an idle connection of the handlers was lost', { error: error.message })
  }
}

/** Somebody will print the pool: the connection string is hidden as pg hides a password. */
function poolOf({ connection }: PostgresSettings): Pool {
  const pool = new pg.Pool(connection)
  Object.defineProperty(pool.options, 'connectionString', { value: connection.connectionString, enumerable: false })
  return pool
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
