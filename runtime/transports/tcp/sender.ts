import type { Clock } from '../../contracts/clock.ts'
import type { SendOutcome, TransportSender } from '../../contracts/transport.ts'
import type { Envelope } from '../../envelope/envelope.ts'
import { toHeaders } from '../../envelope/travel-headers.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { backoffMs, type Backoff } from '../../timing/backoff.ts'
import { isReplyEndpoint, type TcpPlace } from './addresses.ts'
import { dial } from './dial.ts'
import { headerBytes, largestHeaders, longestHeaderName, mostHeaders, mostRedeliveries, type WireMessage } from './messages.ts'
import { OutgoingLink } from './outgoing-link.ts'
import type { TcpSettings } from './read-options.ts'

/** Somebody waits who has something to send, so it is not for long. */
const redialBackoff: Backoff = { firstMs: 50, longestMs: 2_000 }
/** Of so many messages it is remembered that they were sent before. */
const mostRemembered = 10_000
const halfCharacter = /\p{Surrogate}/u

export interface SenderParts {
  readonly settings: TcpSettings
  readonly place: TcpPlace
  readonly appName: string
  readonly clock: Clock
}

/** Sends to one place, over one connection that is made when there is something to send and made again when it is lost. */
export class TcpSender implements TransportSender {
  readonly #parts: SenderParts
  readonly #closing = new AbortController()
  /** By id: how often a message was sent without an answer that it was taken. */
  readonly #tries = new Map<string, number>()
  #link: OutgoingLink | undefined
  #failures = 0
  #dialAt = 0

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  async send(messages: readonly Envelope[]): Promise<readonly SendOutcome[]> {
    let link: OutgoingLink
    try {
      link = await this.#connected()
    } catch (error) {
      if (!this.#isForNobody(error)) throw error
      return messages.map(() => ({ kind: 'refused', reason: 'unroutable', detail: 'nobody waits for the reply any more' }))
    }
    const largest = Math.min(this.#parts.settings.largestMessage, link.largestMessage)
    const prepared = messages.map((envelope) => prepare(envelope, largest, this.#tries.get(envelope.id) ?? 0))
    const outcomes = await link.send(
      messages.flatMap(({ id }, at) => {
        const message = prepared[at]!
        return 'kind' in message ? [] : [{ id, message, onWritten: () => this.#remember(id) }]
      }),
    )
    return messages.map(({ id }, at) => {
      const message = prepared[at]!
      const outcome = 'kind' in message ? message : (outcomes.get(id) ?? { kind: 'failed', detail: 'it has no outcome' })
      if (outcome.kind !== 'failed') this.#tries.delete(id)
      return outcome
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#link?.close()
  }

  async #connected(): Promise<OutgoingLink> {
    const { settings, place, appName, clock } = this.#parts
    if (this.#link?.isUsable === true) return this.#link
    this.#link?.close()
    this.#link = undefined
    const pause = this.#dialAt - clock.monotonic()
    if (pause > 0) await clock.sleep(pause, this.#closing.signal)
    if (this.#closing.signal.aborted) throw new JasperError('JASPER_NOT_STARTED', 'The sender is closed.')
    try {
      // Noted before the answer is known: a connection that is lost as soon as it is made is a failure, too.
      this.#failures += 1
      this.#dialAt = clock.monotonic() + backoffMs(this.#failures, redialBackoff, Math.random())
      const link = new OutgoingLink(clock)
      const dialled = await dial({ settings, place, appName, clock, signal: this.#closing.signal, onEnd: (reason) => link.lost(reason) })
      link.begin(dialled, () => (this.#failures = 0))
      this.#link = link
      return link
    } finally {
      if (this.#closing.signal.aborted) this.#link?.close()
    }
  }

  /** Whoever asked has gone, and comes back under another address. */
  #isForNobody(error: unknown): boolean {
    if (!isReplyEndpoint(this.#parts.place.endpoint)) return false
    const cause = (error as Error).cause as { readonly reason?: unknown; readonly code?: unknown } | undefined
    return cause?.reason === 'no-endpoint' || cause?.code === 'ECONNREFUSED'
  }

  #remember(id: string): void {
    this.#tries.set(id, Math.min((this.#tries.get(id) ?? 0) + 1, mostRedeliveries))
    if (this.#tries.size <= mostRemembered) return
    for (const oldest of this.#tries.keys()) {
      this.#tries.delete(oldest)
      break
    }
  }
}

function prepare(envelope: Envelope, largest: number, redeliveries: number): WireMessage | Extract<SendOutcome, { kind: 'refused' }> {
  const { body } = envelope
  const headers = toHeaders(envelope)
  const entries = Object.entries(headers)
  const size = headerBytes(headers)
  const refuse = (reason: 'too-large' | 'malformed', detail: string) => ({ kind: 'refused', reason, detail }) as const
  if (entries.length > mostHeaders) return refuse('too-large', `it has ${entries.length} headers, more than ${mostHeaders}`)
  if (size > largestHeaders) return refuse('too-large', `its headers have ${size} bytes, more than ${largestHeaders}`)
  if (size + body.byteLength > largest) return refuse('too-large', `it has ${size + body.byteLength} bytes, more than ${largest}, the largestMessage of tcp() on one of the two sides`)
  for (const [name, value] of entries) {
    if (Buffer.byteLength(name) > longestHeaderName) return refuse('malformed', `the name of a header has more than ${longestHeaderName} bytes`)
    if (halfCharacter.test(name) || halfCharacter.test(value)) return refuse('malformed', 'a header holds half a character, which is no text to others')
  }
  return { headers, body, redeliveries }
}
