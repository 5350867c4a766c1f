import type { MessageFacts } from './message-match.ts'

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
  readonly listensAt?: (message: MessageFacts) => ConventionalPlace | undefined
  /**
   * Where a message goes that this app sends and handles itself. `local`: to its own queue alone; `outside`: by the
   * convention alone, and comes back if it is listened to; `both`. `local` when unsaid.
   */
  readonly handledHere?: 'local' | 'outside' | 'both'
}

export interface ConventionalPlace {
  readonly endpoint: string
  readonly options?: ConventionalListener
}

/** How a convention receives: of what `listen` may say, that which suits many queues alike. `listen` for one of them has the last word. */
export interface ConventionalListener {
  readonly mode?: 'durable' | 'buffered' | 'inline'
  readonly parallelism?: number
  readonly sequential?: boolean
  readonly onDeadLetter?: 'release' | 'block'
  /** How many messages may wait in memory. */
  readonly buffer?: number
  /** What is sent to these places is to arrive here. */
  readonly from?: string | readonly string[]
}
