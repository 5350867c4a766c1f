import type { TransportListener } from '../contracts/transport.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import { schemeOf, type Transports } from '../routing/transports.ts'
import type { BufferedEndpoint } from './buffered-endpoint.ts'
import type { DurableEndpoint } from './durable-endpoint.ts'
import { Receiver, type ReceiverParts } from './receiver.ts'

interface Listening {
  readonly settings: EndpointSettings
  readonly receiver: Receiver
  listener: TransportListener | undefined
}

/** The endpoints of this app that receive through transports. */
export class Listeners {
  readonly #transports: Transports
  readonly #listening: Listening[] = []
  readonly #parts: ReceiverParts

  constructor(transports: Transports, parts: ReceiverParts) {
    this.#transports = transports
    this.#parts = parts
  }

  add(settings: EndpointSettings, endpoint: DurableEndpoint | BufferedEndpoint): void {
    this.#listening.push({ settings, receiver: new Receiver(settings, endpoint, this.#parts), listener: undefined })
  }

  start(): void {
    for (const listening of this.#listening) {
      const { settings, receiver } = listening
      const transport = this.#transports.of(schemeOf(settings.address))!
      // Inline: what is not settled is what runs and what waits its turn, so there is little of the latter.
      const unsettled = settings.mode === 'inline' ? Math.min(settings.buffer, settings.parallelism * 2) : settings.buffer
      listening.listener = transport.listen(settings.address, { unsettled, receive: receiver.receive })
    }
  }

  /** Whether an endpoint can receive; `undefined` for one that has no transport. */
  isConnected(address: string): boolean | undefined {
    return this.#listening.find(({ settings }) => settings.address === address)?.listener?.connected
  }

  /** Takes no more; what was delivered goes its way and is settled. */
  async pause(): Promise<void> {
    await Promise.all(this.#started().map((listener) => listener.pause()))
    await Promise.all(this.#listening.map(({ receiver }) => receiver.idle()))
  }

  /** What is not settled goes back. */
  async stop(): Promise<void> {
    for (const { receiver } of this.#listening) receiver.stop()
    await Promise.all(this.#started().map((listener) => listener.stop()))
  }

  #started(): readonly TransportListener[] {
    return this.#listening.flatMap(({ listener }) => listener ?? [])
  }
}
