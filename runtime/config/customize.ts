import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { MessageChoice } from '../contracts/message-match.ts'
import { choiceInWords } from './choose-messages.ts'

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

/** A rule as it stands in the routes, for errors and explanations. */
export function customizeInWords(what: CustomizedWhat): string {
  return `customize(${isOfDestination(what) ? `{ destination: '${what.destination}' }` : choiceInWords(what)})`
}

/** Whether a rule is for one destination, and not for messages. */
export function isOfDestination(what: CustomizedWhat): what is { readonly destination: string } {
  return typeof what === 'object' && what !== null && 'destination' in what
}
