import type { Clock } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import type { TransportListener } from '../../contracts/transport.ts'
import { backoffMs, type Backoff } from '../../timing/backoff.ts'
import type { Connection } from './connection.ts'
import { Consumer, type ConsumerParts } from './consumer.ts'
import { inTime } from './in-time.ts'
import { declare, type BrokerObject } from './topology.ts'

const reopenBackoff: Backoff = { firstMs: 100, longestMs: 10_000 }

export interface ListenerParts extends ConsumerParts {
  readonly endpoint: string
  readonly connection: Connection
  /** What is declared before receiving, and again when it has vanished; `undefined`: nothing is. */
  readonly provides: readonly BrokerObject[] | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Keeps one consumer at its queue: on each connection anew, and again when its channel or its queue has vanished. */
export class RabbitListener implements TransportListener {
  readonly #parts: ListenerParts
  readonly #stopping = new AbortController()
  #consumer: Consumer | undefined
  #isPaused = false

  constructor(parts: ListenerParts) {
    this.#parts = parts
    void this.#supervise()
  }

  get connected(): boolean {
    return this.#consumer?.isOver === false
  }

  async pause(): Promise<void> {
    this.#isPaused = true
    await this.#consumer?.pause()
  }

  resume(): void {
    this.#isPaused = false
    const consumer = this.#consumer
    consumer?.consume(() => this.#wants).catch((error: unknown) => consumer.close(String(error)))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const closed = this.#consumer?.close()
    if (closed !== undefined) await inTime(this.#parts.clock, closed, 'its consumer is not closed').catch(() => undefined)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  get #wants(): boolean {
    return !this.#isPaused && !this.#isStopped
  }

  async #supervise(): Promise<void> {
    const { endpoint, connection, clock, log } = this.#parts
    for (let failures = 0; !this.#isStopped; ) {
      const current = await connection.up()
      if (current === undefined || this.#isStopped) return
      try {
        const consumer = await Consumer.open(current, this.#parts, async (channel) => {
          const { provides } = this.#parts
          if (provides !== undefined) await inTime(clock, declare(channel, provides), 'what is received from could not be declared')
        })
        if (this.#isStopped) return await consumer.close()
        await this.#begin(consumer)
        if (failures > 0) log.info('receiving again', { endpoint })
        failures = 0
        const reason = await consumer.ended
        if (!this.#isStopped) log.warn('receiving was interrupted; beginning again', { endpoint, reason })
      } catch (error) {
        failures += 1
        if (failures === 1) log.warn('nothing can be received here; trying again until it can', { endpoint, error: String(error) })
      }
      if (!this.#isStopped) await clock.sleep(backoffMs(Math.max(failures, 1), reopenBackoff, Math.random()), this.#stopping.signal)
    }
  }

  async #begin(consumer: Consumer): Promise<void> {
    try {
      if (!this.#isPaused) await consumer.consume(() => this.#wants)
      this.#consumer = consumer
      if (this.#isPaused) await consumer.pause()
      if (this.#isStopped) await consumer.close()
    } catch (error) {
      await consumer.close()
      throw error
    }
  }
}
