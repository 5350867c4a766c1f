import type { Claim, NewMessage } from '../contracts/message-store.ts'
import { firstEpoch } from '../contracts/message-store.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { Endpoint } from '../inbox/endpoint.ts'
import { laneOf } from '../inbox/lane-of.ts'

/** What happens to committed messages that nobody holds a place for. */
export interface AfterCommit {
  /** There is something new to claim at these endpoints. */
  announce(endpoints: readonly string[]): void
  /** Something is due after so many milliseconds, here or to be sent. */
  dueWithin(ms: number, outgoing?: boolean): void
}

/**
 * The outgoing messages of one scope: noted while it runs, stored with its commit, handed over after.
 *
 * Life: `note` any number of times, `seal` once when the rows are about to be written, then either
 * `handOver` (committed) or `drop` (rolled back). Handing over only moves references in memory; it
 * cannot fail a message that is committed.
 */
export class Outgoing {
  readonly #noted: (Noted & { readonly isNew: boolean; held: boolean })[] = []
  #sealed: readonly NewMessage[] | undefined
  #owner: string | undefined

  /**
   * `isNew: false`: the sender chose the id, so the message may be stored or handled already. It is
   * not handed over, because its row may not be ours. Throws `JASPER_OUTBOX_CLOSED` once the scope's
   * rows are written.
   */
  note(envelope: Envelope, endpoint: Endpoint, isNew: boolean): void {
    if (this.#sealed !== undefined) {
      throw new JasperError(
        'JASPER_OUTBOX_CLOSED',
        `${envelope.messageType} was sent after the outgoing messages of its scope were written; it would not be part of the commit. ` +
          'Await every send before the scope ends.',
      )
    }
    this.#noted.push({ envelope, endpoint, isNew, held: false })
  }

  /** Whether a sender chose an id itself, so that its message may have been stored or handled before. */
  get hasChosenIds(): boolean {
    return this.#noted.some(({ isNew }) => !isNew)
  }

  /**
   * The rows to store, in the order of sending. Holds places in memory for them under `owner`, but for
   * those that have a time, because the store's clock alone decides whether it has come, and those that
   * have a lane, because the store alone knows whether it is free. `undefined`: nobody will hand them
   * over, so no place is held.
   */
  seal(owner: string | undefined): readonly NewMessage[] {
    if (this.#sealed !== undefined) return this.#sealed
    this.#owner = owner
    const rows: NewMessage[] = []
    for (const message of this.#noted) {
      const { envelope, endpoint, isNew } = message
      if (isStored(message)) {
        const { leaving } = endpoint
        const lane = laneOf(endpoint.settings, envelope)
        const waits = envelope.scheduledFor !== undefined && leaving?.keepsTime !== true
        message.held = owner !== undefined && isNew && !waits && lane === undefined && endpoint.hold()
        const row = { envelope, owner: message.held ? owner : undefined, lane }
        rows.push(leaving === undefined ? row : { ...row, outgoing: true, timeKeptElsewhere: leaving.keepsTime })
      }
    }
    this.#sealed = rows
    return rows
  }

  /**
   * The claim of a message of this scope that nobody but this node can have. Whether it is held says
   * whether the scope has committed, when the answer to that was lost. `undefined`: there is none.
   */
  get witness(): Witness | undefined {
    const held = this.#noted.find((message) => message.held)
    return held && { ...this.#claimOf(held.envelope), outgoing: held.endpoint.leaving !== undefined }
  }

  /**
   * A stored message of this scope whose id nobody else can have: it is known to the store if the scope
   * has committed, whoever has handled it since. Messages that leave are none: they may be sent and
   * gone. `undefined`: there is none.
   */
  get proof(): Envelope | undefined {
    return this.#noted.find((message) => message.isNew && message.endpoint.leaving === undefined && isStored(message))?.envelope
  }

  /** The messages that go to memory alone, with their endpoints there. */
  get inMemory(): readonly Noted[] {
    return this.#noted.filter((message) => !isStored(message))
  }

  /** Milliseconds that messages of this scope wait for their time. */
  waits(now: Date): readonly number[] {
    return this.#noted.flatMap(({ envelope: { scheduledFor } }) =>
      scheduledFor === undefined ? [] : [Math.max(scheduledFor.getTime() - now.getTime(), 0)],
    )
  }

  /** The scope has committed. Never throws. */
  handOver(now: Date, after: AfterCommit): void {
    const announced = new Set<string>()
    for (const message of this.#noted) {
      const { envelope, endpoint, held } = message
      const { leaving } = endpoint
      const waitsFor = leaving?.keepsTime === true ? undefined : envelope.scheduledFor
      const waitMs = waitsFor && waitsFor.getTime() - now.getTime()
      if (!isStored(message)) endpoint.deliver({ envelope, claim: undefined })
      else if (held) endpoint.deliver({ envelope, claim: this.#claimOf(envelope) })
      else {
        if (waitMs !== undefined) after.dueWithin(Math.max(waitMs, 0), leaving !== undefined)
        if (waitMs !== undefined && waitMs > 0) continue
        endpoint.wake()
        announced.add(envelope.destination)
      }
    }
    if (announced.size > 0) after.announce([...announced])
    this.#noted.length = 0
  }

  /** The scope has rolled back, or will never commit. */
  drop(): void {
    for (const message of this.#noted) if (message.held) message.endpoint.giveBack()
    this.#noted.length = 0
    this.#sealed ??= []
  }

  #claimOf({ id, destination }: Envelope): Claim {
    return { id, endpoint: destination, owner: this.#owner!, epoch: firstEpoch }
  }
}

export interface Noted {
  readonly envelope: Envelope
  readonly endpoint: Endpoint
}

/** Whoever handles it: the store keeps what has a time. */
function isStored({ envelope, endpoint }: Noted): boolean {
  return endpoint.settings.mode !== 'buffered' || envelope.scheduledFor !== undefined
}

/** A claim, and among which messages it is. */
export interface Witness extends Claim {
  readonly outgoing: boolean
}

