import type { Clock } from '../contracts/clock.ts'
import type { DeadLetter, DeadLetterFilter, DeadLetterGroup, DeadLetterId, DeadLetterQuery, DeadLetters } from '../contracts/message-store.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'

/** Dead letters by name, or all that match. `{}` matches every one. */
export type WhichDeadLetters = readonly DeadLetterId[] | DeadLetterFilter

export interface ReplayOptions {
  /** Messages a second; as fast as the store takes them when unsaid. */
  readonly rate?: number
  /** Ends between two batches. What was replayed stays so; what was not is still a dead letter. */
  readonly signal?: AbortSignal
  /** Told after each batch how many came back so far. */
  readonly onProgress?: (replayed: number) => void
}

export interface DeadLetterOfficeParts {
  readonly deadLetters: DeadLetters
  readonly clock: Clock
  /** Throws when `body` is no message of the envelope's type. Absent: bodies are kept as they are given. */
  readonly check?: (envelope: Envelope, body: Uint8Array) => void
  /** Messages came back to these endpoints, or need no longer wait behind a dead letter. */
  readonly wake: (endpoints: readonly string[]) => void
}

/** Letters that one statement replays or discards. */
const page = 500
/** A paced replay moves so many times a second. */
const stepsASecond = 10

/** What an operator does with dead letters. */
export class DeadLetterOffice {
  readonly #parts: DeadLetterOfficeParts

  constructor(parts: DeadLetterOfficeParts) {
    this.#parts = parts
  }

  /** Those that match, newest first, at most `limit`; with `after` a cursor, those behind it. */
  list(query: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    return this.#parts.deadLetters.list(query)
  }

  /** How many match of each (endpoint, message type, error type), most first. May scan. */
  summary(filter: DeadLetterFilter = {}): Promise<readonly DeadLetterGroup[]> {
    return this.#parts.deadLetters.summary(filter)
  }

  /**
   * Puts dead letters back into their own endpoints, in the order in which their messages arrived, and
   * resolves with how many. Letters that come while it runs are left alone.
   *
   * Every batch is one statement: interrupted, nothing is lost, and the same call goes on with the rest.
   */
  async replay(which: WhichDeadLetters, options: ReplayOptions = {}): Promise<number> {
    const { deadLetters, clock, wake } = this.#parts
    const { rate, signal, onProgress } = options
    if (rate !== undefined && !(Number.isFinite(rate) && rate > 0)) {
      throw new JasperError('JASPER_BAD_OPTION', `rate is ${String(rate)}. Give messages a second, a number above 0.`)
    }
    const batch = rate === undefined ? page : Math.min(page, Math.max(1, Math.round(rate / stepsASecond)))
    const started = clock.monotonic()
    let asked = 0
    let count = 0
    for await (const ids of this.#pages(which, batch)) {
      // Paced from the start, so that slow statements do not add up to a lower rate.
      const wait = rate === undefined ? 0 : started + (asked * 1_000) / rate - clock.monotonic()
      if (wait > 0) await clock.sleep(wait, signal)
      if (signal?.aborted === true) break
      count += await deadLetters.replay(ids)
      asked += ids.length
      wake(endpointsOf(ids))
      onProgress?.(count)
    }
    return count
  }

  /**
   * Replaces the body of a dead letter. Resolves with whether there is such a letter.
   *
   * In an app that knows the message's type, a body that does not fit it rejects with `JASPER_DECODE`
   * and changes nothing; of other types any bytes are taken.
   */
  async edit(id: DeadLetterId, body: Uint8Array | string): Promise<boolean> {
    const { deadLetters, check } = this.#parts
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const [letter] = await deadLetters.list({ ids: [id.id], endpoint: id.endpoint, limit: 1 })
    if (letter === undefined) return false
    check?.(letter.envelope, bytes)
    return await deadLetters.edit(id, bytes)
  }

  /** Deletes dead letters for good, in batches, and resolves with how many. Letters that come while it runs are left alone. */
  async discard(which: WhichDeadLetters): Promise<number> {
    let count = 0
    for await (const ids of this.#pages(which, page)) {
      count += await this.#parts.deadLetters.discard(ids)
      this.#parts.wake(endpointsOf(ids))
    }
    return count
  }

  async *#pages(which: WhichDeadLetters, limit: number): AsyncGenerator<readonly DeadLetterId[]> {
    const named = Array.isArray(which) ? (which as readonly DeadLetterId[]) : undefined
    const filter: DeadLetterFilter = named === undefined ? (which as DeadLetterFilter) : { ids: named.map(({ id }) => id) }
    const isMeant = new Set(named?.map(keyOf))
    let after: string | undefined
    do {
      const { ids, next } = await this.#parts.deadLetters.inOrder(filter, { limit, after })
      const meant = named === undefined ? ids : ids.filter((id) => isMeant.has(keyOf(id)))
      if (meant.length > 0) yield meant
      after = next
    } while (after !== undefined)
  }
}

function endpointsOf(ids: readonly DeadLetterId[]): readonly string[] {
  return [...new Set(ids.map(({ endpoint }) => endpoint))]
}

function keyOf({ id, endpoint }: DeadLetterId): string {
  return `${id.toLowerCase()} ${endpoint}`
}
