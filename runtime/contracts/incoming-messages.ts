import type { Envelope, FailedAttempt } from '../envelope/envelope.ts'
import type { SqlResult, SqlStatement } from './statement.ts'
import type { LastStatement } from './transaction-adapter.ts'

/** The right to settle one message. Raised `epoch`s tell a claim from an earlier one of the same row. */
export interface Claim {
  readonly id: string
  readonly endpoint: string
  readonly owner: string
  readonly epoch: number
}

export interface ClaimedMessage {
  readonly claim: Claim
  readonly envelope: Envelope
  /** The lane that is held by this claim. */
  readonly lane: string | undefined
}

/** A message to be stored. */
export interface NewMessage {
  readonly envelope: Envelope
  /** The node that will handle it and holds a place for it in memory; `undefined`: whoever claims it. */
  readonly owner: string | undefined
  /**
   * Messages of one endpoint with equal lanes are claimed one at a time, oldest first, by all nodes
   * together. `undefined`: claimed freely. A message with a lane is never stored with an owner.
   */
  readonly lane: string | undefined
  /** Sent through a transport rather than handled here: stored among the outgoing messages, see `OutgoingMessages`. */
  readonly outgoing?: boolean
  /** Ready at once whatever its `scheduledFor` says: whoever takes it next keeps its time. */
  readonly timeKeptElsewhere?: boolean
}

/** The epoch of the claim that a message stored with an owner begins with. */
export const firstEpoch = 1

export interface ClaimRequest {
  readonly owner: string
  readonly endpoint: string
  /** At most so many. */
  readonly limit: number
  /** Whether to claim parked messages, too, of types that this process can handle; not when unsaid. */
  readonly parked?: boolean
}

/** What becomes of a claimed message. */
export type Settlement =
  /** Handled. Stores `sends` in the same statement. */
  | { readonly kind: 'complete'; readonly claim: Claim; readonly sends: readonly NewMessage[] }
  /**
   * An attempt failed: counted, and claimable again after `delayMs` by the store's clock, in its old
   * place; with `toEnd` behind everything that waits at its endpoint, unless it has a lane.
   */
  | ({ readonly kind: 'retry'; readonly claim: Claim; readonly delayMs: number; readonly toEnd?: boolean } & FailureCount)
  /** An attempt failed, and the next follows under the same claim: counted, so that a crash forgets nothing. */
  | ({ readonly kind: 'keep'; readonly claim: Claim } & FailureCount)
  /** Given back unhandled, no attempt counted. */
  | { readonly kind: 'release'; readonly claim: Claim }
  /** Expired or discarded by policy. */
  | { readonly kind: 'discard'; readonly claim: Claim }
  /** Set aside because this node cannot decode its type. Only a claim that asks for parked ones finds it. */
  | { readonly kind: 'park'; readonly claim: Claim; readonly reason: string }
  /**
   * Moved to the dead letters with its raw body. Where a letter of the same id and endpoint is there already,
   * the last death counts; only one that could not be sent leaves one that could not be handled as it is.
   */
  | ({ readonly kind: 'dead-letter'; readonly claim: Claim; readonly error: StoredError } & FailureCount)

/** What a failed attempt leaves with its message. */
export interface FailureCount {
  readonly attempts: number
  /** As it was when unsaid. */
  readonly connectionLosses?: number
  /** The whole history; as it was when unsaid. Every text is kept, whatever characters it holds. */
  readonly failures?: readonly FailedAttempt[]
}

export interface StoredError {
  /** The error's class name, or its code. */
  readonly type: string
  readonly message: string
  readonly stack: string | undefined
}

/** `lost`: the claim is no longer held, and nothing of this settlement happened. */
export type SettlementOutcome = 'settled' | 'lost'

/** A statement for a transaction of the user's own, with the reading of its answer. */
export interface EnlistedStatement {
  readonly statement: SqlStatement
  /** Throws `JASPER_CLAIM_LOST` when the answer says that the claim is no longer held. */
  verify(result: SqlResult): void
  /** The same for an adapter that sends COMMIT right behind it: fails in the database where `verify` would throw. */
  readonly last?: LastStatement
}

/** See {@link IncomingMessages.join}. */
export interface JoiningStatements {
  readonly identify: SqlStatement
  /** `identified` is the answer to `identify`. */
  store(identified: SqlResult): EnlistedStatement
}

export interface IncomingMessages {
  /**
   * Stores messages, all or none. Resolves when they are committed.
   *
   * A message whose (id, destination) is stored already, or was completed within the dedup window,
   * is passed over. `mayExist: false` promises that all ids are new and spares the look-up of
   * completed ones. An `owner` that is no longer a registered node is stored as none.
   */
  insert(messages: readonly NewMessage[], options: { readonly mayExist: boolean }): Promise<void>
  /**
   * Claims messages that are ready, unowned and due, oldest first.
   *
   * Never claims a message that another live claim holds. Of messages that share a lane only the
   * oldest is claimed, and only when no other of that lane is; one that waits for a retry, or is
   * parked, holds its lane back, and so does a dead letter where the rules of the endpoint say `block`.
   * Each claim raises the epoch. Resolves with an empty list when there is nothing.
   */
  claim(request: ClaimRequest): Promise<readonly ClaimedMessage[]>
  /**
   * Settles claims, each for itself, in one round trip where it can.
   *
   * A settlement whose claim is no longer held changes nothing and is `lost`. Outcomes are in the
   * order of the settlements. Of one claim they take effect one after the other: `keep` leaves it held
   * for the next, every other kind ends it, and what stands behind that is `lost`.
   */
  settle(settlements: readonly Settlement[]): Promise<readonly SettlementOutcome[]>
  /**
   * The statement that completes `claim` and stores `sends` inside a handler's own transaction.
   * With `claim: undefined` it only stores. Must be the last statement before COMMIT.
   * Throws `JASPER_NOT_SUPPORTED` where the store has no dialect.
   */
  enlist(claim: Claim | undefined, sends: readonly NewMessage[]): EnlistedStatement
  /**
   * Two statements for a transaction that somebody else began and will end. The answer to `identify`,
   * handed to `store`, tells that transaction from every other; the second stores `sends` without
   * owners in that one alone, and with `notify` wakes the other processes when it commits. `verify`
   * throws `JASPER_NOT_A_TRANSACTION` when both ran in no transaction, or in two. Throws
   * `JASPER_NOT_SUPPORTED` where the store has no dialect.
   */
  join(sends: readonly NewMessage[], options: { readonly notify: boolean }): JoiningStatements
  /** Whether a message is stored, was completed within the dedup window, or is a dead letter. */
  isKnown(id: string, endpoint: string): Promise<boolean>
  /**
   * The statement that marks a message as handled in a transaction of its handler's own, for one that
   * has no row. Must be its first. `verify` throws `JASPER_DUPLICATE` when the message is stored, is a
   * dead letter, or was completed within the dedup window; then the transaction must roll back. Of two
   * transactions of one message the second waits for the first. Throws `JASPER_NOT_SUPPORTED` where
   * the store has no dialect.
   */
  once(id: string, endpoint: string): EnlistedStatement
  /**
   * Stores a message that was taken without a row and has to wait after all, as `insert` does. Of this
   * and a transaction that `once` has marked exactly one holds: it waits until that transaction has
   * ended, or rejects with `JASPER_STORE_UNREACHABLE` where that takes long. Resolves with whether the
   * message was stored by this call; `false`: it is stored, is a dead letter, or was completed within
   * the dedup window.
   */
  storeOnce(message: NewMessage): Promise<boolean>
  /** Whether the claim is still held. */
  holds(claim: Claim): Promise<boolean>
  /** All claims of an owner, in no order. */
  ownedBy(owner: string): Promise<readonly Claim[]>
  /**
   * Makes scheduled and delayed messages ready whose time has come, soonest first, up to `limit`.
   *
   * A scheduled message arrives now: behind what waits already, in the order of due times. A delayed
   * one keeps its place in the order of arrival.
   */
  releaseDue(limit: number): Promise<DueReport>
  /** Dead-letters parked messages that have waited longer than `parkedForMs`, the oldest first, at most `limit`. Resolves with how many. */
  expireParked(parkedForMs: number, limit: number): Promise<number>
  /** Forgets completed ids older than the dedup window, at most `limit`. Resolves with how many. */
  forgetCompleted(limit: number): Promise<number>
  /** Numbers for people, those of unrouted messages under `unroutedAddress`. Reads only; may scan. */
  counts(): Promise<readonly EndpointCounts[]>
}

export interface KnownType {
  readonly messageType: string
  readonly messageVersion: number
}

export interface DueReport {
  /** The endpoints that have something new to claim. */
  readonly endpoints: readonly string[]
  /** Whether `limit` was reached and more are due. */
  readonly more: boolean
  /** Milliseconds until the next one is due, by the store's clock; `undefined`: none waits. */
  readonly nextDueInMs: number | undefined
}

export interface EndpointCounts {
  readonly endpoint: string
  /** Waiting to be claimed. */
  readonly ready: number
  /** Of these, those that a dead letter holds back in their lane. */
  readonly blocked: number
  /** Claimed by a node. */
  readonly claimed: number
  /** Waiting for their time: scheduled, or delayed by a retry. */
  readonly scheduled: number
  /** Set aside: no node knew their type. */
  readonly parked: number
  readonly deadLettered: number
}
