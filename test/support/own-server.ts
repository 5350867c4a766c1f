import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedServer, type EmbeddedServer } from '../../runtime/stores/embedded/start-embedded-server.ts'
import { eventually } from './eventually.ts'

/** A PostgreSQL server that nobody else uses, so that a test may do to it what it likes. */
export class OwnServer {
  readonly #server: EmbeddedServer

  private constructor(server: EmbeddedServer) {
    this.#server = server
  }

  /** Runs `work` with a server, and leaves nothing of it behind. */
  static async with(work: (server: OwnServer) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'jasper-own-server-'))
    // As root the server runs as somebody else, who must be able to enter.
    chmodSync(folder, 0o755)
    const server = await startEmbeddedServer({ folder: join(folder, 'server'), fastForTests: true })
    try {
      const own = new OwnServer(server)
      // Made in haste, it must still keep what it has committed when it is killed.
      await own.query('alter system set synchronous_commit = on')
      await own.query('alter system set fsync = on')
      await own.query('select pg_reload_conf()')
      await work(own)
    } finally {
      await server.stop()
      rmSync(server.home, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** As a superuser, at its first database. The port stays the same through restarts. */
  get url(): string {
    return this.#server.connectionString()
  }

  /** Ends the server without a warning, as a crash of its machine does. Resolves when it has been started again. */
  async crash(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Ends every session and shuts down, as an administrator's restart does. Resolves when it has been started again. */
  async restart(): Promise<void> {
    await this.#end('SIGINT')
  }

  /** Whoever it is may come in without a password, until the next restart. */
  async admitEverybody(): Promise<void> {
    await this.query('show hba_file', async ([row]) => writeFileSync(String(row!['hba_file']), 'host all all 127.0.0.1/32 trust\n'))
    await this.query('select pg_reload_conf()')
  }

  async query(text: string, read: (rows: readonly Record<string, unknown>[]) => Promise<void> = async () => undefined): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 3_000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      await read((await client.query<Record<string, unknown>>(text)).rows)
    } finally {
      await client.end()
    }
  }

  /** Its keeper, which an app would be, sees the end and starts it again. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this.#server
    process.kill(pid, signal)
    await eventually('the server has ended and runs again', () => this.#server.pid !== pid, 60_000)
    await eventually('the server answers', () => this.query('select 1').then(() => true), 60_000)
  }
}
