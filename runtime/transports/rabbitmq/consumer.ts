import type { Settled, TransportDelivery } from '../../contracts/transport.ts'
import type { AmqpChannel, AmqpConnection, AmqpError, AmqpMessage } from './amqp.ts'
import { redeliveriesOf, type MappedIncoming } from './map-message.ts'

/** The broker's protocol counts prefetched messages in 16 bits. */
const largestPrefetch = 65_535

export interface ConsumerParts {
  readonly queue: string
  readonly unsettled: number
  readonly read: (message: AmqpMessage) => MappedIncoming
  readonly receive: (deliveries: readonly TransportDelivery[]) => void
}

/**
 * One channel on which messages are received, for as long as it lives. Its deliveries are settled on it
 * and nowhere else: a tag means nothing to another channel, or another message.
 */
export class Consumer {
  readonly #channel: AmqpChannel
  readonly #parts: ConsumerParts
  /** Resolves with the reason when the channel has ended, or the broker has ended the consumer. */
  readonly ended: Promise<string>
  #end!: (reason: string) => void
  #isOver = false
  #tag: string | undefined
  #unsettled = 0
  #whenSettled: (() => void) | undefined

  private constructor(channel: AmqpChannel, parts: ConsumerParts) {
    this.#channel = channel
    this.#parts = parts
    this.ended = new Promise((resolve) => {
      this.#end = (reason) => {
        this.#isOver = true
        resolve(reason)
      }
    })
    let reason = 'the connection to the broker is lost'
    channel.on('error', (error: AmqpError) => void (reason = error.message))
    channel.on('close', () => this.#end(reason))
  }

  static async open(connection: AmqpConnection, parts: ConsumerParts, prepare: (channel: AmqpChannel) => Promise<void>): Promise<Consumer> {
    const channel = await connection.createChannel()
    const consumer = new Consumer(channel, parts)
    try {
      await prepare(channel)
      await channel.prefetch(Math.min(parts.unsettled, largestPrefetch))
      return consumer
    } catch (error) {
      // Not waited for: a broker that does not answer does not answer this either.
      void consumer.close()
      throw error
    }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Begins, or goes on after `pause` as soon as everything from before it is settled: a new consumer has its prefetch for itself. */
  async consume(isWanted: () => boolean): Promise<void> {
    if (this.#unsettled > 0) await new Promise<void>((resolve) => (this.#whenSettled = resolve))
    if (this.#isOver || this.#tag !== undefined || !isWanted()) return
    this.#tag = ''
    const onMessage = (message: AmqpMessage | null): void => {
      if (message !== null) return this.#receive(message)
      // The queue was deleted, or its node has gone. What was delivered is not ours any more.
      void this.close('the broker has ended the consumer')
    }
    this.#tag = (await this.#channel.consume(this.#parts.queue, onMessage, { noAck: false })).consumerTag
  }

  /** Resolves when nothing more comes. */
  async pause(): Promise<void> {
    const tag = this.#tag
    this.#tag = undefined
    if (tag !== undefined && tag !== '' && !this.#isOver) await this.#channel.cancel(tag).catch(() => undefined)
  }

  /** What is not settled goes back. */
  async close(reason = 'closed'): Promise<void> {
    if (this.#isOver) return
    this.#end(reason)
    this.#whenSettled?.()
    try {
      await this.#channel.close()
    } catch {
      // It was closed from the other side meanwhile.
    }
  }

  #receive(message: AmqpMessage): void {
    if (this.#isOver) return
    this.#unsettled += 1
    const { headers, body } = this.#parts.read(message)
    let isSettled = false
    const isOver = (): boolean => this.#isOver
    const settle = (say: () => void): Promise<Settled> => {
      if (isSettled || this.#isOver) return Promise.resolve('lost')
      isSettled = true
      try {
        say()
      } catch {
        return Promise.resolve('lost')
      }
      this.#unsettled -= 1
      if (this.#unsettled === 0) this.#whenSettled?.()
      return Promise.resolve('settled')
    }
    const channel = this.#channel
    this.#parts.receive([
      {
        headers,
        body,
        redeliveries: redeliveriesOf(message),
        get gone() {
          return isOver()
        },
        ack: () => settle(() => channel.ack(message)),
        requeue: () => settle(() => channel.nack(message, false, true)),
        deadLetter: () => settle(() => channel.nack(message, false, false)),
      },
    ])
  }
}
