import type { DeliveryOptions } from './delivery-options.ts'
import { messageOf } from '../config/read-error.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Registry } from '../dispatch/registry.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { choosesId, messageId, newEnvelope, type ReplyTerms } from '../envelope/new-envelope.ts'
import type { EndpointLookup } from '../inbox/endpoint.ts'
import type { Outgoing } from '../outbox/outgoing.ts'
import { isLocal } from '../routing/destination.ts'
import type { EndpointSettings, RouteTable } from '../routing/route-table.ts'
import type { Transports } from '../routing/transports.ts'

/** One destination, by name or address; or those of the routes that have topics. */
export type SentWhere = string | { readonly byTopic: true }

/** From a message to its envelopes: one for each destination, encoded once. */
export class Sends {
  readonly #registry: Registry
  readonly #routes: RouteTable
  readonly #endpoints: EndpointLookup
  readonly #transports: Transports
  readonly #clock: Clock

  constructor(registry: Registry, routes: RouteTable, endpoints: EndpointLookup, transports: Transports, clock: Clock) {
    this.#registry = registry
    this.#routes = routes
    this.#endpoints = endpoints
    this.#transports = transports
    this.#clock = clock
  }

  /** Notes the envelopes of a message in `outgoing`, and returns their id. Throws `JASPER_NO_SUBSCRIBER` where one is demanded. */
  readonly route = (
    messageName: string,
    message: unknown,
    options: DeliveryOptions | undefined,
    parent: Envelope | undefined,
    mustHaveSubscriber: boolean,
    outgoing: Outgoing,
    to?: SentWhere,
  ): string => {
    const registration = this.#registry.message(messageName)
    const destinations = this.#destinations(messageName, to)
    const now = this.#clock.now()
    const id = messageId(messageName, options, parent, now)
    if (destinations.length === 0) {
      if (!mustHaveSubscriber) return id
      throw new JasperError('JASPER_NO_SUBSCRIBER', `Nobody takes ${messageName}: it has no handler and no route. Use publish where that is well.`)
    }
    const body = Buffer.from(registration.codec.encode(message))
    for (const destination of destinations) {
      const endpoint = this.#endpoints.get(destination)!
      const wanted = this.#routes.hooks.applied(messageName, destination, message, options)
      if (wanted !== undefined) requireKept(wanted, messageName, endpoint.settings)
      const about = { id, messageType: messageName, messageVersion: registration.version, body, destination }
      const orderingKey = wanted?.orderingKey ?? this.#orderingKey(messageName, message, destination)
      const said = orderingKey === undefined ? wanted : { ...wanted, orderingKey }
      const envelope = newEnvelope({ ...about, options: said, markers: registration, parent, now })
      outgoing.note(envelope, endpoint, !choosesId(options))
    }
    return id
  }

  /**
   * The one place that answers a request: `to` where its sender has chosen one, a local queue where this app handles
   * the message itself. Throws when there is none or more than one.
   */
  onlyDestination(messageName: string, to: string | undefined): string {
    this.#registry.message(messageName)
    if (to !== undefined) return this.#chosen(messageName, to)
    const destinations = this.#routes.destinations.get(messageName) ?? []
    const [only] = destinations
    if (only === undefined) {
      throw new JasperError('JASPER_NO_SUBSCRIBER', `Nobody answers ${messageName}: it has no handler and no route here. Route it, or say { to: '<address>' }.`)
    }
    if (destinations.length === 1 || destinations.every(isLocal)) return only
    throw new JasperError(
      'JASPER_BAD_OPTION',
      `${messageName} was requested, and goes to several places: ${destinations.join(', ')}. Say which of them is to answer: { to: '<address>' }.`,
    )
  }

  /** Notes the one envelope of a request. */
  request(messageName: string, message: unknown, request: RequestDraft, outgoing: Outgoing): void {
    const registration = this.#registry.message(messageName)
    const { id, destination, options, parent, reply } = request
    const about = { id, messageType: messageName, messageVersion: registration.version, destination }
    const body = Buffer.from(registration.codec.encode(message))
    const wanted = this.#routes.hooks.applied(messageName, destination, message, options)
    const envelope = newEnvelope({ ...about, body, options: wanted, markers: registration, parent, reply, now: this.#clock.now() })
    outgoing.note(envelope, this.#endpoints.get(destination)!, true)
  }

  /** Notes a message that has arrived for the queues of handlers that have it each for themselves. A second delivery is known by its id. */
  readonly goOn = (envelope: Envelope, message: unknown, outgoing: Outgoing): void => {
    for (const destination of this.#routes.separate.get(envelope.messageType) ?? []) {
      const orderingKey = envelope.orderingKey ?? this.#orderingKey(envelope.messageType, message, destination)
      const nobodyWaits = { replyTo: undefined, replyRequested: undefined }
      const begins = { attempts: 0, connectionLosses: 0, failures: [], scheduledFor: undefined, ...nobodyWaits }
      const next: Envelope = { ...envelope, ...begins, destination, orderingKey }
      outgoing.note(next, this.#endpoints.get(destination)!, false)
    }
  }

  /** Where a message goes: where its routes say, to those of them that have topics, or where its sender says. */
  #destinations(messageName: string, to: SentWhere | undefined): readonly string[] {
    if (typeof to === 'string') return [this.#chosen(messageName, to)]
    const routed = this.#routes.destinations.get(messageName) ?? []
    if (to === undefined) return routed
    const withTopics = routed.filter((address) => !isLocal(address) && this.#transports.hasTopics(address))
    if (withTopics.length > 0) return withTopics
    throw new JasperError(
      'JASPER_NO_SUBSCRIBER',
      `${messageName} was sent to a topic, and it goes to no place that has topics${routed.length === 0 ? '' : `, but to ${routed.join(', ')}`}. ` +
        `Name one in the routes, such as publish('${messageName}').to('rabbitmq://exchange/events'), without a key.`,
    )
  }

  /** What the policy of the handlers there orders the message by. */
  #orderingKey(messageName: string, message: unknown, destination: string): string | undefined {
    const policy = this.#routes.orderingKeys.get(messageName)?.get(destination)
    if (policy === undefined) return undefined
    try {
      const key = policy.keyOf(message as never)
      return key === undefined || key === null ? undefined : String(key)
    } catch (cause) {
      throw new JasperError('JASPER_BAD_OPTION', `The policy orderingKey(${policy.words}) failed for ${messageName}: ${messageOf(cause)}`, { cause })
    }
  }

  /** The address that a sender has chosen itself, by name or as it is, in its one spelling. */
  #chosen(messageName: string, nameOrAddress: string): string {
    const address = this.#routes.names.addressOf(nameOrAddress)
    const local = isLocal(address)
    const destination = local ? address : this.#transports.address(address, 'send')
    if (this.#endpoints.get(destination) === undefined) {
      throw new JasperError(
        'JASPER_UNKNOWN_DESTINATION',
        `${messageName} was sent to ${JSON.stringify(address)}, which is no queue of this app. Name it in the routes: listen(${JSON.stringify(address)}).`,
      )
    }
    if (!local || this.#registry.chainsOf(messageName).length > 0) return destination
    throw new JasperError('JASPER_NO_SUBSCRIBER', `${messageName} was sent to ${destination}, but no handler of this app takes it. Add a handler.`)
  }

  /** The envelope of a message that is handled here and now. Encoded only when somebody reads its body. */
  invoked(messageName: string, message: unknown, options: DeliveryOptions | undefined, parent?: Envelope): Envelope {
    if (options?.at !== undefined || options?.delay !== undefined) {
      throw new JasperError('JASPER_BAD_OPTION', `${messageName} was invoked with a time, and invoke handles a message now. Use schedule for later.`)
    }
    if (options?.orderingKey !== undefined) {
      throw new JasperError('JASPER_BAD_OPTION', `${messageName} was invoked with an orderingKey, and invoke waits for no other message. Use send.`)
    }
    if (options?.deduplicationKey !== undefined) {
      throw new JasperError('JASPER_BAD_OPTION', `${messageName} was invoked with a deduplicationKey, and invoke handles a message whatever was handled before. Use send.`)
    }
    const registration = this.#registry.message(messageName)
    const now = this.#clock.now()
    let body: Uint8Array | undefined
    const envelope = newEnvelope({
      id: messageId(messageName, options, parent, now),
      messageType: messageName,
      messageVersion: registration.version,
      body: nothing,
      destination: 'local://invoke',
      options,
      parent,
      now,
    })
    return Object.defineProperty(envelope, 'body', {
      enumerable: true,
      get: () => (body ??= Buffer.from(registration.codec.encode(message))),
    })
  }
}

export interface RequestDraft {
  readonly id: string
  readonly destination: string
  readonly options: DeliveryOptions
  readonly parent: Envelope | undefined
  readonly reply: ReplyTerms
}

/** Throws `JASPER_BAD_OPTION` for options that hold only where messages are stored. */
function requireKept(options: DeliveryOptions, messageName: string, { mode, address }: EndpointSettings): void {
  if (mode !== 'buffered') return
  if (options.deduplicationKey !== undefined) {
    throw new JasperError(
      'JASPER_BAD_OPTION',
      `${messageName} was sent with a deduplicationKey to ${address}, which is buffered. What was in memory is not known again: ` +
        'make the endpoint durable, or leave the key out.',
    )
  }
  if (options.orderingKey === undefined) return
  throw new JasperError(
    'JASPER_BAD_OPTION',
    `${messageName} was sent with an orderingKey to ${address}, which is buffered. Messages in memory keep no order through ` +
      'retries, nor between processes: make the endpoint durable, or leave the key out.',
  )
}

const nothing = new Uint8Array(0)
