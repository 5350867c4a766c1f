import type { MessageCodec } from '../contracts/codec.ts'
import type { TransactionAdapter } from '../contracts/transaction-adapter.ts'
import type { Policy } from '../config/policy.ts'
import type { ChainFacts } from '../config/policy-function.ts'
import type { MessageMarkers } from '../envelope/new-envelope.ts'
import type { ChainRun } from './chain-run.ts'

/** A generated chain and what the compiler knows about it. */
export interface Chain<Message, Services, Reply> {
  /** The wire name of the message that it handles. */
  readonly message: string
  /** The generated function: calls the user's handlers. Resolves with the reply, if there is one. */
  readonly handle: (run: ChainRun<Message>, services: Services) => Promise<Reply>
  /** The adapter of the transaction in which the handlers run; `undefined`: none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: its type guards fix both parameters
  readonly transaction: TransactionAdapter<any, any> | undefined
  /** The adapters whose handles its functions ask for, outside any transaction. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance, as above
  readonly handles?: readonly TransactionAdapter<any, any>[]
  /** Wire names that its handlers return. */
  readonly cascades: readonly string[]
  /** The policies of its handlers, the nearest first; the app's follow. */
  readonly policies?: readonly Policy[]
  /**
   * The local queue at which its handlers run, unless a policy or a route names another: an address. By `@queue`, or of a separate handler.
   * The message's own when unsaid.
   */
  readonly queue?: string
  /** What policy functions are told of it besides; only for chains of which one has answered at build. */
  readonly facts?: Pick<ChainFacts, 'file' | 'handlers'>
  /** Its handlers have the message for themselves, beside other chains of it. Has a queue of its own, too. */
  readonly separate?: true
  /** The handlers in the order of their calls, `handle in src/orders/place-order.handler.ts`. For people. */
  readonly handlers: readonly string[]
}

/** A chain of any message, as the registry holds it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: a list of chains of different messages
export type AnyChain = Chain<any, any, unknown>

/** A message type of the app, whether it is handled here or only sent. */
export interface MessageRegistration extends MessageMarkers {
  readonly name: string
  readonly version: number
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance, as above
  readonly codec: MessageCodec<any>
  /** Versions of before that may still be stored or on their way, oldest first. */
  readonly older?: readonly OlderVersion[]
}

/** An earlier version of a message type, and the user's function that makes a later one of it. */
export interface OlderVersion {
  readonly version: number
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance, as above
  readonly codec: MessageCodec<any>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance, as above
  readonly upcast: (old: any) => unknown
  /** The version that `upcast` makes. */
  readonly to: number
}
