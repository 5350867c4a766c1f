import type { DeclaredRule, NewMessage, StoredError } from '../../contracts/message-store.ts'
import type { Envelope } from '../../envelope/envelope.ts'
import { MessageQueues } from './message-queues.ts'
import { identity, type StoredMessage } from './stored-message.ts'

export interface RegisteredNode {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly startedAt: number
  schemes: readonly string[]
  beat: number
  beatAt: number
  /** Whether the store through which it registered is still open. */
  connected: boolean
  dead: boolean
}

export interface KeptDeadLetter {
  readonly message: StoredMessage
  envelope: Envelope
  readonly error: StoredError
  readonly outgoing: boolean
  /** Milliseconds of the epoch. */
  readonly deadAt: number
  /** Higher for each that comes. */
  readonly entry: number
  editedAt: Date | undefined
}

export interface RecurringPlace {
  readonly timetable: string
  readonly nextAt: Date | undefined
  readonly lastAt: Date | undefined
}

export interface KeptPause {
  readonly since: number
  /** Infinity: until somebody resumes it. */
  readonly until: number
  readonly reason: string
  readonly by: string
}

/**
 * What a database would hold. Several stores may share it, as several processes share a database.
 *
 * Everything here is synchronous, so each method of the store is atomic by itself.
 */
export class InMemoryRows {
  readonly incoming = new MessageQueues()
  readonly outgoing = new MessageQueues()
  /** Until when a completed message is known, by identity. */
  readonly completed = new Map<string, number>()
  readonly deadLetters = new Map<string, KeptDeadLetter>()
  readonly nodes = new Map<string, RegisteredNode>()
  /** Where each recurring rule stands, by name. */
  readonly recurring = new Map<string, RecurringPlace>()
  /** The rules of each node, in the order of declaring. */
  readonly declared = new Map<string, readonly DeclaredRule[]>()
  readonly pauses = new Map<string, KeptPause>()
  /** The entry of the dead letter that came last. */
  lastDeadLetter = 0
  appName: string | undefined

  insert(message: NewMessage, now: number): void {
    this.queuesOf(message.outgoing === true).insert(message, now, (owner) => this.nodes.get(owner)?.dead === false)
  }

  queuesOf(outgoing: boolean): MessageQueues {
    return outgoing ? this.outgoing : this.incoming
  }

  /** Whether a dead letter of the same endpoint came before this message in its lane. */
  isBehindDeadLetter({ endpoint, lane, seq }: StoredMessage): boolean {
    for (const { message, outgoing } of this.deadLetters.values()) {
      if (!outgoing && message.endpoint === endpoint && message.lane === lane && message.seq < seq) return true
    }
    return false
  }

  /** The last death of a message counts. But one that could not be sent, and was handled all the same, says less than its death there. */
  buryDead(message: StoredMessage, error: StoredError, now: number, outgoing: boolean): void {
    this.queuesOf(outgoing).remove(message)
    const key = identity(message.id, message.endpoint)
    if (outgoing && this.deadLetters.get(key)?.outgoing === false) return
    const entry = ++this.lastDeadLetter
    this.deadLetters.set(key, { message, envelope: message.envelope, error, outgoing, deadAt: now, entry, editedAt: undefined })
  }
}
