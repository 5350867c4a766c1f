import type { AmqpConfirmChannel, AmqpError, AmqpProperties, AmqpReturned } from './amqp.ts'
import type { Connection } from './connection.ts'

/** What a publication is made of. */
export interface Publication {
  readonly exchange: string
  readonly key: string
  readonly properties: AmqpProperties & { readonly messageId: string }
  readonly body: Buffer
}

/** What became of one. */
export type Fate =
  | { readonly kind: 'confirmed' }
  /** It reached no queue. */
  | { readonly kind: 'returned'; readonly detail: string }
  /** The broker has objected, to this publication or to one before it, by ending the channel. */
  | { readonly kind: 'objected'; readonly code: number; readonly detail: string }
  /** Not taken, or not known. */
  | { readonly kind: 'failed'; readonly detail: string }

/** A channel on which the broker confirms what it has, and returns what it cannot route. */
export class ConfirmingChannel {
  readonly #channel: AmqpConfirmChannel
  readonly #pending = new Set<(fate: Fate) => void>()
  /** By message id the publications that were returned, not confirmed yet: the broker returns first. */
  readonly #returned = new Map<string, string[]>()
  #end: Fate | undefined

  private constructor(channel: AmqpConfirmChannel, connection: Connection) {
    this.#channel = channel
    const stopListening = connection.onBlocked(() => this.#abandon({ kind: 'failed', detail: 'the broker takes no messages now' }))
    channel.on('return', (returned) => this.#onReturn(returned))
    channel.on('error', (error: AmqpError) => {
      const { code, message: detail } = error
      this.#end ??= typeof code === 'number' ? { kind: 'objected', code, detail } : { kind: 'failed', detail }
    })
    channel.on('close', () => {
      stopListening()
      this.#end ??= { kind: 'failed', detail: 'the connection to the broker is lost' }
      this.#abandon(this.#end)
    })
  }

  static async open(connection: Connection, prepare: (channel: AmqpConfirmChannel) => Promise<void>): Promise<ConfirmingChannel> {
    const channel = await (await connection.use()).createConfirmChannel()
    const opened = new ConfirmingChannel(channel, connection)
    try {
      await prepare(channel)
      return opened
    } catch (error) {
      opened.giveUp()
      throw error
    }
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  /** Never rejects. */
  publish({ exchange, key, properties, body }: Publication): Promise<Fate> {
    if (this.#end !== undefined) return Promise.resolve(this.#end)
    return new Promise((resolve) => {
      this.#pending.add(resolve)
      const settle = (error: Error | null): void => {
        this.#pending.delete(resolve)
        const detail = this.#takeReturned(properties.messageId)
        if (error !== null) resolve(this.#end ?? { kind: 'failed', detail: `the broker did not take it: ${error.message}` })
        else resolve(detail === undefined ? { kind: 'confirmed' } : { kind: 'returned', detail })
      }
      try {
        this.#channel.publish(exchange, key, body, { ...properties, persistent: true, mandatory: true }, settle)
      } catch (error) {
        this.#pending.delete(resolve)
        resolve(this.#end ?? { kind: 'failed', detail: String(error) })
      }
    })
  }

  async close(): Promise<void> {
    if (this.#end !== undefined) return
    this.#end = { kind: 'failed', detail: 'the sender is closed' }
    await this.#channel.close().catch(() => undefined)
  }

  /** What waits is not known; nothing more is published here. */
  giveUp(): void {
    if (this.#end !== undefined) return
    this.#end = { kind: 'failed', detail: 'the broker does not answer' }
    this.#abandon(this.#end)
    this.#channel.close().catch(() => undefined)
  }

  #onReturn({ fields, properties }: AmqpReturned): void {
    const id = properties.messageId ?? ''
    this.#returned.set(id, [...(this.#returned.get(id) ?? []), `${fields.replyCode} ${fields.replyText}`])
  }

  #takeReturned(id: string): string | undefined {
    const [first, ...rest] = this.#returned.get(id) ?? []
    if (rest.length > 0) this.#returned.set(id, rest)
    else this.#returned.delete(id)
    return first
  }

  /** What waits for its confirmation is told; a confirmation that comes yet changes nothing. */
  #abandon(fate: Fate): void {
    for (const resolve of this.#pending) resolve(fate)
    this.#pending.clear()
  }
}
