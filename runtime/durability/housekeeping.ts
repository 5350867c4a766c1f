import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Claim, DeadLetters, IncomingMessages, Nodes, RecurringMessages } from '../contracts/message-store.ts'
import type { Settlements } from '../inbox/settlements.ts'
import type { NodeIdentity } from './node-identity.ts'
import { Strays } from './strays.ts'

/** How often it looks. */
export const housekeepingEveryMs = 60_000
const page = 5_000
/** Where a rule stood that no process has any more is forgotten so long after its next tick. */
const forgetRulesAfterMs = 24 * 60 * 60 * 1_000

export interface HousekeepingParts {
  readonly incoming: IncomingMessages
  readonly nodes: Nodes
  readonly recurring: RecurringMessages
  readonly deadLetters: DeadLetters
  /** `undefined`: for ever. */
  readonly keepDeadLettersMs: number | undefined
  /** A message whose type no node knows becomes a dead letter after so long. */
  readonly parkForMs: number
  /** Whether this node takes over from dead ones. */
  readonly recovers: boolean
  readonly node: NodeIdentity
  readonly settlements: Settlements
  readonly clock: Clock
  readonly log: Logger
  readonly wake: (endpoints: readonly string[]) => void
  /** Every claim that this process has in memory. */
  readonly held: () => Iterable<Claim>
  /** What else is looked after in each round. */
  readonly also: () => Promise<void>
}

/**
 * What is looked after once a minute: rows that this node owns but does not hold, rows of owners
 * that no longer exist, completed ids past the dedup window, messages parked for too long, here or for
 * want of a transport, and dead letters that have been kept long enough.
 */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  readonly #stop = new AbortController()
  readonly #strays: Strays
  #loop: Promise<void> | undefined

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
    this.#strays = new Strays({ ...parts, rows: parts.incoming })
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#parts.clock.sleep(housekeepingEveryMs, this.#stop.signal)
      if (this.#stop.signal.aborted) return
      try {
        await this.round()
      } catch (error) {
        this.#parts.log.warn('housekeeping failed; it comes round again', { error: String(error) })
      }
    }
  }

  /** One round. */
  async round(): Promise<void> {
    const { incoming, nodes, recurring, deadLetters, keepDeadLettersMs, parkForMs, recovers, log, wake } = this.#parts
    await this.#strays.release()
    await this.#parts.also()
    const orphaned = recovers ? await nodes.releaseOrphans(page) : []
    if (orphaned.length > 0) wake(orphaned)
    while ((await incoming.forgetCompleted(page)) === page && !this.#stop.signal.aborted);
    await recurring.forget(forgetRulesAfterMs)
    let expired = 0
    for (let last = page; last === page && !this.#stop.signal.aborted; expired += last) {
      last = await incoming.expireParked(parkForMs, page)
    }
    if (expired > 0) log.error('messages were parked too long, because no node knows their type; dead-lettered', { messages: expired, parkForMs })
    if (keepDeadLettersMs === undefined) return
    let gone = 0
    for (let last = page; last === page && !this.#stop.signal.aborted; gone += last) {
      last = await deadLetters.expire(keepDeadLettersMs, page)
    }
    if (gone > 0) log.info('dead letters have been kept long enough; deleted', { messages: gone })
  }
}
