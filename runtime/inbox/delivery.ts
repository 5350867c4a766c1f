import type { Claim } from '../contracts/message-store.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { Receipt } from './receipt.ts'

/** One message on its way to a handler of this process. */
export interface Delivery {
  readonly envelope: Envelope
  /** The right to settle its row; `undefined` for a message that is only in memory. */
  readonly claim: Claim | undefined
  /** The lane that it holds until it is settled. */
  readonly lane?: string | undefined
  /** Of a message that a transport keeps until it is handled here. */
  readonly receipt?: Receipt
}
