import { randomUUID } from 'node:crypto'
import { JasperError } from '../../errors/jasper-error.ts'
import type { RabbitPlace } from './addresses.ts'
import type { AmqpArguments, AmqpChannel } from './amqp.ts'
import type { BindingOptions, ExchangeOptions, QueueOptions, RabbitmqOptions } from './options.ts'

/**
 * A quorum queue of RabbitMQ 4 drops what has been requeued twenty times, unless it is told otherwise;
 * how often a message is tried is for the endpoint to say.
 */
const deliveryLimit = 1_000_000
/** How long a queue for replies outlives its last listener: long enough to connect again. */
const repliesExpireMs = 60_000
const replyQueues = 'jasper.replies.'

/** One thing at the broker, and how it is made. */
export interface BrokerObject {
  /** `queue orders`, `exchange events`. */
  readonly label: string
  readonly external: boolean
  look(channel: AmqpChannel): Promise<unknown>
  make(channel: AmqpChannel): Promise<unknown>
  /** After all that it may be bound to is made. */
  bind(channel: AmqpChannel): Promise<unknown>
}

/** What there is at the broker, as the options tell it. */
export class Topology {
  readonly #queues: Map<string, QueueOptions>
  readonly #exchanges: ReadonlyMap<string, ExchangeOptions>
  readonly #queueType: 'classic' | 'quorum'

  /** Throws `JASPER_BAD_OPTION` for what cannot be. */
  constructor({ queues = {}, exchanges = {}, queueType = 'classic' }: RabbitmqOptions) {
    this.#queues = new Map(Object.entries(queues))
    this.#exchanges = new Map(Object.entries(exchanges))
    this.#queueType = queueType
    for (const type of [queueType, ...Object.values(queues).map(({ type = queueType }) => type)]) {
      if (type !== 'classic' && type !== 'quorum') throw bad(`A queue of rabbitmq() has the type ${JSON.stringify(type)}. It is 'classic' or 'quorum'.`)
    }
    for (const [name, { messageTtl = 0 }] of this.#queues) {
      if (!Number.isInteger(messageTtl) || messageTtl < 0) throw bad(`messageTtl of the queue ${name} is ${messageTtl}. Give whole milliseconds.`)
    }
  }

  /** Whether the broker hands messages of this queue to one consumer at a time. */
  isOrdered(queue: string): boolean {
    return this.#queues.get(queue)?.singleActiveConsumer === true
  }

  /** Whether an exchange goes by the routing keys of messages. */
  goesByKeys(exchange: string): boolean {
    const type = this.#exchanges.get(exchange)?.type ?? 'topic'
    return type !== 'fanout' && type !== 'headers'
  }

  /** Binds a queue to an exchange, as if the options had said so. Throws `JASPER_BAD_OPTION` for a queue that belongs to others. */
  bind(queue: string, exchange: string, key: string | undefined): void {
    const options = this.#queues.get(queue) ?? {}
    if (options.external === true) {
      throw bad(`The queue ${queue} belongs to others (external), and is to receive from the exchange ${exchange}. Leave one out: what is external is never bound.`)
    }
    const bindings = options.bindings ?? []
    if (bindings.some((known) => known.exchange === exchange && known.key === key)) return
    this.#queues.set(queue, { ...options, bindings: [...bindings, { exchange, ...(key !== undefined && { key }) }] })
  }

  /** What a message passes on its way from, or to, a place: the place itself, and what is bound to it. */
  around(place: RabbitPlace): readonly BrokerObject[] {
    const queues = new Set<string>()
    const exchanges = new Set<string>()
    const reach = (kind: 'queue' | 'exchange', name: string): void => {
      const known = kind === 'queue' ? queues : exchanges
      if (name === '' || known.has(name)) return
      known.add(name)
      const { bindings = [] } = (kind === 'queue' ? this.#queues.get(name) : this.#exchanges.get(name)) ?? {}
      for (const { exchange } of bindings) reach('exchange', exchange)
      const deadLetter = kind === 'queue' ? this.#queues.get(name)?.deadLetter : undefined
      if (deadLetter !== undefined && deadLetter.exchange === '') reach('queue', deadLetter.key ?? name)
      else if (deadLetter !== undefined) reach('exchange', deadLetter.exchange)
      // What is bound to an exchange is part of it: without its queues it would take nothing.
      if (kind === 'exchange') {
        for (const [queue, options] of this.#queues) if (options.bindings?.some(({ exchange }) => exchange === name)) reach('queue', queue)
        for (const [other, options] of this.#exchanges) if (options.bindings?.some(({ exchange }) => exchange === name)) reach('exchange', other)
      }
    }
    reach(place.kind, place.name)
    return [...[...exchanges].map((name) => this.#exchange(name)), ...[...queues].map((name) => this.#queue(name))]
  }

  /** Everything that the options name. */
  all(): readonly BrokerObject[] {
    const exchanges = [...this.#exchanges.keys()].map((name) => this.#exchange(name))
    return [...exchanges, ...[...this.#queues.keys()].map((name) => this.#queue(name))]
  }

  #queue(name: string): BrokerObject {
    const options = this.#queues.get(name) ?? {}
    return {
      label: `queue ${name}`,
      external: options.external ?? false,
      look: (channel) => channel.checkQueue(name),
      make: (channel) => channel.assertQueue(name, { durable: true, arguments: argumentsOf(options, this.#queueType) }),
      bind: (channel) => inTurn(options.bindings, ({ exchange, key = '#', arguments: args = {} }) => channel.bindQueue(name, exchange, key, args)),
    }
  }

  #exchange(name: string): BrokerObject {
    const options = this.#exchanges.get(name) ?? {}
    return {
      label: `exchange ${name}`,
      // The broker's own are there from the start, and nobody may declare them.
      external: options.external ?? name.startsWith('amq.'),
      look: (channel) => channel.checkExchange(name),
      make: (channel) => channel.assertExchange(name, options.type ?? 'topic', { durable: true, arguments: options.arguments ?? {} }),
      bind: (channel) => inTurn(options.bindings, ({ exchange, key = '#', arguments: args = {} }) => channel.bindExchange(name, exchange, key, args)),
    }
  }
}

/** The name of a queue for the replies to one process. */
export function replyQueueName(): string {
  return `${replyQueues}${randomUUID()}`
}

export function isReplyQueue(name: string): boolean {
  return name.startsWith(replyQueues)
}

/**
 * A queue for replies belongs to the process that listens at it, whoever else provisions. It is not exclusive to one
 * connection: a lost one would take the replies of now with it, and the broker may believe in it for a minute longer.
 */
export function replyQueue(name: string): BrokerObject {
  return {
    label: `queue ${name}`,
    external: false,
    look: (channel) => channel.checkQueue(name),
    make: (channel) => channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'classic', 'x-expires': repliesExpireMs } }),
    bind: async () => undefined,
  }
}

/** Makes what is ours. Nothing happens to what is there as it should be. */
export async function declare(channel: AmqpChannel, objects: readonly BrokerObject[]): Promise<void> {
  const ours = objects.filter(({ external }) => !external)
  for (const object of ours) await object.make(channel)
  for (const object of ours) await object.bind(channel)
}

function argumentsOf(options: QueueOptions, queueType: string): AmqpArguments {
  const type = options.type ?? queueType
  return {
    'x-queue-type': type,
    ...(type === 'quorum' && { 'x-delivery-limit': deliveryLimit }),
    ...(options.singleActiveConsumer === true && { 'x-single-active-consumer': true }),
    ...(options.messageTtl !== undefined && { 'x-message-ttl': options.messageTtl }),
    ...(options.deadLetter !== undefined && { 'x-dead-letter-exchange': options.deadLetter.exchange }),
    ...(options.deadLetter?.key !== undefined && { 'x-dead-letter-routing-key': options.deadLetter.key }),
    ...options.arguments,
  }
}

async function inTurn(bindings: readonly BindingOptions[] = [], bind: (binding: BindingOptions) => Promise<unknown>): Promise<void> {
  for (const binding of bindings) await bind(binding)
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
