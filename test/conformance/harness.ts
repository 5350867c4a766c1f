import type { Clock } from '../../runtime/contracts/clock.ts'
import type { MessageStore, MessageStoreCapabilities } from '../../runtime/contracts/message-store.ts'
import type { SqlResult, SqlStatement } from '../../runtime/contracts/statement.ts'

/** What the author of a store hands to `messageStoreConformance`. */
export interface MessageStoreHarness {
  /** What the store should say about itself. */
  readonly capabilities: MessageStoreCapabilities
  /** An empty place for messages that no other test has. */
  fresh(): Promise<MessageStorePlace>
}

/** One database, as far as the suite is concerned. */
export interface MessageStorePlace {
  /** A new store over it, not opened. Several stores stand for several processes. */
  store(): MessageStore
  /** The clock that stores are opened with. */
  readonly clock: Clock
  /** Moves the time by which the stores judge what is due and how old it is. */
  advance(ms: number): void
  /**
   * Runs `work` in a transaction of the user's own, for stores with a dialect. Commits when it
   * resolves; rolls back when it rejects, then rejects with the same error.
   */
  transaction?(work: (execute: (statement: SqlStatement) => Promise<SqlResult>) => Promise<void>): Promise<void>
  /** Drops it. All stores are closed by then. */
  drop(): Promise<void>
}
