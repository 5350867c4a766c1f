import type { MessageFacts } from './message-match.ts'
import type { ListenerOptions } from './routes.ts'

/**
 * Places that follow from the names of messages, for messages of which no rule says where they go: `rabbitConvention(...)` from
 * `jasper-runtime/rabbitmq`, or one of your own. Asked once for each message when the app is built.
 */
export interface RoutingConvention {
  /** For explanations: `queues of RabbitMQ by message name`. */
  readonly description: string
  /** Where a message goes; `undefined`: this convention knows no place for it. */
  readonly sendsTo?: (message: MessageFacts) => string | undefined
  /** Where a message that is handled here is received; `undefined`: nowhere by this convention. */
  readonly listensAt?: (message: MessageFacts) => { readonly endpoint: string; readonly options?: ListenerOptions } | undefined
  /**
   * Where a message goes that this app sends and handles itself. `local`: to its own queue alone; `outside`: by the
   * convention alone, and comes back if it is listened to; `both`. `local` when unsaid.
   */
  readonly handledHere?: 'local' | 'outside' | 'both'
}
