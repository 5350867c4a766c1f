import type { Envelope } from '../envelope/envelope.ts'
import type { StoredError } from './incoming-messages.ts'

export interface DeadLetter {
  /** As the message came, with its raw body; `attempts` are those that failed. */
  readonly envelope: Envelope
  readonly error: StoredError
  readonly deadLetteredAt: Date
  /** Whether it could not be sent to its endpoint, which is a destination then, rather than handled there. */
  readonly outgoing: boolean
  /** When somebody last replaced its body. */
  readonly editedAt: Date | undefined
  /** Its place in the list: `after` of a query that goes on behind it. */
  readonly cursor: string
}

/** What could not be handled, as it came. */
export interface DeadLetters {
  /** Those that match, newest first, at most `limit`. */
  list(query: DeadLetterQuery): Promise<readonly DeadLetter[]>
  /** How many match of each (endpoint, message type, error type), most first. Reads only; may scan. */
  summary(filter: DeadLetterFilter): Promise<readonly DeadLetterGroup[]>
  /**
   * Those that match in the order in which their messages arrived, page by page. Pages see no letter
   * that came after the first page, and none twice.
   */
  inOrder(filter: DeadLetterFilter, page: DeadLetterPage): Promise<DeadLetterIds>
  /**
   * Puts dead letters back to where they were, their own endpoint or the outgoing messages, each to the
   * lane and the place that it had, with the same id, lineage, tenant and headers, no attempts and
   * no lost connections counted, and the history of failed attempts kept, and lets them pass the dedup
   * window. A deadline that has passed is lifted. One whose message waits there already stays. All or
   * none; resolves with how many came back. Wakes the processes concerned.
   */
  replay(ids: readonly DeadLetterId[]): Promise<number>
  /** Replaces the body and nothing else. Resolves with whether there is such a letter. */
  edit(id: DeadLetterId, body: Uint8Array): Promise<boolean>
  /** Deletes dead letters. Resolves with how many of `ids` there were. */
  discard(ids: readonly DeadLetterId[]): Promise<number>
  /** Deletes those that are older, the oldest first, at most `limit`. Resolves with how many. */
  expire(olderThanMs: number, limit: number): Promise<number>
}

export interface DeadLetterId {
  readonly id: string
  readonly endpoint: string
}

/** What a letter must be like. Members that are unsaid let everything pass. */
export interface DeadLetterFilter {
  /** Ids of messages, at whatever endpoint. */
  readonly ids?: readonly string[] | undefined
  readonly endpoint?: string | undefined
  readonly messageType?: string | undefined
  readonly errorType?: string | undefined
  /** Part of the error's message, in capitals or not. No index serves it. */
  readonly errorText?: string | undefined
  /** Dead-lettered at this instant or later. */
  readonly from?: Date | undefined
  /** Dead-lettered before this instant. */
  readonly until?: Date | undefined
}

export interface DeadLetterQuery extends DeadLetterFilter {
  readonly limit: number
  /** The cursor of the letter behind which to go on. `JASPER_BAD_OPTION` if it is none. */
  readonly after?: string | undefined
}

export interface DeadLetterPage {
  readonly limit: number
  /** `next` of the page before. `JASPER_BAD_OPTION` if it is none. */
  readonly after?: string | undefined
}

export interface DeadLetterIds {
  readonly ids: readonly DeadLetterId[]
  /** `undefined`: there are no more. */
  readonly next: string | undefined
}

export interface DeadLetterGroup {
  readonly endpoint: string
  readonly messageType: string
  readonly errorType: string
  readonly count: number
  readonly oldest: Date
  readonly newest: Date
}
