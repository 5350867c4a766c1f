import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { RefusalReason, SendOutcome } from '../../runtime/contracts/transport.ts'
import { lines, say, type FromBroker, type Sent, type ToBroker } from './demo-wire.ts'

interface Kept extends Sent {
  redeliveries: number
}

interface Consumer {
  readonly socket: Socket
  readonly queue: string
  readonly listener: number
  readonly unsettled: number
  paused: boolean
  readonly out: Map<number, Kept>
}

/**
 * A small broker for tests: named queues in its memory, on loopback, for apps in this process and in
 * others. It forgets nothing unless told to, survives its own restarts, and has faults to switch on.
 */
export class DemoBroker {
  readonly #queues = new Map<string, Kept[]>()
  readonly #consumers = new Set<Consumer>()
  readonly #sockets = new Set<Socket>()
  readonly deadLetters: { readonly queue: string; readonly reason: string; readonly body: Uint8Array }[] = []
  readonly #refusals = new Map<string, RefusalReason>()
  readonly #failing = new Set<string>()
  /** Ids in the order in which they were taken, repeated ones too. */
  readonly taken: { readonly queue: string; readonly id: string; readonly batch: number }[] = []
  /** A larger message is refused. */
  largest = 100_000
  /** So many sends are taken, and then the connection is cut instead of answered. */
  cutsBeforeAnswer = 0
  /** Sends are taken and never answered. */
  silent = false
  #server: Server | undefined
  #port = 0
  #batches = 0
  #lastTag = 0

  get port(): number {
    return this.#port
  }

  async start(): Promise<this> {
    const server = createServer((socket) => this.#connected(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
    return this
  }

  /** Goes down; messages stay. `start` brings it back at the same place. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
    this.cut()
    await closed
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  refuse(queue: string, reason: RefusalReason | undefined): void {
    if (reason === undefined) this.#refusals.delete(queue)
    else this.#refusals.set(queue, reason)
  }

  fail(queue: string, fails: boolean): void {
    if (fails) this.#failing.add(queue)
    else this.#failing.delete(queue)
  }

  /** Puts a message there as another system would. */
  put(queue: string, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    this.#enqueue({ queue, headers, body: Buffer.from(body).toString('base64') })
  }

  /** Waiting, not those with a consumer. */
  waiting(queue: string): number {
    return this.#at(queue).length
  }

  /** With a consumer, not settled. */
  unsettled(queue: string): number {
    return [...this.#consumers].filter((one) => one.queue === queue).reduce((sum, { out }) => sum + out.size, 0)
  }

  #at(queue: string): Kept[] {
    const found = this.#queues.get(queue) ?? []
    this.#queues.set(queue, found)
    return found
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      for (const consumer of this.#consumers) if (consumer.socket === socket) this.#gone(consumer)
    })
    lines<ToBroker>(socket, (message) => this.#heard(socket, message))
  }

  #heard(socket: Socket, message: ToBroker): void {
    if ('send' in message) {
      const outcomes = this.#take(message.send)
      if (this.cutsBeforeAnswer > 0) {
        this.cutsBeforeAnswer -= 1
        socket.destroy()
      } else if (!this.silent) say<FromBroker>(socket, { answer: message.n, outcomes })
    } else if ('listen' in message) {
      const { listen: queue, listener, unsettled } = message
      this.#consumers.add({ socket, queue, listener, unsettled, paused: false, out: new Map() })
      this.#serve(queue)
    } else if ('pause' in message) {
      for (const one of this.#of(socket, message.listener)) one.paused = message.pause
      say<FromBroker>(socket, { answer: message.n, outcomes: [] })
      for (const one of this.#of(socket, message.listener)) this.#serve(one.queue)
    } else if ('stop' in message) {
      for (const one of this.#of(socket, message.listener)) this.#gone(one)
      say<FromBroker>(socket, { answer: message.n, outcomes: [] })
    } else this.#settle(socket, message)
  }

  #settle(socket: Socket, { settle, tag, listener, n, reason }: Extract<ToBroker, { settle: string }>): void {
    for (const consumer of this.#of(socket, listener)) {
      const kept = consumer.out.get(tag)
      if (kept === undefined) continue
      consumer.out.delete(tag)
      if (settle === 'requeue') this.#at(consumer.queue).push({ ...kept, redeliveries: kept.redeliveries + 1 })
      const { queue } = consumer
      if (settle === 'dead-letter') this.deadLetters.push({ queue, reason: reason ?? '', body: Buffer.from(kept.body, 'base64') })
      this.#serve(consumer.queue)
    }
    say<FromBroker>(socket, { answer: n, outcomes: [] })
  }

  #of(socket: Socket, listener: number): readonly Consumer[] {
    return [...this.#consumers].filter((one) => one.socket === socket && one.listener === listener)
  }

  /** What it had goes back to the front, in its order. */
  #gone(consumer: Consumer): void {
    this.#consumers.delete(consumer)
    this.#at(consumer.queue).unshift(...[...consumer.out.values()].map((kept) => ({ ...kept, redeliveries: kept.redeliveries + 1 })))
    consumer.out.clear()
    this.#serve(consumer.queue)
  }

  #take(sent: readonly Sent[]): SendOutcome[] {
    const batch = ++this.#batches
    return sent.map((one) => {
      const reason = one.body.length > this.largest ? 'too-large' : this.#refusals.get(one.queue)
      if (reason !== undefined) return { kind: 'refused', reason, detail: `the demo broker does not take it at ${one.queue}` }
      if (this.#failing.has(one.queue)) return { kind: 'failed', detail: 'the demo broker was told to fail' }
      this.taken.push({ queue: one.queue, id: one.headers['jasper-id'] ?? '', batch })
      this.#enqueue(one)
      return { kind: 'sent' }
    })
  }

  #enqueue(sent: Sent): void {
    const wait = sent.notBefore === undefined ? 0 : sent.notBefore - Date.now()
    const enqueue = (): void => {
      this.#at(sent.queue).push({ ...sent, redeliveries: 0 })
      this.#serve(sent.queue)
    }
    if (wait > 0) setTimeout(enqueue, wait).unref()
    else enqueue()
  }

  #serve(queue: string): void {
    const waiting = this.#at(queue)
    for (const consumer of this.#consumers) {
      if (consumer.queue !== queue || consumer.paused) continue
      while (waiting.length > 0 && consumer.out.size < consumer.unsettled) {
        const kept = waiting.shift()!
        const tag = ++this.#lastTag
        consumer.out.set(tag, kept)
        const { headers, body, redeliveries } = kept
        say<FromBroker>(consumer.socket, { deliver: tag, listener: consumer.listener, headers, body, redeliveries })
      }
    }
  }
}
