import type { Logger } from '../contracts/logger.ts'
import type { TransactionAdapter } from '../contracts/transaction-adapter.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { MessageContext } from '../bus/message-context.ts'

/** What a wrapper says of the message in it. */
export interface CascadeOptions {
  readonly options: DeliveryOptions | undefined
  readonly destination: string | undefined
}

/** One handling of one message, as generated code sees it. */
export interface ChainRun<Message> {
  readonly message: Message
  readonly envelope: Envelope
  /** The instant this attempt began, by the app's clock. */
  readonly now: Date
  /** Aborts when the handler's timeout has passed or the app must stop. */
  readonly signal: AbortSignal
  readonly log: Logger
  readonly context: MessageContext<never>
  /**
   * Notes an outgoing message, and how it is to be sent where its handler has said so. It leaves when
   * this message is settled. Throws when this attempt is over, so that a loop of them ends.
   */
  cascade(messageName: string, message: unknown, how?: CascadeOptions): void
  /** Says which message the reply, or a part of it, is where it goes to the caller alone; others are known by `cascade`. */
  reply(messageName: string, message: unknown): void
  /**
   * Disposes of a value that was made for this message when its transaction has no more use for it, or its
   * attempt has ended; in reverse. Returns the value.
   */
  disposable<T>(value: T): T
  /**
   * Runs `work` in a transaction of the app's own handle for this library. What is sent meanwhile
   * waits for the commit.
   */
  inTransaction<Root, Tx, T>(adapter: TransactionAdapter<Root, Tx>, work: (tx: Tx) => Promise<T>): Promise<T>
  /** The app's own handle for this library, outside any transaction. */
  handleOf<Root, Tx>(adapter: TransactionAdapter<Root, Tx>): Root
  /**
   * Writes the outgoing messages and the completion of this one through the transaction: one
   * statement, the last before COMMIT. Called exactly once in `inTransaction`.
   */
  settle(): Promise<void>
}
