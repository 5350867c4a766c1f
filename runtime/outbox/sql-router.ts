import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { Sends } from '../bus/sends.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { RoutableType, Routing, UnroutedMessage, UnroutedMessages } from '../contracts/unrouted-messages.ts'
import type { MessageRegistration } from '../dispatch/chain.ts'
import { decodeBody } from '../dispatch/decode-body.ts'
import { loggedError, storedError } from '../dispatch/stored-error.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { newEnvelope } from '../envelope/new-envelope.ts'
import type { RouteTable } from '../routing/route-table.ts'
import { backoffMs, storeBackoff } from '../timing/backoff.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { Outgoing, type AfterCommit } from './outgoing.ts'

interface Routed {
  readonly routing: Routing
  readonly outgoing?: Outgoing
}

/** Routed by one transaction. */
const page = 500
/** Another process routes at the moment. */
const askAgainMs = 20
/** A process that knows the type has routed it by then: it was notified, or its beat has found it. */
const parkAfterMs = 3_000

export interface SqlRouterParts {
  readonly unrouted: UnroutedMessages
  readonly messages: readonly MessageRegistration[]
  readonly routes: RouteTable
  readonly sends: Sends
  readonly clock: Clock
  readonly log: Logger
  readonly after: AfterCommit
}

/**
 * Routes what SQL alone has sent (`jasper.send`), as the bus would have: decoded and encoded again by the
 * codec of its type, one row for each destination.
 *
 * A body that does not fit its type is a dead letter at each destination, as it came. A type that this
 * process does not know, or that nobody takes, is left to the others for a while, and then parked
 * with the reason. Parked ones are routed by whoever knows them.
 */
export class SqlRouter {
  readonly #parts: SqlRouterParts
  readonly #messages: ReadonlyMap<string, MessageRegistration>
  readonly #known: readonly RoutableType[]
  readonly #stop = new AbortController()
  /** How many are taken at once: one alone after a failure, to find the one that cannot be stored. */
  #limit = page
  /** The ids of the last page. */
  #tried: readonly string[] = []
  /** A message that no row can hold. */
  #refused: { readonly id: string; readonly error: unknown } | undefined
  #again = false
  #running: Promise<void> | undefined
  /** Not before the app has started. */
  #open = false

  constructor(parts: SqlRouterParts) {
    this.#parts = parts
    this.#messages = new Map(parts.messages.map((message) => [message.name, message]))
    this.#known = parts.messages
      .filter(({ name }) => this.#destinations(name).length > 0)
      .map(({ name, version }) => ({ messageType: name, messageVersion: version }))
  }

  open(): void {
    this.#open = true
    this.wake()
  }

  /** There may be something to route. */
  wake(): void {
    this.#again = true
    if (!this.#open || this.#running !== undefined) return
    this.#running = this.#run().finally(() => (this.#running = undefined))
  }

  /** Routes no further; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#open = false
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, log, unrouted } = this.#parts
    for (let failures = 0; this.#again && this.#open; ) {
      this.#again = false
      try {
        const limit = this.#limit
        const taken = await this.#page(limit)
        this.#limit = Math.min(limit * 2, page)
        failures = 0
        if (taken === 'busy') {
          this.#again = true
          await clock.sleep(askAgainMs, this.#stop.signal)
        } else if (taken === limit) this.#again = true
        else {
          const parked = await unrouted.park(parkAfterMs, page, (type, version) => this.#reason(type, version))
          this.#again ||= parked === page
          if (parked > 0) log.warn('messages sent by SQL cannot be routed here; parked', { messages: parked })
        }
      } catch (error) {
        this.#again = true
        const isNews = this.#refused === undefined || this.#refused.id !== this.#tried[0]
        if (JasperError.is(error, 'JASPER_BAD_OPTION') && isNews && this.#open) {
          // Something about the messages themselves: one alone is tried next, and the one that it is, is dead.
          this.#refused = this.#tried.length === 1 ? { id: this.#tried[0]!, error } : undefined
          this.#limit = 1
          continue
        }
        failures += 1
        if (failures === 1) log.warn('routing messages sent by SQL failed; trying again', { error: String(error) })
        await clock.sleep(backoffMs(failures, storeBackoff, Math.random()), this.#stop.signal)
      }
    }
  }

  async #page(limit: number): Promise<number | 'busy'> {
    const { unrouted, clock, after } = this.#parts
    let routed: readonly Outgoing[] = []
    const taken = await unrouted.route(this.#known, limit, async (messages) => {
      await faultPoint('unrouted.after-claim')
      this.#tried = messages.map(({ id }) => id)
      const all = messages.map((message): Routed =>
        message.id === this.#refused?.id ? { routing: this.#dead(message, this.#refused.error) } : this.#route(message),
      )
      routed = all.flatMap(({ outgoing }) => outgoing ?? [])
      return all.map(({ routing }) => routing)
    })
    if (taken === 0 || taken === 'busy') return taken
    await faultPoint('unrouted.after-commit')
    for (const outgoing of routed) outgoing.handOver(clock.now(), after)
    return taken
  }

  #route(message: UnroutedMessage): Routed {
    const { sends } = this.#parts
    const { id, messageType, body, headers, orderingKey, dueAt, correlationId, tenantId } = message
    const registration = this.#messages.get(messageType)!
    const options: DeliveryOptions = {
      id,
      headers,
      ...(orderingKey !== undefined && { orderingKey }),
      ...(dueAt !== undefined && { at: dueAt }),
      ...(correlationId !== undefined && { correlationId }),
      ...(tenantId !== undefined && { tenantId }),
    }
    try {
      const outgoing = new Outgoing()
      const given = decodeBody({ messageType, messageVersion: registration.version, body }, registration)
      sends.route(messageType, given, options, undefined, true, outgoing)
      // Whether we hear of the commit is not sure enough to hold places for them.
      return { routing: { kind: 'routed', rows: outgoing.seal(undefined) }, outgoing }
    } catch (error) {
      return { routing: this.#dead(message, error) }
    }
  }

  /** A dead letter at each destination, with the body as it came. */
  #dead({ id, messageType, messageVersion, body, correlationId, tenantId }: UnroutedMessage, error: unknown): Routing {
    const { clock, log } = this.#parts
    log.error('a message sent by SQL cannot be routed; dead-lettered', { messageId: id, messageType, ...loggedError(error) })
    const now = clock.now()
    const registration = this.#messages.get(messageType)!
    const options = { ...(correlationId !== undefined && { correlationId }), ...(tenantId !== undefined && { tenantId }) }
    const envelopes = this.#destinations(messageType).map((destination) =>
      newEnvelope({
        id,
        messageType,
        messageVersion: messageVersion ?? registration.version,
        body,
        destination,
        options,
        markers: registration,
        parent: undefined,
        now,
      }),
    )
    return { kind: 'dead', envelopes, error: storedError(error) }
  }

  /** Why this process cannot route such a message; `undefined` when it can. */
  #reason(messageType: string, messageVersion: number | undefined): string | undefined {
    const registration = this.#messages.get(messageType)
    if (registration === undefined) return `no process that was running knows the message ${messageType}`
    if (messageVersion !== undefined && messageVersion !== registration.version) {
      return `no process that was running knows version ${messageVersion} of ${messageType}; it has version ${registration.version}`
    }
    return this.#destinations(messageType).length === 0 ? `nobody takes ${messageType}: it has no handler and no route` : undefined
  }

  #destinations(messageType: string): readonly string[] {
    return this.#parts.routes.destinations.get(messageType) ?? []
  }
}
