import type { MessageFacts } from '../../contracts/message-match.ts'
import type { ConventionalListener, RoutingConvention } from '../../contracts/routing-convention.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { printAddress, type RabbitPlace } from './addresses.ts'

interface EveryConvention {
  /** The `name` of the broker, where `rabbitmq(...)` has one. */
  readonly broker?: string
  /** Begins all names: `'shop.'` makes `shop.PlaceOrder`. */
  readonly prefix?: string
  /** The name behind the prefix; the wire name of the message when unsaid. */
  readonly nameOf?: (message: MessageFacts) => string
  /** Which messages; all when unsaid. */
  readonly messages?: (message: MessageFacts) => boolean
  /** Whether messages are sent by this convention; `true` when unsaid. */
  readonly sends?: boolean
  /** How all its queues are received from: `{ parallelism: 10 }`. */
  readonly listener?: Omit<ConventionalListener, 'from'>
}

/** Each message has a queue of its name, from which the one service takes it that handles it. */
export interface QueueConvention extends EveryConvention {
  readonly by: 'queue'
  /** Whether the queues of messages that are handled here are listened to; `true` when unsaid. */
  readonly listens?: boolean
  /** What is sent and handled here: `local` stays in this process, `outside` goes through its queue. `local` when unsaid. */
  readonly handledHere?: 'local' | 'outside'
}

/** Each message has an exchange of its name, from which the queue of every service is fed that handles it. */
export interface ExchangeConvention extends EveryConvention {
  readonly by: 'exchange'
  /** Names the queues of this service: `'shipping'` makes `shipping.OrderPlaced`. `undefined`: it listens to none. */
  readonly service: string | undefined
  /** The queue of a message behind the prefix, instead of `<service>.<name>`. One for several messages is fed from all their exchanges. */
  readonly queueOf?: (message: MessageFacts) => string
  /**
   * What is sent and handled here: `outside` goes to the exchange and comes back; `local` stays, and nobody else has
   * it. `outside` when unsaid.
   */
  readonly handledHere?: 'local' | 'outside'
}

/**
 * Queues or exchanges by message name, for messages of which no rule says where they go:
 *
 * ```ts
 * export default defineRoutes(({ convention }) => {
 *   convention(rabbitConvention({ by: 'exchange', service: 'shipping', prefix: 'shop.' }))
 * })
 * ```
 *
 * Throws `JASPER_BAD_OPTION` for names that RabbitMQ cannot have.
 */
export function rabbitConvention(options: QueueConvention | ExchangeConvention): RoutingConvention {
  const { broker, prefix = '', nameOf = ({ name }) => name, messages, sends = true, listener = {} } = options
  const scheme = broker === undefined ? 'rabbitmq' : `rabbitmq+${broker}`
  if (options.by !== 'queue' && options.by !== 'exchange') {
    throw new JasperError('JASPER_BAD_OPTION', `by of rabbitConvention() is ${JSON.stringify((options as { by?: unknown }).by)}. It is 'queue' or 'exchange'.`)
  }
  const means = messages ?? (() => true)
  const place = (kind: RabbitPlace['kind'], end: string, { name }: MessageFacts): string => {
    const full = `${prefix}${end}`
    if (end !== '' && Buffer.byteLength(full) <= 255) return printAddress(scheme, kind === 'queue' ? { kind, name: full } : { kind, name: full, key: undefined })
    throw new JasperError('JASPER_BAD_OPTION', `rabbitConvention() names the ${kind} of ${name} ${JSON.stringify(full)}. Names have 1 to 255 bytes behind the prefix.`)
  }
  const source = (message: MessageFacts): string => place(options.by, nameOf(message), message)
  const about = `${options.by}s by message name${prefix === '' ? '' : ` behind '${prefix}'`}`
  return {
    description: `rabbitConvention: ${about}${broker === undefined ? '' : ` at the broker ${broker}`}`,
    handledHere: options.handledHere ?? (options.by === 'queue' ? 'local' : 'outside'),
    ...(sends && { sendsTo: (message) => (means(message) ? source(message) : undefined) }),
    listensAt: (message) => {
      if (!means(message)) return undefined
      if (options.by === 'queue') return options.listens === false ? undefined : { endpoint: source(message), options: listener }
      const { service, queueOf } = options
      const queue = queueOf?.(message) ?? (service === undefined ? undefined : `${service}.${nameOf(message)}`)
      return queue === undefined ? undefined : { endpoint: place('queue', queue, message), options: { ...listener, from: source(message) } }
    },
  }
}
