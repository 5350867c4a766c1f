import type { Notification } from 'pg'
import type { Clock, Timer } from '../../contracts/clock.ts'
import type { Logger } from '../../contracts/logger.ts'
import type { WakeUps } from '../../contracts/message-store.ts'
import type { DedicatedConnection } from './dedicated-connection.ts'
import type { Execute } from './own-pool.ts'
import { sql } from './sql.ts'

/** At most one notification in so many milliseconds; what comes in between shares the next. */
const pauseMs = 3
/** PostgreSQL refuses payloads of 8,000 bytes. */
const longestPayload = 7_500

export interface WakeUpsParts {
  readonly dedicated: () => DedicatedConnection
  /** Unique for the schema: two apps in one database do not wake each other. */
  readonly channel: () => string
  readonly clock: () => Clock
  readonly log: () => Logger
}

/** Signals over LISTEN and NOTIFY, on the store's own connection, never in a transaction of the app. */
export class PostgresWakeUps implements WakeUps {
  readonly #parts: WakeUpsParts
  readonly #listeners = new Set<(endpoints: readonly string[]) => void>()
  readonly #pending = new Set<string>()
  #timer: Timer | undefined
  #sending = false
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(parts: WakeUpsParts) {
    this.#parts = parts
  }

  async listen(onWake: (endpoints: readonly string[]) => void): Promise<void> {
    this.#listeners.add(onWake)
    await this.#parts.dedicated().run(this.#listenStatement())
  }

  notify(endpoints: readonly string[]): void {
    for (const endpoint of endpoints) this.#pending.add(endpoint)
    if (this.#pending.size === 0 || this.#sending || this.#timer !== undefined) return
    const wait = this.#sentAt + pauseMs - this.#parts.clock().monotonic()
    if (wait <= 0) void this.#send()
    else this.#timer = this.#parts.clock().timer(wait, () => void this.#send())
  }

  /** On a new session. */
  async listenAgain(execute: Execute): Promise<void> {
    if (this.#listeners.size > 0) await execute(this.#listenStatement())
  }

  /** Signals may have been missed. */
  restored(): void {
    this.#wake([])
  }

  notified(notification: Notification): void {
    // One that was on its way while the store closed finds nobody, and neither connection nor channel.
    if (this.#listeners.size === 0) return
    const { processId, channel, payload } = notification
    if (channel !== this.#parts.channel() || processId === this.#parts.dedicated().processId) return
    this.#wake(readPayload(payload))
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#pending.clear()
    this.#listeners.clear()
  }

  async #send(): Promise<void> {
    this.#timer = undefined
    const payloads = JSON.stringify(packPayloads([...this.#pending]))
    this.#pending.clear()
    this.#sending = true
    try {
      await this.#parts.dedicated().run(
        sql`select pg_notify(${this.#parts.channel()}::text, payload) from json_array_elements_text(${payloads}::json) p (payload)`,
      )
    } catch (error) {
      this.#parts.log().debug('a wake-up was lost; the safety poll finds the messages', { error: String(error) })
    }
    this.#sending = false
    this.#sentAt = this.#parts.clock().monotonic()
    if (this.#pending.size > 0) this.notify([])
  }

  #listenStatement() {
    // LISTEN takes no parameters; the channel is made of a constant and a number.
    return { parts: [`listen "${this.#parts.channel()}"`], values: [] }
  }

  #wake(endpoints: readonly string[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(endpoints)
      } catch (error) {
        this.#parts.log().error('a listener for wake-ups threw', { error: String(error) })
      }
    }
  }
}

/** JSON lists of endpoints, each short enough. An endpoint that alone is too long becomes "look everywhere". */
export function packPayloads(endpoints: readonly string[]): readonly string[] {
  const payloads: string[] = []
  let list: string[] = []
  let size = 2
  for (const endpoint of endpoints) {
    const more = Buffer.byteLength(JSON.stringify(endpoint)) + 1
    if (more > longestPayload) payloads.push('[]')
    else {
      if (size + more > longestPayload) {
        payloads.push(JSON.stringify(list))
        list = []
        size = 2
      }
      list.push(endpoint)
      size += more
    }
  }
  if (list.length > 0) payloads.push(JSON.stringify(list))
  return payloads
}

/** A payload that is not ours means no more than that something happened. */
function readPayload(payload: string | undefined): readonly string[] {
  try {
    const list: unknown = JSON.parse(payload ?? '')
    return Array.isArray(list) && list.every((endpoint) => typeof endpoint === 'string') ? list : []
  } catch {
    return []
  }
}
