import type { Envelope } from '../envelope/envelope.ts'

/** A message whose sender wants it later, and whose time has not come. */
export interface ScheduledMessage {
  readonly envelope: Envelope
  readonly endpoint: string
  readonly dueAt: Date
}

export interface ScheduledQuery {
  readonly endpoint?: string
  readonly messageType?: string
  /** Due at this instant or later. */
  readonly from?: Date
  /** Due before this instant. */
  readonly until?: Date
  /** At most so many; a whole number above 0. */
  readonly limit: number
  /** Where the page before this one ended: its `next`. */
  readonly after?: string
}

export interface ScheduledPage {
  /** Soonest first. */
  readonly messages: readonly ScheduledMessage[]
  /** Give it as `after` for what follows; `undefined`: this was the last page. */
  readonly next: string | undefined
}

/**
 * What became of a message at one of its endpoints.
 *
 * - `changed`: cancelled, or given another time, as was asked
 * - `due`: too late; its time had come, and it waits to be handled or is being handled
 * - `handled`: too late; it was handled, or dropped by a policy, within the dedup window
 * - `dead-lettered`: too late; it could not be handled
 */
export type ScheduleOutcome = 'changed' | 'due' | 'handled' | 'dead-lettered'

/**
 * The outcome at each endpoint that the message went to, by address. Empty: no message of this id is
 * known, because it never was, was cancelled, or was handled longer ago than the dedup window.
 */
export type ScheduleChange = Readonly<Record<string, ScheduleOutcome>>

/** Messages whose time has not come: what their senders may still change. */
export interface ScheduledMessages {
  /**
   * Takes a message back at every endpoint where its time has not come; it is gone as if it had never
   * been sent, and its id may be sent again. Of a cancel and the time that comes, exactly one wins.
   */
  cancel(id: string): Promise<ScheduleChange>
  /**
   * Gives a message another time at every endpoint where its time has not come; its envelope names
   * that time from then on. A time that has passed makes it ready at once. Of a change and the time
   * that comes, exactly one wins.
   */
  reschedule(id: string, dueAt: Date): Promise<ScheduleChange>
  /**
   * Soonest first, those of one instant in the order of their ids. Paging with `after` shows each
   * message once that stays as it is, whatever comes and goes in the meantime. Rejects with
   * `JASPER_BAD_OPTION` for an `after` that no page has said.
   */
  list(query: ScheduledQuery): Promise<ScheduledPage>
}
