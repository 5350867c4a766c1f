import type { Duration } from '../bus/delivery-options.ts'
import type { MessageName, MessageOf, RegisteredMessages } from '../bus/message-map.ts'
import type { Timetable } from '../contracts/timetable.ts'
import type { RoutingConvention } from '../contracts/routing-convention.ts'
import type { CustomizedWhat, CustomizeEnvelope, CustomizeRule } from './customize.ts'
import type { ErrorMatch } from './error-match.ts'
import type { MessageChoice } from '../contracts/message-match.ts'

/** How an endpoint of this app receives. */
export interface ListenerOptions {
  /** What the endpoint is called where an address could stand: in `to(...)`, `sendTo` and explanations. */
  readonly name?: string
  /**
   * `durable`: stored until handled; what a transport delivers is acknowledged when it is stored.
   * `buffered`: in memory, lost by a crash; a transport hears its acknowledgement on receipt. What has
   * a time, as by `schedule` or `recur`, is stored all the same, and settled like a durable message.
   * `inline`, for transports alone: handled without being stored, then acknowledged; a message that
   * must wait for another attempt is stored after all. `durable` when unsaid.
   */
  readonly mode?: 'durable' | 'buffered' | 'inline'
  /**
   * Through a transport that can: what is sent to this place, or these, is to arrive here too. At RabbitMQ exchanges, as in
   * `rabbitmq://exchange/events?key=order.*`; it is bound where the transport provisions.
   */
  readonly from?: string | readonly string[]
  /** Through a transport: what a message is that does not name its type, as from another system. */
  readonly messageType?: string
  /** How many messages are handled at a time; 5 when unsaid. */
  readonly parallelism?: number
  /**
   * One message at a time, in send order, by all processes together. Excludes `parallelism` and
   * `buffered`; through a transport only where that orders by key.
   */
  readonly sequential?: boolean
  /**
   * What a dead letter does to its ordering key. `release`: the next message of the key is handled.
   * `block`: the key waits until the dead letter is replayed, which puts it at the head again, or
   * discarded. At a sequential endpoint that is the whole endpoint. `release` when unsaid.
   */
  readonly onDeadLetter?: 'release' | 'block'
  /**
   * How long the id of a handled message is known, so that a duplicate is passed over; as the store says, an
   * hour, when unsaid.
   */
  readonly dedupWindow?: Duration
  /** How long one handling may take; 60 s when unsaid. */
  readonly timeout?: Duration
  /** How many messages may wait in memory; 1,000 when unsaid. */
  readonly buffer?: number
  /**
   * Pauses the endpoint in a process where too many attempts fail, so that a service that is down is not
   * asked again and again. `{}` is a breaker with all defaults; none when unsaid.
   */
  readonly circuitBreaker?: CircuitBreakerOptions
}

/**
 * When the circuit of an endpoint breaks. Each process judges for itself and pauses only itself: its
 * waiting messages go back to the store, where other processes may take them and find out for
 * themselves. After the pause one message is tried; if it succeeds the circuit is closed.
 */
export interface CircuitBreakerOptions {
  /** Attempts within the window below which nothing is judged; 10 when unsaid. */
  readonly minimum?: number
  /** The circuit opens when so many per cent of the attempts have failed; 15 when unsaid. */
  readonly failurePercent?: number
  /** How far back attempts count; `'10m'` when unsaid. */
  readonly window?: Duration
  /** How long the circuit stays open before a message is tried; `'5m'` when unsaid. */
  readonly pause?: Duration
  /** Which failures count: `onError(PaymentTimeout)`. All when unsaid. */
  readonly on?: ErrorMatch
}

/** How this app sends to a destination outside of it. */
export interface SenderOptions {
  /** What the destination is called where an address could stand: in `to(...)`, `sendTo` and explanations. */
  readonly name?: string
  /** How many messages a transport is given at a time; 200 when unsaid. */
  readonly batch?: number
  /** How many messages may be in memory; 1,000 when unsaid. The others wait in the store. */
  readonly buffer?: number
  /** What becomes of a message that can never be sent: too large, unroutable, unauthorised. `dead-letter` when unsaid. */
  readonly onRefused?: 'dead-letter' | 'discard'
  /** A message that was sent so long ago, and still fails, is a dead letter. Tried without end when unsaid. */
  readonly giveUpAfter?: Duration
}

export interface SenderRule {
  readonly destination: string
  readonly options: SenderOptions
}

export interface PublishRule {
  readonly message: MessageChoice
  readonly destinations: readonly string[]
  /** Its messages go to their own local queues as well. */
  readonly besides?: true
}

export interface ListenRule {
  readonly endpoint: string
  readonly options: ListenerOptions
}

/** What a routes file exports: plain data, read by the app at start and by the tools. */
export interface Routes {
  readonly publish: readonly PublishRule[]
  readonly listen: readonly ListenRule[]
  readonly recur?: readonly RecurRule[]
  readonly sending?: readonly SenderRule[]
  /** Asked in this order, for messages of which no rule says where they go. */
  readonly conventions?: readonly RoutingConvention[]
  readonly customize?: readonly CustomizeRule[]
}

/** A message that is sent again and again. */
export interface RecurRule {
  /** Names the rule for all versions of the app; the place where it stands is kept under it. */
  readonly name: string
  readonly message: string
  readonly timetable: Timetable
  readonly body: unknown
  readonly missed: 'once' | 'skip'
}

/** What recurs, and when. `M` is the map of messages; without one, any name is taken and checked when the app is built. */
export interface Recurrence<M, N extends RecurringName<M>> {
  /** When: `cron('0 3 * * *', 'Europe/Berlin')` from `jasper-runtime/cron`. */
  readonly at: Timetable
  readonly message: N
  /** The message, or a function that makes it for a tick. */
  readonly body: RecurringBody<M, N> | ((tick: Date) => RecurringBody<M, N> | Promise<RecurringBody<M, N>>)
  /**
   * What becomes of ticks that nobody could fire for more than a minute, because no process of the app
   * was running: `once` sends one message, for the last of them; `skip` sends none. `once` when unsaid.
   */
  readonly missed?: 'once' | 'skip'
}

export type RecurringName<M> = [MessageName<M>] extends [never] ? string : MessageName<M>
export type RecurringBody<M, N> = N extends MessageName<M> ? MessageOf<M, N> : unknown

/** Addresses, or names that `listen` and `sending` give. */
export interface Destinations {
  /** They take the place of the message's own local queue, unless that is listed too. */
  to(...destinations: string[]): void
  /** They stand beside it. */
  alsoTo(...destinations: string[]): void
}

export interface RouteBuilder<M = RegisteredMessages> {
  /**
   * Where a message goes, or several: `'OrderPlaced'`, `{ namespace: 'orders' }`, `{ prefix: 'Order' }`, or a function that picks.
   * All rules for a message add up.
   */
  publish(message: MessageChoice): Destinations
  /** Settings of an endpoint that this app listens to. */
  listen(endpoint: string, options?: ListenerOptions): void
  /**
   * Sends a message at every tick of a timetable: one message a tick, however many processes run, die or
   * stall. Its `scheduledFor` is the tick. Under the same name a later version of the app may have
   * another timetable; without the rule in any running process nothing is sent.
   */
  recur<N extends RecurringName<M>>(name: string, recurrence: Recurrence<M, N>): void
  /** Places that follow from the names of messages: for those that no `publish(...).to(...)` means. */
  convention(convention: RoutingConvention): void
  /**
   * Adds to the envelopes of messages that leave the bus: headers, a deadline, an ordering key, a topic. `what` is a message or several, as
   * in `publish`, or `{ destination: 'shipping' }`, a name or an address. What the sender says itself stays.
   */
  customize(what: CustomizedWhat, hook: CustomizeEnvelope): void
  /** Settings of sending to a destination of a transport. */
  sending(destination: string, options: SenderOptions): void
}

/**
 * Describes where messages go and how endpoints receive.
 *
 * ```ts
 * export default defineRoutes(({ publish, listen }) => {
 *   publish('OrderPlaced').to('local://audit', 'local://order-placed')
 *   listen('local://audit', { sequential: true })
 * })
 * ```
 *
 * Addresses of transports, such as `rabbitmq://queue/shipping`, stand where local ones do, for
 * messages that leave the app or come from elsewhere. Addresses and names are checked when the app is built.
 */
export function defineRoutes<M = RegisteredMessages>(describe: (rules: RouteBuilder<M>) => void): Routes {
  const publish: PublishRule[] = []
  const listen: ListenRule[] = []
  const recur: RecurRule[] = []
  const sending: SenderRule[] = []
  const conventions: RoutingConvention[] = []
  const customize: CustomizeRule[] = []
  describe({
    publish: (message) => ({
      to: (...destinations) => void publish.push({ message, destinations }),
      alsoTo: (...destinations) => void publish.push({ message, destinations, besides: true }),
    }),
    listen: (endpoint, options = {}) => void listen.push({ endpoint, options }),
    recur: (name, { at, message, body, missed = 'once' }) => void recur.push({ name, message, timetable: at, body, missed }),
    sending: (destination, options) => void sending.push({ destination, options }),
    convention: (convention) => void conventions.push(convention),
    customize: (what, hook) => void customize.push({ what, hook }),
  })
  return { publish, listen, recur, sending, conventions, customize }
}
