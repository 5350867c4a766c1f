import { createServer as createPlain, type Server, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import { backoffMs, type Backoff } from '../../timing/backoff.ts'
import { meet } from './handshake.ts'
import { Link } from './link.ts'
import type { TcpListener } from './listener.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { ProtocolError } from './protocol-error.ts'
import type { TcpSettings } from './read-options.ts'

const rebindBackoff: Backoff = { firstMs: 50, longestMs: 1_000 }
/** However many strangers knock, so often is it said. */
const sayEveryMs = 10_000

export interface PortParts {
  readonly host: string
  readonly port: number
  readonly settings: TcpSettings
  readonly budget: MemoryBudget
  readonly clock: Clock
  readonly log: Logger
}

/**
 * One port of this process, for all endpoints that listen at it: bound as soon as it is free, and again
 * when it is lost. It lets in who speaks the protocol and proves who they are, in time.
 */
export class Port {
  readonly #parts: PortParts
  readonly #listeners = new Set<TcpListener>()
  /** Every connection, as it was accepted; those of strangers in the order in which they came. */
  readonly #sockets = new Set<Socket>()
  readonly #strangers = new Map<string, Socket>()
  readonly #closing = new AbortController()
  #server: Server | undefined
  #isBound = false
  #flaw: string | undefined
  #unsaid = 0
  #sayAt = 0

  constructor(parts: PortParts) {
    this.#parts = parts
    void this.#supervise()
  }

  get isBound(): boolean {
    return this.#isBound
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Why it is not bound. */
  get flaw(): string | undefined {
    return this.#isBound ? undefined : (this.#flaw ?? 'it is not bound yet')
  }

  add(listener: TcpListener): void {
    this.#listeners.add(listener)
  }

  /** The last one closes the port; resolves when it is free. */
  async remove(listener: TcpListener): Promise<void> {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#closing.abort()
    const server = this.#server
    for (const stranger of this.#strangers.values()) stranger.destroy()
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  async #supervise(): Promise<void> {
    const { host, port, clock, log } = this.#parts
    const about = { host, port }
    for (let failures = 0; !this.isClosed; ) {
      try {
        const server = this.#makeServer()
        this.#server = server
        const closed = new Promise<void>((resolve) => server.once('close', resolve))
        await bind(server, host, port)
        if (this.isClosed) return void server.close()
        this.#isBound = true
        if (failures > 0) log.info('the port is free now; receiving', about)
        failures = 0
        await closed
        this.#isBound = false
      } catch (error) {
        failures += 1
        this.#flaw = String(error)
        if (failures === 1) log.warn('the port cannot be listened at; trying again until it can', { ...about, error: String(error) })
        await clock.sleep(backoffMs(failures, rebindBackoff, Math.random()), this.#closing.signal)
      }
    }
  }

  #makeServer(): Server {
    const { tls, handshakeMs } = this.#parts.settings
    const server =
      tls === undefined
        ? createPlain({ noDelay: true }, (socket) => this.#accepted(socket, socket))
        : createTls({
            ...tls.credentials,
            requestCert: tls.clientCertificates,
            rejectUnauthorized: tls.clientCertificates,
            handshakeTimeout: handshakeMs,
          })
    if (tls !== undefined) {
      server.on('connection', (socket: Socket) => this.#knocked(socket))
      server.on('secureConnection', (socket: Socket) => this.#greeted(socket))
      server.on('tlsClientError', (error: Error, { remoteAddress }: Socket) => this.#refused(remoteAddress, error.message))
    }
    return server
  }

  #accepted(socket: Socket, secured: Socket): void {
    if (this.#knocked(socket)) this.#greeted(secured)
  }

  /** Makes room for a stranger, or refuses one. */
  #knocked(socket: Socket): boolean {
    const { connections, strangers } = this.#parts.settings
    socket.on('error', () => undefined)
    if (this.isClosed || this.#sockets.size >= connections) {
      socket.destroy()
      this.#refused(socket.remoteAddress, `there are ${connections} connections already`)
      return false
    }
    const key = keyOf(socket)
    this.#sockets.add(socket)
    this.#strangers.set(key, socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#strangers.get(key) === socket) this.#strangers.delete(key)
    })
    if (this.#strangers.size > strangers) {
      const [oldest] = this.#strangers.values()
      oldest!.destroy()
      this.#refused(oldest!.remoteAddress, 'it has not shown who it is, and others wait')
    }
    return true
  }

  /** From the first byte of ours to the last of the handshake, in time. */
  #greeted(socket: Socket): void {
    const { settings, clock, log, budget } = this.#parts
    const { largestMessage, frameMs, handshakeMs } = settings
    const { remoteAddress } = socket
    let onEnd: () => void = () => undefined
    const link = new Link({ socket, clock, budget, largestMessage, frameMs, onEnd: () => onEnd() })
    const late = clock.timer(handshakeMs, () => link.bye('too-slow', 'the handshake was not finished in time'))
    meet(link, settings)
      .then(({ hello, welcome }) => {
        if (link.isOver) return
        const listener = [...this.#listeners].find(({ endpoint }) => endpoint === hello.endpoint)
        if (listener === undefined) return link.bye('no-endpoint', `nobody listens there at the endpoint ${JSON.stringify(hello.endpoint)}`)
        this.#strangers.delete(keyOf(socket))
        log.debug('a peer is let in', { from: remoteAddress, app: hello.app, endpoint: hello.endpoint })
        const admitted = listener.admit(link)
        onEnd = admitted.onEnd
        link.send(welcome)
        const { largestFrame, heartbeatMs } = settings
        link.open({ largestFrame, heartbeatMs, readsWhenWritten: true, receive: admitted.receive })
      })
      .catch((error: unknown) => {
        const { reason, message } = error instanceof ProtocolError ? error : new ProtocolError(String(error))
        this.#refused(remoteAddress, message)
        link.bye(reason, message)
      })
      .finally(() => late.cancel())
  }

  #refused(address: string | undefined, reason: string): void {
    const { clock, log, host, port } = this.#parts
    const now = clock.monotonic()
    if (now < this.#sayAt) return void (this.#unsaid += 1)
    log.warn('a connection was not let in', { host, port, from: address, reason, notSaidBefore: this.#unsaid })
    this.#unsaid = 0
    this.#sayAt = now + sayEveryMs
  }
}

/** A TLS socket has the ends of the one that it is on. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      // Errors of accepting, such as too many open files, end nothing.
      server.on('error', () => undefined)
      resolve()
    })
  })
}
