import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Claim, OutgoingMessages } from '../contracts/message-store.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import type { Endpoint } from '../inbox/endpoint.ts'
import type { Settlements } from '../inbox/settlements.ts'
import { senderSettings, type SenderSettings } from '../routing/sender-settings.ts'
import { schemeOf, type Transports } from '../routing/transports.ts'
import { SendingAgent } from './sending-agent.ts'

/** Rows parked by one statement. */
const page = 5_000

export interface RelayParts {
  readonly transports: Transports
  readonly senders: ReadonlyMap<string, SenderSettings>
  readonly outgoing: OutgoingMessages
  readonly settlements: Settlements
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  readonly dueWithin: (ms: number) => void
  /** A message has become a dead letter, or was discarded, for this reason: whoever waits for a reply to it is to hear. */
  readonly undeliverable: (id: string, type: string, message: string) => void
}

/**
 * Everything that leaves this process through transports: one sending agent for each destination.
 *
 * Agents of the routes are there from the start. A destination that only other processes name, or
 * named before they died, gets its agent when the beat finds rows for it, if its scheme is served here.
 */
export class Relay {
  readonly #parts: RelayParts
  readonly #agents = new Map<string, SendingAgent>()
  /** Destinations that their transport has no sender for. */
  readonly #unsendable = new Set<string>()
  #open = false

  constructor(parts: RelayParts) {
    this.#parts = parts
    for (const destination of parts.senders.keys()) this.agent(destination)
  }

  /** The agent of a destination; `undefined` when no transport of this app serves it. */
  agent(destination: string): SendingAgent | undefined {
    const known = this.#agents.get(destination)
    if (known !== undefined) return known
    const transport = this.#parts.transports.of(schemeOf(destination))
    if (transport === undefined) return undefined
    const settings = this.#parts.senders.get(destination) ?? senderSettings(destination, {})
    const { capabilities } = transport
    const agent = new SendingAgent(settings, { ...this.#parts, sender: transport.sender(destination), capabilities })
    this.#agents.set(destination, agent)
    if (this.#open) agent.open()
    return agent
  }

  agents(): Iterable<SendingAgent> {
    return this.#agents.values()
  }

  /** Rows that were parked until this process came are released first. */
  async start(): Promise<void> {
    await this.#release()
    this.#open = true
    for (const agent of this.#agents.values()) agent.open()
  }

  /** There may be something to send. An empty list: look everywhere. */
  wake(destinations: readonly string[]): void {
    if (!this.#open) return
    if (destinations.length === 0) for (const agent of this.#agents.values()) agent.wake()
    else for (const destination of destinations) this.#wakeAt(destination)
  }

  /** A transport may refuse an address that another version of the app has written; that is no reason not to look after the others. */
  #wakeAt(destination: string): void {
    if (this.#unsendable.has(destination)) return
    try {
      this.agent(destination)?.wake()
    } catch (error) {
      this.#unsendable.add(destination)
      this.#parts.log.error('messages wait for a destination that cannot be sent to; they stay in the store', { destination, error: String(error) })
    }
  }

  /** Once a minute: what no process can send is set aside, and what this one can is taken from there. */
  async round(): Promise<void> {
    const { outgoing, transports, log } = this.#parts
    // No timer of ours does it where there is no transport: rows that waited for another attempt are parked, too.
    if (transports.schemes.length === 0) await outgoing.releaseDue(page)
    const parked = await outgoing.parkUnserved(page)
    if (parked > 0) log.error('messages wait for destinations that no process of this app has a transport for; parked', { messages: parked })
    if (transports.schemes.length === 0) return
    const released = await this.#release()
    if (released.length > 0) this.wake(released)
  }

  /** Where the messages go that were parked for a transport of ours and are ready now. */
  async #release(): Promise<readonly string[]> {
    const { outgoing, transports } = this.#parts
    const found = new Set<string>()
    for (let last = page; last === page; ) {
      const { released, destinations } = await outgoing.releaseParked(transports.schemes, page)
      for (const destination of destinations) found.add(destination)
      last = released
    }
    return [...found]
  }

  forgetWaiting(): void {
    for (const agent of this.#agents.values()) agent.forgetWaiting()
  }

  *held(): Iterable<Claim> {
    for (const agent of this.#agents.values()) for (const { claim } of agent.held()) if (claim !== undefined) yield claim
  }

  /** What has not begun stays with this node's claims, which its leaving frees. */
  async close(): Promise<void> {
    this.#open = false
    await Promise.all([...this.#agents.values()].map((agent: Endpoint) => agent.close()))
    await this.#parts.settlements.idle()
  }
}
