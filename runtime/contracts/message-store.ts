import type { Clock } from './clock.ts'
import type { StoreRules } from './endpoint-rules.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { IncomingMessages } from './incoming-messages.ts'
import type { Logger } from './logger.ts'
import type { Nodes, WakeUps } from './nodes.ts'
import type { OpenForOperator, StoreOperations } from './operations.ts'
import type { OutgoingMessages } from './outgoing-messages.ts'
import type { RecurringMessages } from './recurring-messages.ts'
import type { ScheduledMessages } from './scheduled-messages.ts'
import type { UnroutedMessages } from './unrouted-messages.ts'
import type { Pauses } from './pauses.ts'
import type { SqlDialect } from './transaction-adapter.ts'

export type * from './dead-letters.ts'
export type { EndpointRules, StoreRules } from './endpoint-rules.ts'
export * from './incoming-messages.ts'
export type * from './nodes.ts'
export type * from './operations.ts'
export type * from './outgoing-messages.ts'
export type * from './recurring-messages.ts'
export type * from './scheduled-messages.ts'
export * from './unrouted-messages.ts'
export * from './pauses.ts'

/**
 * Where messages wait until they are handled.
 *
 * Every sentence in this file and in those of its parts is a test in `test/conformance/message-store/`.
 * Methods may be called concurrently. A method that rejects has changed nothing, unless its error is
 * `JASPER_STORE_UNREACHABLE`, which says that the outcome is not known; every method may safely be
 * called again after that.
 */
export interface MessageStore {
  /** For people: the kind and place of the store, without secrets. */
  readonly description: string
  readonly capabilities: MessageStoreCapabilities
  /**
   * Connects, and brings the schema to the version that this runtime needs or checks that it is.
   *
   * Idempotent. Rejects with `JASPER_STORE_UNREACHABLE`, `JASPER_STORE_SCHEMA` (missing, older or
   * newer than this runtime) or `JASPER_STORE_OWNED` (the schema belongs to an app of another name).
   */
  open(options: OpenStore): Promise<void>
  /**
   * Connects for an operator's tool. `deadLetters`, `operations`, `incoming.counts`,
   * `outgoing.counts`, `nodes.takeOver` and `releaseOrphans` work then; all else is for apps. `JASPER_NOT_SUPPORTED`
   * where no other process can see the store.
   */
  openForOperator(options: OpenForOperator): Promise<void>
  /** Ends all connections of its own. Idempotent; safe before `open` and while it runs. */
  close(): Promise<void>
  readonly incoming: IncomingMessages
  readonly outgoing: OutgoingMessages
  readonly scheduled: ScheduledMessages
  readonly unrouted: UnroutedMessages
  readonly recurring: RecurringMessages
  readonly deadLetters: DeadLetters
  readonly nodes: Nodes
  readonly wakeUps: WakeUps
  readonly pauses: Pauses
  readonly operations: StoreOperations
  /** The handle that transactional handlers of this data-access library use unless the app names one. */
  dataHandle(adapterName: string): unknown
}

export interface MessageStoreCapabilities {
  /** Messages survive the end of the process. */
  readonly durable: boolean
  /** Statements of this store can join transactions of adapters with this dialect. */
  readonly dialect: SqlDialect | undefined
  /** `wakeUps.notify` in one process reaches `onWake` in another. */
  readonly wakesOtherProcesses: boolean
}

export interface OpenStore {
  /** The name of the application that the stored messages belong to. */
  readonly appName: string
  readonly clock: Clock
  readonly log: Logger
  /** How the app's endpoints are kept, and what it can handle; the defaults, and nothing, when unsaid. */
  readonly rules?: StoreRules
}
