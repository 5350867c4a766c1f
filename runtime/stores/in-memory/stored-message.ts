import type { Claim } from '../../contracts/message-store.ts'
import type { Envelope } from '../../envelope/envelope.ts'

/**
 * One message in memory. The statuses are those of the PostgreSQL store:
 *
 * - `ready`: claimed when it has an owner, else waits to be
 * - `scheduled`: its sender wants it at `dueAt`
 * - `delayed`: an attempt failed; again at `dueAt`. Holds its lane back
 * - `parked`: no node knew its type
 */
export interface StoredMessage {
  readonly id: string
  readonly endpoint: string
  readonly lane: string | undefined
  /** The order of arrival; that of a scheduled message is decided when its time has come. */
  seq: number
  envelope: Envelope
  status: 'ready' | 'scheduled' | 'delayed' | 'parked'
  owner: string | undefined
  epoch: number
  /** Milliseconds of the epoch. */
  dueAt: number | undefined
  parkedAt: number | undefined
  parkedReason: string
  /** Settled: no longer in the store. Queues drop it when they come upon it. */
  gone: boolean
}

/** What tells messages apart: the same id may be at several endpoints. */
export function identity(id: string, endpoint: string): string {
  return `${id.toLowerCase()} ${endpoint}`
}

export function holds(message: StoredMessage | undefined, claim: Claim): message is StoredMessage {
  return message !== undefined && message.owner === claim.owner && message.epoch === claim.epoch
}
