import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { RequestOptions } from '../bus/request-options.ts'
import type { SentWhere } from '../bus/sends.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Claim, EnlistedStatement } from '../contracts/message-store.ts'
import type { TransactionAdapter } from '../contracts/transaction-adapter.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { Outgoing } from '../outbox/outgoing.ts'

/** What a run needs from its app. */
export interface RunParts {
  readonly clock: Clock
  readonly log: Logger
  readonly timeoutMs: number
  /** The app's handle for this library. */
  rootOf<Root, Tx>(adapter: TransactionAdapter<Root, Tx>): Root
  /** Notes the envelopes of a message, one for each of its destinations or for those that `to` says, in `outgoing`; returns their id. */
  route(
    messageName: string,
    message: unknown,
    options: DeliveryOptions | undefined,
    parent: Envelope | undefined,
    mustHaveSubscriber: boolean,
    outgoing: Outgoing,
    to?: SentWhere,
  ): string
  /** Asks for a reply at once, outside the scope of the message being handled. */
  request(messageName: string, message: unknown, options: RequestOptions, parent: Envelope): Promise<unknown>
  /** Notes the message itself for the queues of handlers that have it each for themselves. */
  goOn(envelope: Envelope, message: unknown, outgoing: Outgoing): void
  /** The statement that completes the claim and stores what is outgoing. */
  enlist(claim: Claim | undefined, outgoing: Outgoing): EnlistedStatement
  /** The first statement of a transaction that handles a message without a row: it fails for one that is known. */
  once?(envelope: Envelope): EnlistedStatement
}
