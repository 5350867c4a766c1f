import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type {
  ListenOptions,
  SendOutcome,
  Settled,
  Transport,
  TransportDelivery,
  TransportListener,
  TransportSender,
} from '../../runtime/contracts/transport.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { toHeaders } from '../../runtime/envelope/travel-headers.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { lines, say, type FromBroker, type Sent, type ToBroker } from './demo-wire.ts'

export interface DemoOptions {
  readonly port: number
  readonly scheme?: string
  readonly schedules?: boolean
}

/** The honest little transport of the tests, to a `DemoBroker` on loopback. Addresses are `demo://queue/<name>`. */
export function demoTransport({ port, scheme = 'demo', schedules = false }: DemoOptions): Transport {
  const links = new Set<Link>()
  const listeners = new Set<DemoListener>()
  const queueOf = (address: string): string => address.slice(`${scheme}://queue/`.length)
  return {
    scheme,
    description: `demo broker at 127.0.0.1:${port}`,
    capabilities: { schedules, ordersByKey: false, deadLetters: true, largestMessage: 100_000 },
    address(text) {
      if (text.startsWith(`${scheme}://queue/`) && /^[a-z0-9.-]+$/.test(queueOf(text))) return text
      throw new JasperError('JASPER_UNKNOWN_DESTINATION', `${JSON.stringify(text)} is not an address of the demo broker: ${scheme}://queue/<name>.`)
    },
    replyAddress: () => `${scheme}://queue/replies.${randomUUID()}`,
    async open() {},
    async close() {
      for (const listener of listeners) await listener.stop()
      for (const link of links) link.end()
    },
    sender: (destination) => new DemoSender(port, links, queueOf(destination), schedules),
    listen(endpoint, options) {
      const listener = new DemoListener(port, links, queueOf(endpoint), options)
      listeners.add(listener)
      return listener
    },
    async check() {
      const link = await Link.to(port, links)
      link.end()
      return []
    },
  }
}

/** One connection, with its questions that wait for an answer. */
class Link {
  readonly #socket: Socket
  readonly #links: Set<Link>
  readonly #asked = new Map<number, { resolve(outcomes: readonly SendOutcome[]): void; reject(error: Error): void }>()
  #last = 0
  onDelivery: ((delivery: Extract<FromBroker, { deliver: number }>) => void) | undefined
  onEnd: (() => void) | undefined
  alive = true

  private constructor(socket: Socket, links: Set<Link>) {
    this.#socket = socket
    this.#links = links
    links.add(this)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#ended())
    lines<FromBroker>(socket, (message) => {
      if ('deliver' in message) return this.onDelivery?.(message)
      this.#asked.get(message.answer)?.resolve(message.outcomes)
      this.#asked.delete(message.answer)
    })
  }

  static async to(port: number, links: Set<Link>): Promise<Link> {
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Link(socket, links)
  }

  tell(message: ToBroker): void {
    say(this.#socket, message)
  }

  ask(question: (n: number) => ToBroker): Promise<readonly SendOutcome[]> {
    if (!this.alive) return Promise.reject(new Error('the connection to the demo broker is lost'))
    const n = ++this.#last
    return new Promise((resolve, reject) => {
      this.#asked.set(n, { resolve, reject })
      say(this.#socket, question(n))
    })
  }

  end(): void {
    this.#socket.destroy()
    this.#ended()
  }

  #ended(): void {
    if (!this.alive) return
    this.alive = false
    this.#links.delete(this)
    for (const { reject } of this.#asked.values()) reject(new Error('the connection to the demo broker is lost'))
    this.#asked.clear()
    this.onEnd?.()
  }
}

class DemoSender implements TransportSender {
  readonly #port: number
  readonly #links: Set<Link>
  readonly #queue: string
  readonly #schedules: boolean
  #link: Link | undefined

  constructor(port: number, links: Set<Link>, queue: string, schedules: boolean) {
    this.#port = port
    this.#links = links
    this.#queue = queue
    this.#schedules = schedules
  }

  async send(messages: readonly Envelope[]): Promise<readonly SendOutcome[]> {
    if (this.#link?.alive !== true) this.#link = await Link.to(this.#port, this.#links)
    const sent = messages.map((envelope): Sent => ({
      queue: this.#queue,
      headers: toHeaders(envelope),
      body: Buffer.from(envelope.body).toString('base64'),
      ...(this.#schedules && envelope.scheduledFor !== undefined && { notBefore: envelope.scheduledFor.getTime() }),
    }))
    return await this.#link.ask((n) => ({ n, send: sent }))
  }

  async close(): Promise<void> {
    this.#link?.end()
  }
}

let lastListener = 0

class DemoListener implements TransportListener {
  readonly #port: number
  readonly #links: Set<Link>
  readonly #queue: string
  readonly #options: ListenOptions
  readonly #id = ++lastListener
  #link: Link | undefined
  #paused = false
  #stopped = false

  constructor(port: number, links: Set<Link>, queue: string, options: ListenOptions) {
    this.#port = port
    this.#links = links
    this.#queue = queue
    this.#options = options
    void this.#connect()
  }

  get connected(): boolean {
    return this.#link?.alive === true
  }

  async pause(): Promise<void> {
    this.#paused = true
    await this.#link?.ask((n) => ({ n, pause: true, listener: this.#id })).catch(() => undefined)
  }

  resume(): void {
    this.#paused = false
    void this.#link?.ask((n) => ({ n, pause: false, listener: this.#id })).catch(() => undefined)
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    await this.#link?.ask((n) => ({ n, stop: true, listener: this.#id })).catch(() => undefined)
    this.#link?.end()
  }

  async #connect(): Promise<void> {
    for (let failures = 0; !this.#stopped; failures++) {
      try {
        const link = await Link.to(this.#port, this.#links)
        if (this.#stopped) return link.end()
        this.#link = link
        link.onDelivery = (delivery) => {
          if (!this.#stopped) this.#options.receive([this.#delivery(link, delivery)])
        }
        link.onEnd = () => void (this.#stopped || this.#connect())
        link.tell({ listen: this.#queue, listener: this.#id, unsettled: this.#options.unsettled })
        if (this.#paused) await this.pause()
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, Math.min(20 * 2 ** failures, 500)).unref())
      }
    }
  }

  #delivery(link: Link, { deliver: tag, headers, body, redeliveries }: Extract<FromBroker, { deliver: number }>): TransportDelivery {
    let isSettled = false
    const isStopped = (): boolean => this.#stopped
    const settle = async (how: 'ack' | 'requeue' | 'dead-letter', reason?: string): Promise<Settled> => {
      if (isSettled || !link.alive || isStopped()) return 'lost'
      isSettled = true
      const about = reason === undefined ? {} : { reason }
      return await link.ask((n) => ({ n, settle: how, tag, listener: this.#id, ...about })).then(
        () => 'settled' as const,
        () => 'lost' as const,
      )
    }
    return {
      headers,
      body: Buffer.from(body, 'base64'),
      redeliveries,
      get gone() {
        return !link.alive || isStopped()
      },
      ack: () => settle('ack'),
      requeue: () => settle('requeue'),
      deadLetter: (reason) => settle('dead-letter', reason),
    }
  }
}
