import type { Clock } from '../contracts/clock.ts'
import type { LogFields, Logger } from '../contracts/logger.ts'
import { firstEpoch, type Claim, type IncomingMessages, type NewMessage, type OutgoingMessages, type Settlement } from '../contracts/message-store.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { Delivery } from '../inbox/delivery.ts'
import type { Settlements } from '../inbox/settlements.ts'
import type { Turn } from '../inbox/work-queue.ts'
import { Outgoing, type AfterCommit, type Witness } from '../outbox/outgoing.ts'
import type { InsertBatches } from '../outbox/insert-batches.ts'
import type { Answers } from '../replies/answers.ts'
import type { EndpointSettings, RouteTable } from '../routing/route-table.ts'
import { untilStoreAnswers } from '../timing/until-store-answers.ts'
import type { AnyChain } from './chain.ts'
import type { Deadlines } from './deadlines.ts'
import { goingOn } from './going-on.ts'
import { decodeBody } from './decode-body.ts'
import { isRefused } from './decide-failure.ts'
import type { EndpointOwnWays } from './endpoint-ways.ts'
import { FailedAttempts } from './failed-attempts.ts'
import { MessageRun } from './message-run.ts'
import type { Registry } from './registry.ts'
import type { RunParts } from './run-parts.ts'
import { loggedError } from './stored-error.ts'

export interface DispatcherParts {
  readonly registry: Registry
  readonly routes: Pick<RouteTable, 'chainAt'>
  readonly services: unknown
  readonly clock: Clock
  readonly log: Logger
  readonly incoming: IncomingMessages
  readonly outgoing: OutgoingMessages
  readonly settlements: Settlements
  readonly inserts: InsertBatches
  readonly after: AfterCommit
  /** Tells whoever waits for a reply what became of a message. */
  readonly answers: Pick<Answers, 'handled' | 'failed'>
  /** The node whose claims this process may make. */
  readonly owner: () => string
  readonly runParts: Omit<RunParts, 'timeoutMs'>
}

/** One endpoint's messages, from delivery to settlement. */
export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #settings: EndpointSettings
  readonly #deadlines: Deadlines
  readonly #runParts: Omit<RunParts, 'timeoutMs'>
  readonly #running = new Set<MessageRun>()
  readonly #failures: FailedAttempts
  readonly #ways: EndpointOwnWays

  constructor(settings: EndpointSettings, deadlines: Deadlines, parts: DispatcherParts, ways: EndpointOwnWays) {
    this.#settings = settings
    this.#deadlines = deadlines
    this.#parts = parts
    this.#runParts = {
      ...parts.runParts,
      ...(settings.mode === 'inline' && { once: ({ id, destination }: Envelope) => parts.incoming.once(id, destination) }),
    }
    this.#ways = ways
    this.#failures = new FailedAttempts(parts, {
      ...ways,
      settle: (settlement, envelope) => this.#settle(settlement, envelope),
      store: (envelope) => this.#storeInMemory(envelope),
      heldBy: ({ orderingKey }) => (settings.onDeadLetter === 'release' ? undefined : settings.sequential ? settings.address : orderingKey),
      log: (level, event, envelope, more) => this.#log(level, event, envelope, more),
    })
  }

  /** Takes a message through its chain, ends its turn when its handlers have succeeded, and settles it. Never rejects. */
  readonly handle = async (delivery: Delivery, turn: Turn): Promise<void> => {
    try {
      await this.#dispatch(delivery, turn)
      delivery.receipt?.done()
    } catch (error) {
      delivery.receipt?.failed()
      // A stored message keeps its row and its claim: the stop, or the sweep for strays, frees it.
      const inMemory = delivery.claim === undefined && delivery.receipt === undefined
      const event = inMemory ? 'a message in memory is lost' : 'a message could not be settled and will be taken up again'
      this.#log('error', event, delivery.envelope, loggedError(error))
    }
  }

  /** The app stops: no further attempt of a stored message begins here, and none waits. */
  hurry(): void {
    this.#failures.hurry()
  }

  /** Aborts what is still running, because the app stops. */
  stop(): void {
    for (const run of this.#running) run.stop()
  }

  async #dispatch(first: Delivery, turn: Turn): Promise<void> {
    let delivery = await this.#attempt(first, turn)
    while (delivery !== undefined) {
      await turn.again()
      delivery = await this.#attempt(delivery, turn)
    }
  }

  /** Resolves with the delivery of the next attempt in this process; `undefined`: the message has left. */
  async #attempt(delivery: Delivery, turn: Turn): Promise<Delivery | undefined> {
    const { envelope, claim } = delivery
    if (envelope.deliverBy !== undefined && envelope.deliverBy <= this.#parts.clock.now()) {
      this.#log('info', 'message expired', envelope)
      if (claim !== undefined) await this.#settle({ kind: 'discard', claim }, envelope)
      return undefined
    }
    const known = this.#parts.registry.find(envelope.messageType, envelope.messageVersion)
    const at = this.#parts.routes.chainAt(envelope.messageType, this.#settings.address)
    const chain = at === 'elsewhere' ? goingOn(envelope.messageType) : at
    if (known === undefined || chain === undefined) {
      this.#log('warn', 'message type is unknown here; parked', envelope)
      const reason = `no handler for ${envelope.messageType} version ${envelope.messageVersion} in this process`
      const held = claim ?? (await this.#storeAfterAll(envelope))
      if (held !== undefined) await this.#settle({ kind: 'park', claim: held, reason }, envelope)
      return undefined
    }

    const outgoing = new Outgoing()
    const timeoutMs = this.#timeoutOf(chain)
    let run: MessageRun | undefined
    let reply: unknown
    let failure: { readonly error: unknown } | undefined
    let late: { readonly error: unknown } | undefined
    try {
      const message = decodeBody(envelope, known)
      run = new MessageRun(message, envelope, claim, outgoing, { ...this.#runParts, timeoutMs })
      this.#running.add(run)
      this.#deadlines.add(run, timeoutMs)
      reply = await chain.handle(run, this.#parts.services)
      if (!run.settledInTransaction) run.throwIfAborted()
    } catch (error) {
      // A `finally` function that throws after the commit changes nothing any more.
      if (run?.hasCommitted) {
        late = { error }
        this.#log('error', 'a function failed after its message was committed; the message is done', envelope, loggedError(error))
      } else failure = { error }
    } finally {
      if (run !== undefined) {
        run.end()
        if (run.keeps) await run.dispose()
        this.#running.delete(run)
        this.#deadlines.remove(run, timeoutMs)
      }
    }
    if (failure !== undefined) return await this.#failed(delivery, turn, chain, outgoing, run, failure.error)
    try {
      turn.end()
      const isOurs = await this.#succeeded(delivery, run!, outgoing)
      this.#ways.breaker?.succeeded()
      if (late !== undefined) this.#parts.answers.failed(envelope, late.error)
      else if (isOurs) this.#parts.answers.handled(envelope, reply, run!.nameOf)
      return undefined
    } catch (error) {
      // What the handler sends cannot be stored: its attempt has failed like any other.
      return await this.#failed(delivery, turn, chain, outgoing, run, error)
    }
  }

  /** What a chain says itself stands above its endpoint, and what the app says of all below. */
  #timeoutOf(chain: AnyChain): number {
    const { timeoutMs } = this.#parts.registry.policyOf(chain)
    const isOverruled = timeoutMs?.isGlobal === true && this.#settings.saysTimeout === true
    return timeoutMs === undefined || isOverruled ? this.#settings.timeoutMs : timeoutMs.value
  }

  /** Resolves with `false` when another node has the message. */
  async #succeeded({ envelope, claim }: Delivery, run: MessageRun, outgoing: Outgoing): Promise<boolean> {
    if (!run.settledInTransaction) {
      const sends = outgoing.seal(this.#parts.owner())
      if (claim === undefined) await this.#insertUntilItHolds(sends, outgoing.hasChosenIds)
      else if (!(await this.#settle({ kind: 'complete', claim, sends }, envelope))) {
        // Lost to another node, or the answer that it had held was lost.
        const { witness } = outgoing
        if (witness === undefined || !(await this.#isHeld(witness))) {
          outgoing.drop()
          return false
        }
      }
    }
    outgoing.handOver(this.#parts.clock.now(), this.#parts.after)
    return true
  }

  /** Resolves with the delivery of the next attempt in this process. */
  async #failed(
    first: Delivery,
    turn: Turn,
    chain: AnyChain,
    outgoing: Outgoing,
    run: MessageRun | undefined,
    error: unknown,
  ): Promise<Delivery | undefined> {
    let delivery = first
    const { envelope, receipt } = first
    if (JasperError.is(error, 'JASPER_DUPLICATE')) {
      outgoing.drop()
      this.#log('info', 'message was handled before; acknowledged', envelope)
      return undefined
    }
    if (JasperError.is(error, 'JASPER_COMMIT_UNKNOWN') && run?.settledInTransaction && (await this.#hasCommitted(first.claim, outgoing))) {
      this.#log('warn', 'the answer to COMMIT was lost; the message is committed', envelope)
      outgoing.handOver(this.#parts.clock.now(), this.#parts.after)
      // What its handlers returned is lost with the answer.
      this.#parts.answers.failed(envelope, error)
      return undefined
    }
    outgoing.drop()
    if (this.#isRefused(chain, envelope, error)) return await this.#refused(delivery, error)
    if (receipt !== undefined && delivery.claim === undefined) {
      // Whoever delivered it still keeps it: after a stop, or when it has gone back, it comes again.
      if (run?.wasStopped === true || receipt.gone) throw error
      const held = await this.#storeAfterAll(envelope)
      if (held === undefined) return undefined
      delivery = { envelope, claim: held }
      // Else the sweep for strays would give it back in the middle of its next attempt.
      turn.becomes(delivery)
      receipt.done()
    }
    const { claim } = delivery
    if (JasperError.is(error, 'JASPER_CLAIM_LOST')) {
      this.#log('warn', 'message was taken over by another node; nothing was committed here', envelope)
      return undefined
    }
    if (run?.wasStopped === true && claim !== undefined) {
      this.#log('warn', 'the app stopped before a handler had ended; its message is given back', envelope)
      await this.#settle({ kind: 'release', claim }, envelope)
      return undefined
    }
    if (run !== undefined) this.#ways.breaker?.failed(error)
    return await this.#failures.next(delivery, chain, error)
  }

  #isRefused(chain: AnyChain, envelope: Envelope, error: unknown): boolean {
    const complain = (what: string, thrown: unknown): void => this.#log('error', `${what} failed; it is passed over`, envelope, loggedError(thrown))
    return isRefused(this.#parts.registry.policyOf(chain).rules, error, { complain })
  }

  /** Stopped by `validate`: done with, and what its transaction did is rolled back. No attempt has failed. */
  async #refused({ envelope, claim }: Delivery, error: unknown): Promise<undefined> {
    this.#log('info', 'message was refused by a validate function; completed', envelope, loggedError(error))
    this.#ways.breaker?.succeeded()
    if (claim !== undefined && !(await this.#settle({ kind: 'complete', claim, sends: [] }, envelope))) return
    this.#ways.rejected()
    this.#parts.answers.failed(envelope, error)
  }

  /** Resolves with `false` when the claim was lost. */
  async #settle(settlement: Settlement, envelope: Envelope): Promise<boolean> {
    if ((await this.#parts.settlements.settle(settlement)) === 'settled') return true
    this.#log('warn', 'message was taken over by another node before it was settled', envelope, { settlement: settlement.kind })
    return false
  }

  /** A message that is only in memory, and cannot stay there, gets a row at last, claimed by this node. */
  async #storeInMemory(envelope: Envelope): Promise<Claim> {
    const { message, claim } = this.#claimed(envelope)
    await this.#insertUntilItHolds([message], false)
    return claim
  }

  /**
   * The same for one that somebody else may have been given, too: `undefined` when it was handled there,
   * or is stored already. Waits for a transaction that handles it at this moment.
   */
  async #storeAfterAll(envelope: Envelope): Promise<Claim | undefined> {
    if (this.#settings.mode !== 'inline') return await this.#storeInMemory(envelope)
    const { incoming, clock } = this.#parts
    const { message, claim } = this.#claimed(envelope)
    // Where the first answer was lost, the second says that the message is known: then it may be ours.
    const isOurs = await untilStoreAnswers(clock, async (failures) => {
      return (await incoming.storeOnce(message)) || (failures > 0 && (await incoming.holds(claim)))
    })
    if (isOurs) return claim
    this.#log('info', 'message failed here, and was handled or stored elsewhere meanwhile; acknowledged', envelope)
    return undefined
  }

  #claimed(envelope: Envelope): { readonly message: NewMessage; readonly claim: Claim } {
    const owner = this.#parts.owner()
    const claim = { id: envelope.id, endpoint: envelope.destination, owner, epoch: firstEpoch }
    return { message: { envelope, owner, lane: undefined }, claim }
  }

  /**
   * Whether a transaction has committed whose answer was lost. A message that is no longer claimed here
   * may as well have been taken over by another node: then nothing that it sent is there.
   */
  async #hasCommitted(claim: Claim | undefined, { witness }: Outgoing): Promise<boolean> {
    if (witness !== undefined) return await this.#isHeld(witness)
    return claim !== undefined && !(await this.#isHeld(claim))
  }

  #isHeld(claim: Claim | Witness): Promise<boolean> {
    const { incoming, outgoing } = this.#parts
    const queue = 'outgoing' in claim && claim.outgoing ? outgoing : incoming
    return untilStoreAnswers(this.#parts.clock, () => queue.holds(claim))
  }

  /** What is sent from memory has nothing to fall back on: not even a claim. */
  #insertUntilItHolds(rows: readonly NewMessage[], chosenIds: boolean): Promise<void> {
    return untilStoreAnswers(this.#parts.clock, (failures) => this.#parts.inserts.insert(rows, chosenIds || failures > 0))
  }

  #log(level: keyof Logger, event: string, envelope: Envelope, more: LogFields = {}): void {
    this.#parts.log[level](event, {
      messageId: envelope.id,
      messageType: envelope.messageType,
      endpoint: this.#settings.address,
      correlationId: envelope.correlationId,
      ...more,
    })
  }
}
