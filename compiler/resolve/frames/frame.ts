import type { DiscoveredProvider, HandlerFunction, ReturnedSideEffect, ReturnShape } from '../../discover/discovered.ts'
import type { AroundCall } from './around-call.ts'
import type { ChainMiddleware } from '../../chain/chain.ts'
import type { DiscoveredMiddleware } from '../../discover/middleware.ts'
import type { SourceSpan } from '../../discover/source-span.ts'
import type { Variable } from '../variable.ts'

/** One step of a chain. Plain data: what it makes, what it uses, nothing else. */
export type Frame =
  /** Takes a value off the run: message, envelope, now, signal, log, context. */
  | { readonly kind: 'read-run'; readonly makes: Variable }
  /** A function is called with the frames inside as its last argument, and they run while it does. */
  | {
      readonly kind: 'around'
      readonly calls: AroundCall
      readonly uses: readonly Variable[]
      /** What it hands to the frames inside; `undefined`: nothing, or nobody needs it. */
      readonly makes: Variable | undefined
      readonly inside: readonly Frame[]
      /** The reply of the frames inside, where steps follow that come before it is given. */
      readonly answer: Variable | undefined
    }
  /** `orders(tx)`, or `new OrderRepository(tx)`: what a provider makes for this message. */
  | { readonly kind: 'call-provider'; readonly provider: DiscoveredProvider; readonly uses: readonly Variable[]; readonly makes: Variable }
  /** `new OrderHandler(mailer)` */
  | { readonly kind: 'construct-handler'; readonly makes: Variable; readonly class: { readonly file: string; readonly export: string; readonly package?: string }; readonly uses: readonly Variable[] }
  | {
      readonly kind: 'call-handler'
      readonly function: HandlerFunction
      /** The instance, for instance methods. */
      readonly on: Variable | undefined
      readonly uses: readonly Variable[]
      /** `undefined` when the handler returns nothing. */
      readonly makes: Variable | undefined
      readonly async: boolean
      readonly span: SourceSpan
    }
  /** What a handler returned becomes outgoing messages, and its side effects are executed. */
  | {
      readonly kind: 'cascade'
      readonly uses: Variable
      readonly returns: ReturnShape
      /** What the side effects among it are executed with. */
      readonly effects: readonly { readonly effect: ReturnedSideEffect; readonly uses: readonly Variable[] }[]
      readonly handler: string
      /** Whether a reply is picked from it. */
      readonly replies: boolean
    }
  /** A `before`, `load`, `validate`, `after` or `finally` function. */
  | {
      readonly kind: 'call-middleware'
      readonly middleware: ChainMiddleware
      /** The instance, for instance methods. */
      readonly on: Variable | undefined
      readonly uses: readonly Variable[]
      /** Its values, its reasons or its messages; a place is empty where an element of a tuple is of no use. */
      readonly makes: readonly (Variable | undefined)[]
    }
  /** Remembers a value for `finally` functions. */
  | { readonly kind: 'keep'; readonly uses: Variable; readonly makes: Variable }
  /** Whatever happens inside, all the ends are called, in their order. */
  | {
      readonly kind: 'whatever-happens'
      readonly inside: readonly Frame[]
      readonly keeps: readonly KeptValue[]
      /** What was thrown, where an end asks for it. */
      readonly error: Variable | undefined
      readonly ends: readonly Frame[]
    }
  /** Outgoing rows and the completion, through the transaction; its last statement. */
  | { readonly kind: 'settle' }
  /** The chain's reply, of what one handler returned. */
  | { readonly kind: 'reply'; readonly uses: Variable; readonly returns: ReturnShape }

/** A value that is declared before it is made, for those who run when it may not have been. */
export interface KeptValue {
  readonly variable: Variable
  readonly maker: DiscoveredMiddleware
  /** Its place among the values of its maker. */
  readonly index: number
}
