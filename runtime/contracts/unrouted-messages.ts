import type { Envelope } from '../envelope/envelope.ts'
import type { NewMessage, StoredError } from './incoming-messages.ts'

/** What `jasper.send` was given. */
export interface UnroutedMessage {
  readonly id: string
  readonly messageType: string
  /** `undefined`: the version of whoever routes it. */
  readonly messageVersion: number | undefined
  /** JSON, as the database writes it. */
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly orderingKey: string | undefined
  readonly dueAt: Date | undefined
  readonly correlationId: string | undefined
  readonly tenantId: string | undefined
}

/** What becomes of an unrouted message: rows for its destinations, or a dead letter for each of them. */
export type Routing =
  | { readonly kind: 'routed'; readonly rows: readonly NewMessage[] }
  | { readonly kind: 'dead'; readonly envelopes: readonly Envelope[]; readonly error: StoredError }

export interface RoutableType {
  readonly messageType: string
  readonly messageVersion: number
}

/** An unrouted message, for people. */
export interface WaitingMessage {
  readonly id: string
  readonly messageType: string
  readonly messageVersion: number | undefined
  readonly sentAt: Date
  /** Why no process has routed it; `undefined` when it was sent a moment ago. */
  readonly reason: string | undefined
}

/** Messages that SQL alone has sent; none in a store without a dialect. */
export interface UnroutedMessages {
  /**
   * Takes messages of these types, parked or not, at most `limit`, in the order of sending; stores what
   * `route` answers for each, and forgets them: in one transaction. Resolves with how many.
   *
   * One process routes at a time, so that their order is kept; another that has something to take is told
   * that it is `busy`. `route` may be called again, when its first transaction did not hold.
   */
  route(
    known: readonly RoutableType[],
    limit: number,
    route: (messages: readonly UnroutedMessage[]) => Promise<readonly Routing[]>,
  ): Promise<number | 'busy'>
  /**
   * Parks messages sent longer ago than `olderThanMs`, of those types that `reasonOf` has a reason for, at
   * most `limit`. Resolves with how many. Parked ones are no longer among what a beat calls claimable.
   */
  park(
    olderThanMs: number,
    limit: number,
    reasonOf: (messageType: string, messageVersion: number | undefined) => string | undefined,
  ): Promise<number>
  /** The oldest first. Reads only. */
  list(limit: number): Promise<readonly WaitingMessage[]>
  /** Forgets messages by id. Resolves with how many. */
  discard(ids: readonly string[]): Promise<number>
}

/** What beats and wake-ups call unrouted messages: an endpoint that every process listens to. */
export const unroutedAddress = 'sql://unrouted'
