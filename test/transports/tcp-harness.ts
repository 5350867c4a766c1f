import { createServer } from 'node:net'
import type { ListenOptions, Transport, TransportDelivery } from '../../runtime/contracts/transport.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import { parseAddress } from '../../runtime/transports/tcp/addresses.ts'
import { tcp, type TcpOptions } from '../../runtime/transports/tcp/index.ts'
import type { TransportHarness, TransportPlace } from '../conformance/transport-harness.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { TcpPeer } from '../support/tcp-peer.ts'

const largestMessage = 100_000

/** Endpoints of one port, with a door before it that is shut when the other side is down. */
export function tcpHarness(options: TcpOptions = {}): TransportHarness {
  return {
    capabilities: { schedules: false, ordersByKey: true, deadLetters: true, largestMessage },
    isDirect: true,
    fresh: () => freshPlace({ ...options, largestMessage }),
  }
}

interface Kept {
  readonly endpoint: string
  readonly id: string | undefined
}

async function freshPlace(options: TcpOptions): Promise<TransportPlace> {
  const port = await freePort()
  // One for each process of a test.
  const replyPorts = await Promise.all(Array.from({ length: 8 }, freePort))
  const proxy = await tcpFaultProxy('127.0.0.1', port)
  const witness = new Witness()
  const kept = new Set<Kept>()
  const dropped = new AbortController()
  const scheme = options.name === undefined ? 'tcp' : `tcp+${options.name}`
  const queue = (name: string) => ({ to: `${scheme}://localhost:${proxy.port}/${name}`, at: `${scheme}://localhost:${port}/${name}` })
  /** Again and again until it is taken, as a sender's store would. */
  const keep = async (one: readonly Kept[], attempt: () => Promise<readonly boolean[]>): Promise<void> => {
    for (const message of one) kept.add(message)
    while (one.some((message) => kept.has(message)) && !dropped.signal.aborted) {
      const done = await attempt().catch(() => [])
      one.forEach((message, at) => done[at] === true && kept.delete(message))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return {
    transport: () => witness.over(tcp({ ...options, repliesAt: `${scheme}://localhost:${replyPorts.pop()!}` })),
    queue,
    ordered: queue,
    noAddress: `${scheme}://localhost:none`,
    post(transport, envelopes) {
      const sender = transport.sender(envelopes[0]!.destination)
      const { endpoint } = parseAddress(scheme, envelopes[0]!.destination, 'send')
      const messages = envelopes.map((envelope) => ({ endpoint, id: envelope.id, envelope }))
      void keep(messages, async () => {
        const waiting = messages.filter((message) => kept.has(message))
        const outcomes = await sender.send(waiting.map(({ envelope }) => envelope))
        return messages.map((message) => !waiting.includes(message) || outcomes[waiting.indexOf(message)]!.kind !== 'failed')
      }).finally(() => sender.close())
    },
    async put(name, headers, body) {
      const one = { endpoint: name, id: headers[headerNames.id] }
      void keep([one], async () => {
        const peer = new TcpPeer(proxy.port)
        try {
          await peer.greet(name)
          await peer.send(headers, body)
          return [true]
        } finally {
          peer.end()
        }
      })
    },
    async count(name) {
      const unsettled = witness.unsettled(name)
      const waiting = [...kept].filter(({ endpoint, id }) => endpoint === name && (id === undefined || !witness.taken.has(id))).length
      return { waiting: waiting - unsettled, unsettled }
    },
    down: async () => proxy.cut(),
    up: async () => proxy.mend(),
    async drop() {
      dropped.abort()
      await proxy.close()
    },
  }
}

/** Looks on at what listeners are given, and what they say of it. */
class Witness {
  readonly taken = new Set<string>()
  readonly #deliveries = new Map<TransportDelivery, string>()

  unsettled(endpoint: string): number {
    return [...this.#deliveries].filter(([{ gone }, at]) => !gone && at === endpoint).length
  }

  over(transport: Transport): Transport {
    const listen = (at: string, options: ListenOptions): ReturnType<Transport['listen']> => {
      const { endpoint } = parseAddress(transport.scheme, at, 'listen')
      const receive = (deliveries: readonly TransportDelivery[]): void => {
        for (const delivery of deliveries) this.#deliveries.set(delivery, endpoint)
        options.receive(deliveries.map((delivery) => this.#seen(delivery)))
      }
      return transport.listen(at, { ...options, receive })
    }
    return { ...transport, listen }
  }

  #seen(delivery: TransportDelivery): TransportDelivery {
    const id = delivery.headers[headerNames.id]
    const told = (settled: 'settled' | 'lost', isTaken: boolean): 'settled' | 'lost' => {
      this.#deliveries.delete(delivery)
      if (isTaken && settled === 'settled' && id !== undefined) this.taken.add(id)
      return settled
    }
    return {
      headers: delivery.headers,
      body: delivery.body,
      redeliveries: delivery.redeliveries,
      get gone() {
        return delivery.gone
      },
      ack: async () => told(await delivery.ack(), true),
      requeue: async () => told(await delivery.requeue(), false),
      deadLetter: async (reason) => told(await delivery.deadLetter(reason), true),
    }
  }
}

/** Below those that the system gives to connections, so that none of them takes it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise<void>((resolve) => server.close(() => resolve()))
    if (isFree) return port
  }
}
