import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { backoffMs, type Backoff } from '../../timing/backoff.ts'
import type { AmqpConnection, Amqplib, ConnectTo } from './amqp.ts'

const reconnectBackoff: Backoff = { firstMs: 100, longestMs: 10_000 }
/** A node that says nothing for so long while we connect is not there. */
const connectWithinMs = 5_000
const closeWithinMs = 2_000
const shortestPauseMs = 50

export interface ConnectionParts {
  readonly amqplib: Amqplib
  readonly nodes: readonly ConnectTo[]
  /** For the broker's list of connections, and for logs: `shop: sending`. */
  readonly label: string
  readonly description: string
  readonly tls: Readonly<Record<string, unknown>>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * One connection to the broker that comes back by itself: tried again with backoff and without end.
 *
 * It holds no channels. Whoever uses it opens channels on the connection of the moment, and opens them
 * anew on the next one, so that nothing that belonged to a lost connection is ever used on another.
 */
export class Connection {
  readonly #parts: ConnectionParts
  /** Settled by the next try, or by the one that has succeeded. */
  #next = deferred()
  #isRunning = false
  readonly #closing = new AbortController()
  #hurry = new AbortController()
  #current: AmqpConnection | undefined
  #blocked: string | undefined
  readonly #whenBlocked = new Set<() => void>()

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Why the broker takes no messages now, as with a memory or disk alarm. */
  get blocked(): string | undefined {
    return this.#blocked
  }

  /** The connection of now, or of the next try, which does not wait for its time. Rejects when that fails. */
  use(): Promise<AmqpConnection> {
    this.#begin()
    const { promise } = this.#next
    this.#hurry.abort()
    return promise
  }

  /** The connection, as soon as there is one; `undefined` when this is closed first. */
  async up(): Promise<AmqpConnection | undefined> {
    this.#begin()
    while (!this.#isClosed) {
      const connection = await this.#next.promise.catch(() => undefined)
      if (connection !== undefined) return connection
    }
    return undefined
  }

  /** Calls `told` whenever the broker begins to take no messages. Returns the end of that. */
  onBlocked(told: () => void): () => void {
    this.#whenBlocked.add(told)
    return () => void this.#whenBlocked.delete(told)
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#closing.abort()
    this.#hurry.abort()
    this.#next.reject(new JasperError('JASPER_NOT_STARTED', `${this.#parts.description} is closed.`))
    if (this.#current !== undefined) await this.#end(this.#current)
  }

  #begin(): void {
    if (this.#isRunning || this.#isClosed) return
    this.#isRunning = true
    void this.#supervise()
  }

  async #supervise(): Promise<void> {
    const { clock, log, label, description } = this.#parts
    const about = { broker: description, connection: label }
    for (let failures = 0; !this.#isClosed; ) {
      try {
        const connection = await this.#connect(failures)
        if (failures > 0) log.info('the broker answers again', about)
        failures = 0
        const reason = await this.#untilLost(connection)
        if (!this.#isClosed) log.warn('the connection to the broker is lost; connecting again', { ...about, reason })
      } catch (error) {
        failures += 1
        if (failures === 1) log.warn('the broker cannot be reached; trying again until it can', { ...about, error: String(error) })
        const { reject } = this.#next
        if (!this.#isClosed) this.#next = deferred()
        reject(error)
      }
      // However many ask, the broker is not asked more often than that.
      if (!this.#isClosed) await clock.sleep(shortestPauseMs, this.#closing.signal)
      this.#hurry = new AbortController()
      if (!this.#isClosed) await clock.sleep(backoffMs(Math.max(failures, 1), reconnectBackoff, Math.random()), this.#hurry.signal)
    }
  }

  /** Nodes of a cluster are tried in turn. */
  #connect(failures: number): Promise<AmqpConnection> {
    const { amqplib, nodes, label, tls } = this.#parts
    const node = nodes[failures % nodes.length]!
    // amqplib decodes the virtual host as it would one that is part of a URL.
    return amqplib.connect(
      { ...node, vhost: encodeURIComponent(node.vhost) },
      { ...tls, timeout: connectWithinMs, noDelay: true, keepAlive: true, clientProperties: { connection_name: label } },
    )
  }

  /** Resolves with the reason. */
  async #untilLost(connection: AmqpConnection): Promise<string> {
    const { log, label, description } = this.#parts
    const lost = new Promise<string>((resolve) => {
      let reason = 'closed'
      connection.on('error', (error) => void (reason = error.message))
      connection.on('close', (error) => resolve(error?.message ?? reason))
    })
    connection.on('blocked', (reason) => {
      this.#blocked = reason
      log.warn('the broker takes no messages now', { broker: description, connection: label, reason })
      for (const told of this.#whenBlocked) told()
    })
    connection.on('unblocked', () => {
      this.#blocked = undefined
      log.info('the broker takes messages again', { broker: description, connection: label })
    })
    if (this.#isClosed) await this.#end(connection)
    this.#current = connection
    this.#next.resolve(connection)
    const reason = await lost
    this.#current = undefined
    this.#blocked = undefined
    if (!this.#isClosed) this.#next = deferred()
    // A silent other side would keep its socket, and this process, for minutes.
    connection.connection.stream?.destroy()
    return reason
  }

  async #end(connection: AmqpConnection): Promise<void> {
    const { clock } = this.#parts
    const over = new AbortController()
    await Promise.race([connection.close().catch(() => undefined), clock.sleep(closeWithinMs, over.signal)])
    over.abort()
    connection.connection.stream?.destroy()
  }
}

interface Deferred {
  readonly promise: Promise<AmqpConnection>
  resolve(connection: AmqpConnection): void
  reject(reason: unknown): void
}

function deferred(): Deferred {
  let resolve!: Deferred['resolve']
  let reject!: Deferred['reject']
  const promise = new Promise<AmqpConnection>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
