import type { IncomingMessages } from './incoming-messages.ts'

/**
 * Messages that wait until a transport has sent them.
 *
 * They come in by `incoming.insert`, `incoming.settle` and `incoming.enlist`, in one statement with
 * what a scope stores for its own endpoints and with its settlement: `NewMessage.outgoing` says which
 * they are. `endpoint` is the address of the destination here, in claims too. Claims, lanes, retries,
 * delays, expiry and dead letters follow the sentences of `IncomingMessages`, with these differences:
 * a message that is completed was sent and is forgotten, so that its id may be sent again; one is
 * parked for want of a transport, not of a type; and a dead letter is marked as `outgoing`.
 */
export interface OutgoingMessages extends Pick<IncomingMessages, 'claim' | 'settle' | 'holds' | 'ownedBy' | 'releaseDue'> {
  /**
   * Parks messages that wait for a destination whose scheme no registered node serves, at most
   * `limit`. Resolves with how many. Messages that are claimed, or whose time has not come, stay.
   */
  parkUnserved(limit: number): Promise<number>
  /** Makes parked messages ready again whose destination has one of `schemes`, at most `limit`. */
  releaseParked(schemes: readonly string[], limit: number): Promise<ReleasedMessages>
  /** Numbers for people. Reads only; may scan. */
  counts(): Promise<readonly DestinationCounts[]>
}

export interface ReleasedMessages {
  readonly released: number
  /** Where they go, each once. */
  readonly destinations: readonly string[]
}

export interface DestinationCounts {
  readonly destination: string
  /** Waiting to be claimed. */
  readonly ready: number
  /** Claimed by a node that is sending them, or is about to. */
  readonly claimed: number
  /** Waiting for their time: scheduled, or delayed because sending failed. */
  readonly scheduled: number
  /** Set aside: no node had a transport for them. */
  readonly parked: number
}
