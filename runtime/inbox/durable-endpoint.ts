import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Claim, IncomingMessages } from '../contracts/message-store.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import { ClaimLoop, largestClaim } from './claim-loop.ts'
import type { Delivery } from './delivery.ts'
import type { Flow, PausableEndpoint } from './endpoint.ts'
import { WorkQueue, type Handle } from './work-queue.ts'

/**
 * An endpoint whose messages are in the store until they are settled.
 *
 * Messages come in two ways. What this process commits is handed over in memory, as long as nothing
 * older waits in the store. All else is claimed.
 */
export class DurableEndpoint implements PausableEndpoint {
  readonly settings: EndpointSettings
  readonly #node: NodeIdentity
  readonly #claims: ClaimLoop
  readonly #queue: WorkQueue
  #places = 0
  #open = false
  #flow: Flow = 'open'
  readonly #giveUp: (claims: readonly Claim[]) => Promise<void>
  /** Releases under way: until they hold, newer messages must not overtake older ones. */
  #releasing = 0

  constructor(
    settings: EndpointSettings,
    parts: {
      readonly incoming: IncomingMessages
      readonly node: NodeIdentity
      readonly clock: Clock
      readonly log: Logger
      readonly handle: Handle
      /** Releases claims. Never rejects. */
      readonly giveUp: (claims: readonly Claim[]) => Promise<void>
    },
  ) {
    this.settings = settings
    this.#node = parts.node
    this.#giveUp = parts.giveUp
    const handle: Handle = async (delivery, turn) => {
      await parts.handle(delivery, turn)
      if (delivery.lane !== undefined) this.#claims.laneLeft()
    }
    this.#queue = new WorkQueue(settings.parallelism, handle, () => this.#claims.goOn())
    this.#claims = new ClaimLoop({
      ...parts,
      address: settings.address,
      limit: () => this.#limit(),
      take: (claimed) => {
        if (this.#flow === 'open' || (this.#flow === 'probing' && claimed.length === 1)) for (const delivery of claimed) this.#queue.push(delivery)
        else this.#release(claimed)
      },
    })
  }

  get isFailing(): boolean {
    return this.#claims.isFailing
  }

  open(): void {
    this.#open = true
    this.#claims.open()
  }

  hold(): boolean {
    if (!this.#open || this.#flow !== 'open' || this.#claims.mayHaveMore || this.#room() <= 0) return false
    this.#places += 1
    return true
  }

  giveBack(): void {
    this.#places -= 1
    this.#claims.goOn()
  }

  deliver(delivery: Delivery): void {
    this.#places -= 1
    if (!this.#open) return
    // Under a former id of this node the row was stored without an owner, or it is freed: claim it again.
    if (!this.#isOurs(delivery)) this.wake()
    else if (this.#flow === 'open') this.#queue.push(delivery)
    else this.#release([delivery])
  }

  setFlow(flow: Flow): void {
    if (flow === this.#flow) return
    this.#flow = flow
    this.#queue.setLimit(flow === 'open' ? this.settings.parallelism : flow === 'probing' ? 1 : 0)
    if (flow !== 'open') {
      const waiting = this.#queue.takeWaiting()
      // What a transport delivered inline has no row: it waits here, and the transport brings no more than there is room for.
      for (const delivery of waiting) if (delivery.claim === undefined) this.#queue.push(delivery)
      this.#release(waiting)
    }
    if (flow !== 'paused') this.wake()
  }

  /** Takes a message that is kept elsewhere until it is handled. It keeps to the parallelism of the endpoint like any other. */
  take(delivery: Delivery): void {
    if (this.#open) this.#queue.push(delivery)
    else delivery.receipt?.failed()
  }

  wake(): void {
    this.#claims.wake()
  }

  unpark(): void {
    this.#claims.unpark()
  }

  held(): Iterable<Delivery> {
    return this.#queue.held()
  }

  forgetWaiting(): void {
    for (const delivery of this.#queue.takeWaiting()) if (this.#isOurs(delivery)) this.#queue.push(delivery)
    this.wake()
  }

  async close(): Promise<readonly Delivery[]> {
    this.#open = false
    this.#queue.close()
    await Promise.all([this.#queue.idle(), this.#claims.close()])
    return this.#queue.takeWaiting()
  }

  #isOurs({ claim }: Delivery): boolean {
    return claim === undefined || claim.owner === this.#node.id
  }

  #room(): number {
    return this.settings.buffer - this.#queue.waiting - this.#queue.running - this.#places
  }

  /** A sequential endpoint claims its next message only when it has none. */
  #limit(): number {
    if (this.#flow === 'paused' || this.#releasing > 0) return 0
    if (this.settings.sequential || this.#flow === 'probing') return this.#queue.waiting + this.#queue.running === 0 ? 1 : 0
    if (this.#queue.waiting * 4 > this.settings.buffer) return 0
    const room = this.#room()
    // What is being settled leaves in a moment: a claim after each that leaves would be a claim for one.
    return this.#queue.settling > 0 && room < Math.min(largestClaim, this.settings.buffer / 2) ? 0 : room
  }

  #release(deliveries: readonly Delivery[]): void {
    const claims = deliveries.flatMap(({ claim }) => claim ?? [])
    if (claims.length === 0) return
    this.#releasing += 1
    void this.#giveUp(claims).then(() => {
      this.#releasing -= 1
      this.wake()
    })
  }
}
