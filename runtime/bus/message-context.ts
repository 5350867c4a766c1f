import type { Logger } from '../contracts/logger.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { DeliveryOptions, Duration } from './delivery-options.ts'
import type { MessageName, MessageOf, RegisteredMessages, ReplyOf } from './message-map.ts'

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
}

/** The bus of an app. */
export interface MessageBus<M = RegisteredMessages> extends MessageSender<M> {
  /**
   * Handles a message now, in this process, and resolves with its reply after the commit.
   *
   * No inbox row is stored. Failures are retried at once as the policy says, then rejected to the
   * caller. Inside a handler it runs in a transaction of its own.
   */
  invoke<N extends MessageName<M>>(name: N, message: MessageOf<M, N>, options?: DeliveryOptions): Promise<ReplyOf<M, N>>
}

/** What a handler that asks for a `MessageContext` receives: one handling of one message. */
export interface MessageContext<M = RegisteredMessages> extends MessageSender<M> {
  readonly envelope: Envelope
  /** Aborts when the handler's timeout has passed or the app must stop. */
  readonly signal: AbortSignal
  readonly log: Logger
}
