import type { Claim, Settlement } from '../contracts/message-store.ts'
import type { LogFields, Logger } from '../contracts/logger.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { CircuitBreaker } from '../inbox/circuit-breaker.ts'
import type { Delivery } from '../inbox/delivery.ts'

/** What the endpoint itself contributes. */
export interface EndpointOwnWays extends Pick<EndpointWays, 'again' | 'wake' | 'pause'> {
  /** Is told of every attempt; `undefined`: the endpoint has none. */
  readonly breaker: CircuitBreaker | undefined
  /** A `validate` function has refused a message, and that was its end. */
  rejected(): void
}

/** The ways that a message may leave, or come back to, its endpoint. */
export interface EndpointWays {
  /** Back to its queue in memory, for a message that is nowhere else. */
  again(delivery: Delivery, afterMs: number): void
  /** Resolves with `false` when the claim was lost. */
  settle(settlement: Settlement, envelope: Envelope): Promise<boolean>
  /** A buffered message that ends as a dead letter gets a row at last, claimed by this node. */
  store(envelope: Envelope): Promise<Claim>
  /** There is something to claim again. */
  wake(): void
  /** Pauses the endpoint everywhere. Resolves when this process has stopped taking messages from it. */
  pause(forMs: number, reason: string): Promise<void>
  /** The ordering key that a dead letter of this message holds, or the address of a sequential endpoint; most hold none. */
  heldBy(envelope: Envelope): string | undefined
  log(level: keyof Logger, event: string, envelope: Envelope, more?: LogFields): void
}
