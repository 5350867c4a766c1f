import type { Logger } from '../contracts/logger.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { DeliveryOptions, Duration } from './delivery-options.ts'
import type { InvokableName, MessageName, MessageOf, RegisteredMessages, ReplyOf } from './message-map.ts'
import type { RequestOptions } from './request-options.ts'

/**
 * Sends messages.
 *
 * Outside any scope a call resolves when a durable message is committed. Inside a handler or
 * `outbox.transaction` it resolves when the message is noted; the commit is its acknowledgement.
 * To a buffered endpoint, or with the in-memory store, it resolves when the message is queued in
 * memory, and a crash loses it. A message with a time is committed to the store whatever the endpoint.
 *
 * What it resolves with is the message's id, the same at every endpoint that takes it.
 */
export interface MessageSender<M = RegisteredMessages> {
  /** Sends to every endpoint that takes the message. Rejects with `JASPER_NO_SUBSCRIBER` when none does. */
  send<N extends MessageName<M>>(name: N, message: MessageOf<M, N>, options?: DeliveryOptions): Promise<string>
  /** Like `send`, but it is well when nobody takes the message. */
  publish<N extends MessageName<M>>(name: N, message: MessageOf<M, N>, options?: DeliveryOptions): Promise<string>
  /**
   * Sends a message that is not handled before `when`. Until then `app.scheduled` can cancel it by the
   * id that this resolves with, or give it another time.
   */
  schedule<N extends MessageName<M>>(name: N, message: MessageOf<M, N>, when: Date | Duration, options?: DeliveryOptions): Promise<string>
  /**
   * Sends to one endpoint, whatever the routes say of the message: `endpoint` is a name that the routes give, or an address.
   *
   * Rejects with `JASPER_UNKNOWN_DESTINATION` for what is neither, and for a local queue that this app does not have; with
   * `JASPER_NO_SUBSCRIBER` for a local queue where no handler takes the message.
   */
  sendTo<N extends MessageName<M>>(endpoint: string, name: N, message: MessageOf<M, N>, options?: DeliveryOptions): Promise<string>
  /**
   * Sends under a topic, to those destinations of the message that tell messages apart by topics: RabbitMQ exchanges of type topic or
   * direct, where it is the routing key. Rejects with `JASPER_NO_SUBSCRIBER` where the routes of the message name none.
   */
  toTopic<N extends MessageName<M>>(topic: string, name: N, message: MessageOf<M, N>, options?: Omit<DeliveryOptions, 'topic'>): Promise<string>
}

/**
 * Sends messages and waits for what their handlers reply, wherever they are.
 *
 * What this app handles itself is handled as by `invoke`; what its routes send to another app goes there, stored like
 * any message, and the reply comes back to this process alone. Resolves when the message is handled and committed:
 * with the reply, or with `undefined` where the handler returns nothing.
 *
 * The caller lives in memory, and replies are no more durable: when this process ends, or the connection is lost just
 * then, a reply is lost, although its message is handled. Rejects with
 * `JASPER_REQUEST_TIMEOUT` when none came in time, with `JASPER_REQUEST_FAILED` (a `RequestFailedError`) when the
 * handler has failed for good, `JASPER_REJECTED` when a `validate` function has refused the message.
 */
export interface MessageRequester<M = RegisteredMessages> {
  /** Resolves when the message is handled and committed, whatever its handler returns. */
  request<N extends MessageName<M>>(
    name: N,
    message: MessageOf<M, N>,
    options: RequestOptions & { readonly ackRequested: true },
  ): Promise<undefined>
  /** Of a message that another app handles: `expects` names the replies, which types the result. */
  request<N extends MessageName<M>, R extends MessageName<M>>(
    name: N,
    message: MessageOf<M, N>,
    options: RequestOptions<R> & { readonly expects: R | readonly R[] },
  ): Promise<MessageOf<M, R>>
  /**
   * Of a message that this app handles, too: typed by what its handler returns. What separate handlers have here each
   * for themselves has no one reply: say with `expects` or `ackRequested` what is wanted of another app.
   */
  request<N extends InvokableName<M>>(name: N, message: MessageOf<M, N>, options?: RequestOptions<MessageName<M>>): Promise<ReplyOf<M, N>>
}

/** The bus of an app. */
export interface MessageBus<M = RegisteredMessages> extends MessageSender<M>, MessageRequester<M> {
  /**
   * Handles a message now, in this process, and resolves with its reply after the commit.
   *
   * No inbox row is stored. Failures are retried at once as the policy says, then rejected to the
   * caller. Inside a handler it runs in a transaction of its own. A message that separate handlers have each
   * for themselves has no one handling to wait for: to invoke it is an error of tsc.
   */
  invoke<N extends InvokableName<M>>(name: N, message: MessageOf<M, N>, options?: DeliveryOptions): Promise<ReplyOf<M, N>>
}

/**
 * What a handler that asks for a `MessageContext` receives: one handling of one message.
 *
 * What it sends waits for its commit. What it requests does not: a request leaves at once, is handled in a transaction
 * of its own, and stays handled when this attempt fails and runs again.
 */
export interface MessageContext<M = RegisteredMessages> extends MessageSender<M>, MessageRequester<M> {
  readonly envelope: Envelope
  /** Aborts when the handler's timeout has passed or the app must stop. */
  readonly signal: AbortSignal
  readonly log: Logger
}
