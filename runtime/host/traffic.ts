import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { BeatReport, DestinationCounts, MessageStore } from '../contracts/message-store.ts'
import type { TransportPlace } from '../contracts/transport.ts'
import { DueTimer } from '../durability/due-timer.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import { Strays } from '../durability/strays.ts'
import type { BufferedEndpoint } from '../inbox/buffered-endpoint.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { DurableEndpoint } from '../inbox/durable-endpoint.ts'
import type { Endpoint } from '../inbox/endpoint.ts'
import { Listeners } from '../inbox/listeners.ts'
import { Settlements } from '../inbox/settlements.ts'
import { Relay } from '../outbox/relay.ts'
import { checkTransport } from '../routing/check-transport.ts'
import { isLocal } from '../routing/destination.ts'
import type { EndpointSettings, RouteTable } from '../routing/route-table.ts'
import type { Transports } from '../routing/transports.ts'
import type { SenderDescription, Senders, TransportDescription, TransportsApi } from './app.ts'

export interface TrafficParts {
  readonly transports: Transports
  readonly routes: RouteTable
  readonly store: MessageStore
  readonly node: NodeIdentity
  /** Writes what became of incoming messages. */
  readonly settlements: Settlements
  readonly clock: Clock
  readonly log: Logger
  readonly undeliverable: (id: string, type: string, message: string) => void
  /** Whether it is a request that this app cannot answer, and whose caller has been told so. */
  readonly turnsAway: (envelope: Envelope) => boolean
  /** Something that came in is due after so many milliseconds. */
  readonly dueWithin: (ms: number) => void
}

/**
 * What crosses the border of this process: its transports, the relay that sends through them and the
 * listeners that receive. An app without transports has one, which does nothing but look once a minute
 * whether messages were left for transports that nobody has any more.
 */
export class Traffic implements Senders, TransportsApi {
  readonly #parts: TrafficParts
  readonly #relay: Relay
  readonly #listeners: Listeners
  readonly #due: DueTimer
  readonly #strays: Strays

  constructor(parts: TrafficParts) {
    const { transports, routes, store, node, clock, log, undeliverable } = parts
    const { outgoing } = store
    this.#parts = parts
    const settlements = new Settlements(outgoing, clock, log)
    this.#due = new DueTimer(outgoing, clock, log, (destinations) => {
      this.wake(destinations)
      store.wakeUps.notify(destinations)
    })
    const dueWithin = (ms: number): void => this.#due.within(ms)
    this.#relay = new Relay({ transports, senders: routes.senders, outgoing, settlements, node, clock, log, dueWithin, undeliverable })
    const keepsOrder = (endpoint: string): boolean => transports.keepsOrder(endpoint)
    this.#listeners = new Listeners(transports, { ...parts, incoming: store.incoming, keepsOrder })
    const wake = (destinations: readonly string[]): void => this.wake(destinations)
    this.#strays = new Strays({ rows: outgoing, node, settlements, log, wake, held: () => this.#relay.held() })
  }

  /** Where messages for an address outside this app wait; `undefined` for a local one. */
  destination(address: string): Endpoint | undefined {
    return isLocal(address) ? undefined : this.#relay.agent(address)
  }

  /** An endpoint that receives through a transport, if its address says so. */
  listen(settings: EndpointSettings, endpoint: DurableEndpoint | BufferedEndpoint): void {
    if (!isLocal(settings.address)) this.#listeners.add(settings, endpoint)
  }

  /** Begins to connect, so that a password that is refused stops the start. */
  async open(appName: string): Promise<void> {
    const { transports, clock, log } = this.#parts
    await transports.open({ appName, clock, log })
  }

  async start(): Promise<void> {
    if (this.#parts.transports.schemes.length === 0) return
    await this.#relay.start()
    this.#due.within(0)
    this.#listeners.start()
  }

  wake(destinations: readonly string[]): void {
    this.#relay.wake(destinations.filter((address) => !isLocal(address)))
  }

  /** There may be something anywhere. */
  wakeAll(): void {
    this.#relay.wake([])
  }

  dueWithin(ms: number): void {
    this.#due.within(ms)
  }

  /** What a beat has seen. */
  heard({ sendable, nextSendDueInMs }: BeatReport): void {
    if (sendable.length > 0) this.wake(sendable)
    if (nextSendDueInMs !== undefined) this.#due.within(nextSendDueInMs)
  }

  /** This node goes on under a new id. */
  renewed(): void {
    this.#relay.forgetWaiting()
  }

  /** Once a minute. */
  async round(): Promise<void> {
    if (this.#parts.transports.schemes.length > 0) await this.#strays.release()
    await this.#relay.round()
  }

  /** Receives nothing more. */
  async pause(): Promise<void> {
    await this.#listeners.pause()
  }

  /** Sends nothing more; what is with a transport ends. What others delivered and is not settled goes back. */
  async close(): Promise<void> {
    const { transports, log } = this.#parts
    this.#due.stop()
    await Promise.all([this.#relay.close(), this.#listeners.stop()])
    await transports.close((scheme, error) => log.warn('closing a transport failed', { scheme, error: String(error) }))
  }

  counts(): Promise<readonly DestinationCounts[]> {
    return this.#parts.store.outgoing.counts()
  }

  list(): readonly SenderDescription[] {
    const { routes } = this.#parts
    return [...this.#relay.agents()].map(({ settings: { address, buffer }, circuit, inMemory }) => {
      const { batch, onRefused } = routes.senders.get(address) ?? { batch: undefined, onRefused: 'dead-letter' }
      return { destination: address, circuit, inMemory, buffer, batch, onRefused }
    })
  }

  async check({ provision = false }: { readonly provision?: boolean } = {}): Promise<readonly string[]> {
    const { transports, routes } = this.#parts
    const places: readonly TransportPlace[] = [
      ...[...routes.senders.keys()].map((address) => ({ address, use: 'send' as const })),
      ...[...routes.endpoints.keys()].filter((address) => !isLocal(address)).map((address) => ({ address, use: 'listen' as const })),
    ]
    return (await Promise.all(transports.all().map((transport) => checkTransport(transport, places, { provision })))).flat()
  }

  transports(): readonly TransportDescription[] {
    return this.#parts.transports.all().map(({ scheme, description, capabilities }) => ({ scheme, description, ...capabilities }))
  }

  isConnected(endpoint: string): boolean | undefined {
    return this.#listeners.isConnected(endpoint)
  }
}
