import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { MessageChoice } from '../contracts/message-match.ts'

/** A message that is about to leave for one destination. */
export interface LeavingMessage {
  /** Its wire name. */
  readonly messageType: string
  readonly destination: string
  readonly message: unknown
  /** What its sender says. */
  readonly options: DeliveryOptions
}

/** What a hook may add: all but what makes a message another one, or gives it another time. */
export type AddedOptions = Omit<DeliveryOptions, 'id' | 'deduplicationKey' | 'at' | 'delay'>

/** Adds to the envelope of a message. What the sender has said stays; headers are joined. */
export type CustomizeEnvelope = (leaving: LeavingMessage) => AddedOptions | undefined

/** Which envelopes: those of messages, or all for one destination, a name or an address. */
export type CustomizedWhat = MessageChoice | { readonly destination: string }

export interface CustomizeRule {
  readonly what: CustomizedWhat
  readonly hook: CustomizeEnvelope
}
