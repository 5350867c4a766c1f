import type { MessageSender } from '../bus/message-context.ts'
import { notingSender } from '../bus/noting-sender.ts'
import type { Sends } from '../bus/sends.ts'
import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { IncomingMessages, OutgoingMessages, UnroutedMessages, WaitingMessage } from '../contracts/message-store.ts'
import type { TransactionOptions } from '../contracts/transaction-adapter.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { backoffMs, storeBackoff } from '../timing/backoff.ts'
import { faultPoint } from '../timing/fault-point.ts'
import type { KnownLibraries } from './known-libraries.ts'
import { Outgoing, type AfterCommit } from './outgoing.ts'
import { writeLast } from './write-last.ts'

export interface OutboxParts {
  readonly libraries: KnownLibraries
  readonly sends: Sends
  readonly incoming: IncomingMessages
  readonly leaving: OutgoingMessages
  readonly unrouted: UnroutedMessages
  readonly clock: Clock
  readonly log: Logger
  readonly after: AfterCommit
  readonly owner: () => string
  readonly isRunning: () => boolean
}

type TransactionWork<T> = (tx: unknown, bus: MessageSender<never>) => Promise<T>

/** How long a caller waits to learn whether a commit whose answer was lost has held. */
const lookForMs = 15_000
/** A server whose client has gone may still be committing for so long. */
const settlesWithinMs = 2_000

/** Sends messages in transactions outside handlers, by name and value; the generated types stand in front of it. */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #running = new Set<Promise<unknown>>()

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  transaction<T>(root: unknown, work: TransactionWork<T>, options?: TransactionOptions): Promise<T> {
    return this.#track(() => this.#transaction(root, work, options))
  }

  within<T>(tx: unknown, work: (bus: MessageSender<never>) => Promise<T>, options?: { readonly notify?: boolean }): Promise<T> {
    return this.#track(() => this.#within(tx, work, options?.notify ?? true))
  }

  unrouted(query?: { readonly limit?: number }): Promise<readonly WaitingMessage[]> {
    return this.#parts.unrouted.list(query?.limit ?? 100)
  }

  discardUnrouted(ids: readonly string[]): Promise<number> {
    return this.#parts.unrouted.discard(ids)
  }

  /** Resolves when nothing runs here that was begun before. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  async #transaction<T>(root: unknown, work: TransactionWork<T>, options?: TransactionOptions): Promise<T> {
    const { libraries, incoming, clock, log, after, owner } = this.#parts
    const adapter = libraries.ofRoot(root)
    const scope = this.#scope('outbox.transaction')
    const { outgoing } = scope
    let done: { readonly value: T } | undefined
    try {
      await adapter.run(
        root,
        async (tx: unknown) => {
          const value = await scope.during((bus) => work(tx, bus))
          await writeLast(adapter, tx, () => incoming.enlist(undefined, outgoing.seal(owner())))
          await faultPoint('outbox.before-commit')
          done = { value }
        },
        options,
      )
    } catch (error) {
      if (done === undefined || !JasperError.is(error, 'JASPER_COMMIT_UNKNOWN') || !(await this.#isProven(outgoing))) {
        outgoing.drop()
        throw error
      }
      log.warn('the answer to COMMIT was lost; the transaction of outbox.transaction is committed')
    }
    await faultPoint('outbox.after-commit')
    outgoing.handOver(clock.now(), after)
    return done!.value
  }

  async #within<T>(tx: unknown, work: (bus: MessageSender<never>) => Promise<T>, notify: boolean): Promise<T> {
    const { libraries, incoming, clock, after } = this.#parts
    const { callers } = libraries.ofTransaction(tx)
    // Before the callback: a transaction that it ends is then found to be another.
    const identified = await callers.execute(tx, incoming.join([], { notify }).identify)
    const scope = this.#scope('outbox.within')
    const { outgoing } = scope
    try {
      const value = await scope.during(work)
      refuseMemory(outgoing)
      const { statement, verify } = incoming.join(outgoing.seal(undefined), { notify }).store(identified)
      verify(await callers.execute(tx, statement))
      for (const ms of outgoing.waits(clock.now())) after.dueWithin(ms)
      await faultPoint('outbox.within-written')
      return value
    } finally {
      // Nobody says here whether the caller commits.
      outgoing.drop()
    }
  }

  #scope(name: 'outbox.transaction' | 'outbox.within') {
    const outgoing = new Outgoing()
    let ended = false
    const sender = notingSender((message, payload, options, mustHaveSubscriber, to) => {
      if (ended) {
        throw new JasperError(
          'JASPER_OUTBOX_CLOSED',
          `${message} was sent after the callback of ${name} had ended; it would not be part of the commit. Await every send in the callback.`,
        )
      }
      const id = this.#parts.sends.route(message, payload, options, undefined, mustHaveSubscriber, outgoing, to)
      if (name === 'outbox.within') refuseMemory(outgoing)
      return id
    })
    const during = async <T>(work: (bus: MessageSender<never>) => Promise<T>): Promise<T> => {
      try {
        return await work(sender as MessageSender<never>)
      } finally {
        ended = true
      }
    }
    return { outgoing, during }
  }

  /** Whether a message of a transaction is there, which is proof that the transaction has committed. */
  async #isProven({ proof, witness }: Outgoing): Promise<boolean> {
    if (proof === undefined && witness === undefined) return false
    const { clock, incoming, leaving, log } = this.#parts
    const since = clock.monotonic()
    for (let tries = 1; ; tries++) {
      let within = settlesWithinMs
      try {
        // Nobody else can send what this node holds.
        if (proof === undefined ? await leaving.holds(witness!) : await incoming.isKnown(proof.id, proof.destination)) return true
      } catch (error) {
        log.debug('whether a transaction has committed could not be read', { error: String(error) })
        if (JasperError.is(error, 'JASPER_STORE_CLOSED')) return false
        within = lookForMs
      }
      if (clock.monotonic() - since >= within) return false
      await clock.sleep(backoffMs(tries, storeBackoff, Math.random()))
    }
  }

  async #track<T>(begin: () => Promise<T>): Promise<T> {
    if (!this.#parts.isRunning()) throw new JasperError('JASPER_NOT_STARTED', 'The outbox works between app.start() and app.stop(). Await app.start() first.')
    const running = begin()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }
}

/** A message in memory cannot wait for a commit that nobody reports. */
function refuseMemory({ inMemory: [first] }: Outgoing): void {
  if (first === undefined) return
  const { messageType, destination } = first.envelope
  throw new JasperError(
    'JASPER_NOT_SUPPORTED',
    `${messageType} goes to ${destination}, which keeps messages in memory only, and the runtime does not learn when the caller of outbox.within commits. ` +
      'Make the endpoint durable, or use outbox.transaction.',
  )
}
