import type { AmqpArguments } from './amqp.ts'
import type { MapIncoming, MapOutgoing } from './map-message.ts'

export interface RabbitmqOptions {
  /**
   * `amqp://user:password@host:5672/vhost`, or `amqps://`; of a cluster one for each node, tried in turn.
   * Neither user nor password appear in logs, errors or descriptions. `undefined`, as from an environment
   * that does not name it, is refused when the app is built.
   */
  readonly url: string | readonly string[] | undefined
  /** Sets this broker apart from others of one app: the addresses of `invoices` begin with `rabbitmq+invoices://`. */
  readonly name?: string
  /**
   * Whether queues, exchanges and bindings are declared where they are used, and again when they have
   * vanished. `false` when unsaid: they must be there, and `transports.check` says which are not.
   */
  readonly provision?: boolean
  /** What there is to say about queues, by name. One that is not named here is a durable queue of `queueType`. */
  readonly queues?: Readonly<Record<string, QueueOptions>>
  /** What there is to say about exchanges, by name. One that is not named here is a durable topic exchange. */
  readonly exchanges?: Readonly<Record<string, ExchangeOptions>>
  /** `classic` when unsaid. `quorum` keeps queues on several nodes of a cluster. */
  readonly queueType?: 'classic' | 'quorum'
  /**
   * What body and headers of a message may have together, in bytes; 16 MiB when unsaid, which is the limit
   * of RabbitMQ 4. A larger one is refused before it is sent.
   */
  readonly largestMessage?: number
  /** Seconds of silence after half of which each side says that it is there; 10 when unsaid. */
  readonly heartbeat?: number
  /** For `amqps`: what `tls.connect` takes, such as `ca`, `cert`, `key`, `servername`. */
  readonly tls?: Readonly<Record<string, unknown>>
  /** Translates messages of other systems; called after the translation that the README tells. */
  readonly mapIncoming?: MapIncoming
  /** Translates messages for other systems; called after the translation that the README tells. */
  readonly mapOutgoing?: MapOutgoing
}

export interface QueueOptions {
  readonly type?: 'classic' | 'quorum'
  /** What is routed into it. */
  readonly bindings?: readonly BindingOptions[]
  /**
   * One consumer at a time, the others wait to take its place: messages are received in their order, and
   * an endpoint of this queue may be sequential.
   */
  readonly singleActiveConsumer?: boolean
  /** The broker drops a message, or dead-letters it, that has waited so many milliseconds. */
  readonly messageTtl?: number
  /** Where the broker puts what is rejected or has expired: an exchange; `''` with a `key` that names a queue is that queue. */
  readonly deadLetter?: { readonly exchange: string; readonly key?: string }
  /** Further arguments, as the broker spells them: `{ 'x-max-length': 10_000 }`. */
  readonly arguments?: AmqpArguments
  /** It belongs to others: it is looked for, and never declared or bound. */
  readonly external?: boolean
}

export interface ExchangeOptions {
  /** `topic` when unsaid. */
  readonly type?: 'topic' | 'fanout' | 'direct' | 'headers' | (string & {})
  /** What other exchanges pass on to it. */
  readonly bindings?: readonly BindingOptions[]
  readonly arguments?: AmqpArguments
  /** It belongs to others: it is looked for, and never declared or bound. */
  readonly external?: boolean
}

export interface BindingOptions {
  readonly exchange: string
  /** `#` when unsaid, which takes everything from a topic exchange; others than topic and direct exchanges pay no heed to it. */
  readonly key?: string
  /** For a headers exchange: `{ 'x-match': 'all', region: 'eu' }`. */
  readonly arguments?: AmqpArguments
}
