import type { DeliveryOptions, Duration } from './delivery-options.ts'
import { withTime } from './noting-sender.ts'

/**
 * Known by a registered symbol and not by a class: a program may have two copies of this package, and
 * what one of them wraps the other sends.
 */
const wrapped: unique symbol = Symbol.for('jasper-runtime.wrapped') as never

/** The ways to say more about a returned message than that it is sent. */
export type WrapperKind = 'scheduled' | 'reply' | 'sent-to' | 'with-options'

/** A message that a handler returns, and how it is to be sent. */
export interface WrappedMessage<Kind extends WrapperKind, M> {
  readonly [wrapped]: Kind
  readonly message: M
  readonly options: DeliveryOptions | undefined
  /** The one destination that it goes to; `undefined`: where the routes say. */
  readonly destination: string | undefined
}

/** A message that is not handled before its time: what `scheduled` and `delayed` return. */
export type Scheduled<M> = WrappedMessage<'scheduled', M>
/** A message for the caller alone: what `reply` returns. */
export type Reply<M> = WrappedMessage<'reply', M>
/** A message for one destination: what `sendTo` returns. */
export type SentTo<M> = WrappedMessage<'sent-to', M>
/** A message with delivery options: what `withOptions` returns. */
export type WithOptions<M> = WrappedMessage<'with-options', M>

/** What can be wrapped: a message, and nothing that is wrapped already. */
export type Wrappable = object & { readonly [wrapped]?: never }

type OptionsBesideTime = Omit<DeliveryOptions, 'at' | 'delay'>

/** To be returned: a message that is not handled before `when`. */
export function scheduled<M extends Wrappable>(message: M, when: Date, options?: OptionsBesideTime): Scheduled<M> {
  return wrap('scheduled', message, withTime(options, when))
}

/** To be returned: a message that is not handled before so much time has passed, `'10m'`. */
export function delayed<M extends Wrappable>(message: M, delay: Duration, options?: OptionsBesideTime): Scheduled<M> {
  return wrap('scheduled', message, withTime(options, delay))
}

/** To be returned: what `invoke` resolves with. It goes to the caller alone, and to nobody where there is none. */
export function reply<M extends Wrappable>(message: M): Reply<M> {
  return wrap('reply', message, undefined)
}

/** To be returned: a message that goes to this destination, a name or an address, whatever the routes say of its type. */
export function sendTo<M extends Wrappable>(message: M, destination: string, options?: DeliveryOptions): SentTo<M> {
  return wrap('sent-to', message, options, destination)
}

/** To be returned: a message with an ordering key, a deadline, headers, and whatever else `send` takes. */
export function withOptions<M extends Wrappable>(message: M, options: DeliveryOptions): WithOptions<M> {
  return wrap('with-options', message, options)
}

function wrap<Kind extends WrapperKind, M>(
  kind: Kind,
  message: M,
  options: DeliveryOptions | undefined,
  destination?: string,
): WrappedMessage<Kind, M> {
  return { [wrapped]: kind, message, options, destination }
}

/** Whether a returned value is a message in this wrapper. Asked by generated code. */
export function isWrapped<Kind extends WrapperKind>(value: unknown, kind: Kind): value is WrappedMessage<Kind, unknown> {
  return typeof value === 'object' && value !== null && (value as { readonly [wrapped]?: unknown })[wrapped] === kind
}
