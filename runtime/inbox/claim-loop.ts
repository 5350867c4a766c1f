import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { ClaimedMessage, IncomingMessages } from '../contracts/message-store.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import { backoffMs, storeBackoff } from '../timing/backoff.ts'
import { faultPoint } from '../timing/fault-point.ts'

/** A claim brings at most so many; larger ones hold rows that another node could have had. */
export const largestClaim = 500

export interface ClaimLoopParts {
  readonly address: string
  readonly incoming: Pick<IncomingMessages, 'claim'>
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  /** How many messages there is room for at this moment. */
  readonly limit: () => number
  readonly take: (claimed: readonly ClaimedMessage[]) => void
}

/**
 * Claims the messages of one endpoint as room allows, one statement at a time, until one comes back
 * short. `mayHaveMore` says that there may be something; a wake that arrives during a claim sets it
 * again, so none is lost.
 */
export class ClaimLoop {
  readonly #parts: ClaimLoopParts
  #mayHaveMore = true
  /** Something is parked that this process can handle. */
  #mayHaveParked = false
  #claiming: Promise<void> | undefined
  #open = false
  readonly #closing = new AbortController()
  #failures = 0

  constructor(parts: ClaimLoopParts) {
    this.#parts = parts
  }

  get mayHaveMore(): boolean {
    return this.#mayHaveMore
  }

  /** Whether the last claim failed; the next is under way. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  open(): void {
    this.#open = true
    this.wake()
  }

  /** There may be something to claim. */
  wake(): void {
    this.#mayHaveMore = true
    this.goOn()
  }

  /** Something is parked here that this process can handle. */
  unpark(): void {
    this.#mayHaveParked = true
    this.wake()
  }

  /** A lane that a message has left may have another; the next claim looks. */
  laneLeft(): void {
    this.#mayHaveMore = true
  }

  /** There may be room again. */
  goOn(): void {
    if (this.#claiming !== undefined || !this.#open || !this.#mayHaveMore || this.#limit() <= 0) return
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined
      this.goOn()
    })
  }

  /** Also waits for a claim under way: made after this node has signed off, it would be nobody's. */
  async close(): Promise<void> {
    this.#open = false
    this.#closing.abort()
    await this.#claiming
  }

  #limit(): number {
    return Math.min(this.#parts.limit(), largestClaim)
  }

  async #claim(): Promise<void> {
    const { incoming, node, clock, log, address, take } = this.#parts
    const limit = this.#limit()
    const parked = this.#mayHaveParked
    this.#mayHaveMore = false
    this.#mayHaveParked = false
    try {
      const claimed = await incoming.claim({ owner: node.id, endpoint: address, limit, parked })
      this.#failures = 0
      // The lane of a parked message may hold another one.
      if (parked && claimed.length > 0) this.#mayHaveParked = true
      if (claimed.length === limit) this.#mayHaveMore = true
      if (claimed.length > 0) await faultPoint('dispatch.after-claim')
      if (claimed.length > 0 && (await isForgotten())) return
      // A claim that arrives while the endpoint closes stays with this node and is given back at the stop.
      if (this.#open) take(claimed)
    } catch (error) {
      this.#mayHaveMore = true
      this.#mayHaveParked ||= parked
      this.#failures += 1
      if (this.#failures === 1) log.warn('claiming messages failed; trying again', { endpoint: address, error: String(error) })
      await clock.sleep(backoffMs(this.#failures, storeBackoff, Math.random()), this.#closing.signal)
    }
  }
}

/** Only a test makes a process forget what it has claimed; the housekeeping must find it again. */
async function isForgotten(): Promise<boolean> {
  try {
    await faultPoint('dispatch.before-keep')
    return false
  } catch {
    return true
  }
}
