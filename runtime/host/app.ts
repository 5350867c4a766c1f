import type { MessageBus, MessageSender } from '../bus/message-context.ts'
import type { MessageName, RegisteredMessages } from '../bus/message-map.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { DestinationCounts, EndpointCounts, MessageStore, WaitingMessage } from '../contracts/message-store.ts'
import type { AnyTransactionAdapter, CallersTransaction, TransactionOf, TransactionOptions } from '../contracts/transaction-adapter.ts'
import type { Transport, TransportCapabilities } from '../contracts/transport.ts'
import type { DeadLetterOffice } from '../durability/dead-letter-office.ts'
import type { RoutePreview } from '../routing/preview-routes.ts'
import type { EndpointMode } from '../routing/route-table.ts'
import type { Flow } from '../inbox/endpoint.ts'
import type { EndpointControl } from '../inbox/endpoint-control.ts'
import type { Storage } from '../durability/storage.ts'
import type { RequestCounts } from '../replies/requests.ts'
import type { Health } from './health.ts'
import type { Duration } from '../bus/delivery-options.ts'
import type { ScheduledApi } from '../durability/scheduled.ts'

/** What every app is given. The generated `createApp` adds `services`. */
export interface AppOptions {
  /** Names the application; a store's schema belongs to one name. */
  readonly name: string
  readonly store: MessageStore
  /** The ways to other processes: brokers and connections. None when unsaid. */
  readonly transports?: readonly Transport[]
  /**
   * The handles of data-access libraries whose transactions handlers ask for, by the library's
   * name. `pg` comes from the PostgreSQL stores when unsaid.
   */
  readonly data?: Readonly<Record<string, unknown>>
  /**
   * Data-access libraries whose transactions `outbox` is to take part in although no handler asks for
   * one: `[pgTransactions]` from `jasper-runtime/pg`. Those of handlers are known without.
   */
  readonly transactions?: readonly AnyTransactionAdapter[]
  /** Writes warnings and errors to the console when unsaid. */
  readonly log?: Logger
  /**
   * How long `stop` waits for running handlers; 30 s when unsaid. Then they are aborted, and the stop
   * ends within five seconds more, whatever they and the database do.
   */
  readonly stopTimeout?: Duration
  /**
   * Dead letters older than this are deleted for good, once a minute and in batches; kept for ever when
   * unsaid. `'30d'` suits most apps that set it.
   */
  readonly keepDeadLetters?: Duration
  /**
   * A message of a type or version that no process knows waits for one that does; after so long it is a
   * dead letter. `'24h'` when unsaid.
   */
  readonly parkFor?: Duration
  /**
   * This process handles nothing: what it sends is stored, for buffered endpoints too, and other
   * processes of the app handle it. `invoke` still works. `false` when unsaid.
   */
  readonly sendOnly?: boolean
  /**
   * Whether this process takes over the work of dead ones. Others take over its own all the same; with
   * `false` everywhere, nobody does. `true` when unsaid.
   */
  readonly recovery?: boolean
  /** The machine's clock when unsaid. */
  readonly clock?: Clock
}

/** A running application: the handlers, their endpoints, and the bus. */
export interface App<M = RegisteredMessages> {
  readonly bus: MessageBus<M>
  /** What became of requests, in this process since its start. */
  readonly requests: { counts(): RequestCounts }
  /** Messages that are part of a transaction outside handlers. */
  readonly outbox: TransactionalOutbox<M>
  readonly deadLetters: DeadLetterOffice
  /** Messages whose time has not come. */
  readonly scheduled: ScheduledApi
  /** What leaves through transports. */
  readonly senders: Senders
  /** The ways to other processes. */
  readonly transports: TransportsApi
  /** Pauses, resumes and lists endpoints. */
  readonly endpoints: Pick<EndpointControl, 'pause' | 'resume' | 'list'>
  readonly storage: Storage
  /**
   * Opens the store, takes back work left by an earlier run, and begins to listen. Rejects, with
   * everything closed again, when any part cannot start.
   */
  start(): Promise<void>
  /**
   * Stops claiming, waits for running handlers, gives back what was not begun. Idempotent.
   *
   * What buffered endpoints have in memory is handled. What is scheduled waits in the store; one that is
   * in memory loses it.
   */
  stop(): Promise<void>
  /** Messages by endpoint and state. Reads only. */
  counts(): Promise<readonly EndpointCounts[]>
  /**
   * Whether this process does its work, for probes: one cheap question to the store, never a scan.
   * Never rejects; answers within `timeout`, 2 s when unsaid.
   */
  health(options?: { readonly timeout?: Duration }): Promise<Health>
  /**
   * Where a message would go if it were sent now, and which rule says so. Throws `JASPER_UNKNOWN_MESSAGE`. Works before the start too, and
   * sends nothing.
   */
  previewRoutes(message: MessageName<M>): RoutePreview
  /** What this app consists of, for people and tools. */
  describe(): AppDescription
}

/**
 * Sends messages in a transaction of your own, outside handlers: they leave when it commits, and never
 * when it does not.
 */
export interface TransactionalOutbox<M = RegisteredMessages> {
  /**
   * Opens a transaction on the app's handle of a data-access library (for pg a `Pool`), runs `work` in
   * it and commits. Resolves with what `work` resolved with, once the database said that it committed.
   *
   * What is sent on `bus` is written as the last statement before COMMIT and handed over in memory
   * after it. When `work` throws, everything is rolled back, nothing is sent, and the error is passed
   * on. When the answer to COMMIT is lost, the messages are looked for: found, all is well; else it
   * rejects with `JASPER_COMMIT_UNKNOWN`. Nothing is retried. After `work` has ended `tx` is revoked,
   * and a send rejects with `JASPER_OUTBOX_CLOSED`.
   */
  transaction<Root, T>(
    root: Root & KnownRoot<Root>,
    work: (tx: TransactionOf<Root>, bus: MessageSender<M>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
  /**
   * Joins a transaction that you began on `tx` and will commit. Await it before you do.
   *
   * What `work` sends on `bus` is written into the transaction before this resolves, and leaves with its
   * commit; nothing leaves when it, or a savepoint around this call, is rolled back. May be called any
   * number of times in a transaction. Rejects with `JASPER_NOT_A_TRANSACTION` where none is open on
   * `tx`, with `JASPER_TRANSACTION_ABORTED` where a statement in it has failed, and with
   * `JASPER_NOT_SUPPORTED` for a message to an endpoint that is in memory only.
   */
  within<T>(tx: CallersTransaction, work: (bus: MessageSender<M>) => Promise<T>, options?: WithinOptions): Promise<T>
  /** Messages sent by SQL alone that no process has routed, oldest first, with the reason; at most 100 when unsaid. */
  unrouted(query?: { readonly limit?: number }): Promise<readonly WaitingMessage[]>
  /** Forgets unrouted messages by id. Resolves with how many. */
  discardUnrouted(ids: readonly string[]): Promise<number>
}

export interface WithinOptions {
  /**
   * Whether the commit notifies all processes, so that the messages are handled at once; true when
   * unsaid. Without, they are found within about a second. PostgreSQL lets transactions that notify
   * commit one after the other: say `false` where very many commit at the same time.
   */
  readonly notify?: boolean
}

/** Says in an error of tsc what is missing. */
export type KnownRoot<Root> = [TransactionOf<Root>] extends [never] ? 'no integration in this program knows this handle: import its adapter' : unknown

export interface AppDescription {
  readonly name: string
  readonly store: string
  /** Whether this process handles nothing itself. */
  readonly sendOnly: boolean
  /** Whether it takes over the work of dead processes. */
  readonly recovery: boolean
  readonly chains: readonly ChainDescription[]
  readonly endpoints: readonly EndpointDescription[]
  readonly recurring: readonly RecurringDescription[]
  readonly senders: readonly SenderDescription[]
  readonly transports: readonly TransportDescription[]
}

export interface RecurringDescription {
  readonly name: string
  readonly message: string
  readonly timetable: string
  /** What becomes of ticks at which no process was running. */
  readonly missed: 'once' | 'skip'
}

export interface ChainDescription {
  readonly message: string
  readonly handlers: readonly string[]
  /** The library whose transaction the handlers run in. */
  readonly transaction: string | undefined
  readonly cascades: readonly string[]
  readonly destinations: readonly string[]
  /** Whether the effects of its handlers happen exactly once, or at least once. */
  readonly effects: 'exactly once' | 'at least once'
  /** What becomes of the message when handling it fails, as a sentence: its own rules, those of the app, the default. */
  readonly onFailure: string
  /** How long one handling may take, where a policy says it: see the endpoint for what holds else. */
  readonly timeoutMs: number | undefined
  /** The member or function by which a policy orders its messages. */
  readonly orderedBy: string | undefined
}

export interface EndpointDescription {
  readonly address: string
  readonly mode: EndpointMode
  readonly parallelism: number
  readonly sequential: boolean
  readonly onDeadLetter: 'release' | 'block'
  readonly timeoutMs: number
  /** When its circuit breaks, as a sentence; `undefined`: it has no breaker. */
  readonly circuitBreaker: string | undefined
  /** Whether this process takes messages from it, as far as it knows now. */
  readonly flow: Flow
  /** Whether its transport can receive at this moment; `undefined` for a local queue, and before the start. */
  readonly connected: boolean | undefined
}

/** The destinations outside this app. */
export interface Senders {
  /** Their state in this process. */
  list(): readonly SenderDescription[]
  /** Messages that wait in the store to be sent, by destination and state. Reads only. */
  counts(): Promise<readonly DestinationCounts[]>
}

export interface TransportsApi {
  /**
   * What is missing or wrong on the other sides at the addresses of the routes, one sentence each; an
   * empty list when all is well. With `provision` what can be made is made first. A transport that does
   * not answer is a sentence too. Works between start and stop.
   */
  check(options?: { readonly provision?: boolean }): Promise<readonly string[]>
}

export interface SenderDescription {
  readonly destination: string
  /** `open`: sending has failed again and again, and messages wait in the store; `half-open`: one is tried. */
  readonly circuit: 'closed' | 'open' | 'half-open'
  /** Messages in the memory of this process. */
  readonly inMemory: number
  readonly buffer: number
  /** Messages given to the transport at a time; `undefined`: no route of this app names the destination. */
  readonly batch: number | undefined
  readonly onRefused: 'dead-letter' | 'discard'
}

export interface TransportDescription extends TransportCapabilities {
  readonly scheme: string
  readonly description: string
}
