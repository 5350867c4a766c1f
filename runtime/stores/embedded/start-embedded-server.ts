import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import { systemClock } from '../../timing/system-clock.ts'
import { acquireServer, tell, type AcquiredServer } from './acquire-server.ts'
import { choosePlace } from './choose-place.ts'
import { readPassword } from './initialise.ts'
import { dataOf, type Place } from './place.ts'
import { isServerOf } from './process-identity.ts'
import { appDatabase, appRole, type ServerMode } from './server-settings.ts'

export interface EmbeddedServerOptions {
  /** Where the data is kept. Made when it is not there. */
  readonly folder: string
  /** When this process runs as root: whom the server runs as; `postgres`, else `nobody`, when unsaid. */
  readonly serverUser?: string | undefined
  /** For tests: made without a wait for the disk, run without durability, and with a superuser's rights. */
  readonly fastForTests?: boolean
  readonly log?: Logger
  readonly clock?: Clock
}

/** How to reach the server at the moment. Holds a secret. */
export interface EmbeddedConnection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** A server that is kept running, by this process or by another one of the same app, until `stop`. */
export interface EmbeddedServer {
  /** Where the data really is. */
  readonly home: string
  readonly role: 'owner' | 'joined'
  /** The server's process. Changes when the server is started again. */
  readonly pid: number
  connection(): EmbeddedConnection
  /** The same as a URL. */
  connectionString(): string
  /**
   * Ends the server if this process owns it, else leaves it be. Others that have joined it start it
   * again. Idempotent.
   */
  stop(): Promise<void>
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** How often a process that has joined looks whether the server still lives. One system call. */
const lookEveryMs = 100

/**
 * Starts the embedded PostgreSQL of a folder, or joins the one that another process has started.
 * Rejects with `JASPER_EMBEDDED_UNAVAILABLE` or `JASPER_MISSING_PEER`.
 *
 * When the server goes away it is started again here, or by whoever is faster, until `stop`.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { folder, serverUser, fastForTests = false, log = silent, clock = systemClock } = options
  const place = await choosePlace(folder, serverUser, log)
  const keeper = new ServerKeeper(place, fastForTests ? 'fast' : 'durable', log, clock)
  await keeper.start()
  return keeper
}

class ServerKeeper implements EmbeddedServer {
  readonly #place: Place
  readonly #mode: ServerMode
  readonly #log: Logger
  readonly #clock: Clock
  readonly #stopping = new AbortController()
  #server!: AcquiredServer
  #password!: string
  #again: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(place: Place, mode: ServerMode, log: Logger, clock: Clock) {
    this.#place = place
    this.#mode = mode
    this.#log = log
    this.#clock = clock
  }

  get home(): string {
    return this.#place.home
  }

  get role(): 'owner' | 'joined' {
    return this.#server.child === undefined ? 'joined' : 'owner'
  }

  get pid(): number {
    return this.#server.pid
  }

  connection(): EmbeddedConnection {
    const { port } = this.#server
    return { host: '127.0.0.1', port, user: appRole, password: this.#password, database: appDatabase }
  }

  connectionString(): string {
    const { host, port, user, password, database } = this.connection()
    return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
  }

  async start(): Promise<void> {
    this.#server = await acquireServer(this.#place, this.#mode, this.#clock, this.#stopping.signal)
    this.#password = await readPassword(this.#place)
    this.#log.debug('the embedded PostgreSQL runs', { role: this.role, port: this.#server.port, folder: this.home })
    this.#watch(this.#server)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  #watch(server: AcquiredServer): void {
    const gone = () => {
      if (this.#stopping.signal.aborted || this.#again !== undefined) return
      this.#again = this.#startAgain().finally(() => {
        this.#again = undefined
        if (!this.#stopping.signal.aborted) this.#watch(this.#server)
      })
    }
    const data = dataOf(this.#place)
    const look = () => {
      if (this.#stopping.signal.aborted || this.#server !== server) return
      if (isServerOf(server.pid, data)) this.#clock.timer(lookEveryMs, look)
      else gone()
    }
    if (server.child === undefined) this.#clock.timer(lookEveryMs, look)
    else if (server.child.exitCode !== null || server.child.signalCode !== null) gone()
    else server.child.once('exit', gone)
  }

  async #startAgain(): Promise<void> {
    this.#log.info('the embedded PostgreSQL went away; starting it again', { folder: this.home })
    for (let wait = 50; !this.#stopping.signal.aborted; wait = Math.min(wait * 2, 2_000)) {
      try {
        this.#server = await acquireServer(this.#place, this.#mode, this.#clock, this.#stopping.signal)
        this.#log.info('the embedded PostgreSQL runs again', { role: this.role, folder: this.home })
        return
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        this.#log.error('the embedded PostgreSQL does not start', { error: error instanceof Error ? error.message : String(error) })
        await this.#clock.sleep(wait, this.#stopping.signal)
      }
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort()
    await this.#again
    const { child, pid } = this.#server
    if (child === undefined) return
    child.ref()
    // Fast, then at once, then by force: the last two cost the next start a recovery, never data.
    for (const [signal, patience] of [['SIGINT', 10_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]] as const) {
      if (!this.#runs()) return
      tell(pid, signal)
      const giveUp = this.#clock.monotonic() + patience
      while (this.#runs() && this.#clock.monotonic() < giveUp) await this.#clock.sleep(5)
    }
  }

  #runs(): boolean {
    const { child } = this.#server
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }
}
