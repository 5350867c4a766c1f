import type { FailureCount, Settlement } from '../contracts/message-store.ts'
import { longestHistory, type Envelope, type FailedAttempt } from '../envelope/envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { Delivery } from '../inbox/delivery.ts'
import { faultPoint } from '../timing/fault-point.ts'
import type { AnyChain } from './chain.ts'
import { afterConnectionLoss } from './connection-losses.ts'
import { decideFailure, type Outcome } from './decide-failure.ts'
import type { DispatcherParts } from './dispatcher.ts'
import type { EndpointWays } from './endpoint-ways.ts'
import { loggedError, storedError } from './stored-error.ts'

/** So much of an error's message is remembered. */
const longestMessage = 500

/**
 * What becomes of the messages of one endpoint whose attempts failed.
 *
 * Each failed attempt is in the store before the next begins, so a crash in between forgets neither
 * the attempt nor the message.
 */
export class FailedAttempts {
  readonly #parts: DispatcherParts
  readonly #ways: EndpointWays
  readonly #hurry = new AbortController()

  constructor(parts: DispatcherParts, ways: EndpointWays) {
    this.#parts = parts
    this.#ways = ways
  }

  /** The app stops: nothing waits here any longer. What is stored is given back, what is not is tried at once. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Resolves with the delivery of the next attempt in this process; `undefined`: the message has left. */
  async next(delivery: Delivery, chain: AnyChain, error: unknown): Promise<Delivery | undefined> {
    const { envelope } = delivery
    if (chain.transaction?.classify(error) === 'connection-lost') return await this.#lost(delivery, error)
    const attempts = envelope.attempts + 1
    const failed = this.#failed(envelope, { attempts, connectionLosses: envelope.connectionLosses }, error)
    // What cannot be decoded now cannot be decoded later.
    if (JasperError.is(error, 'JASPER_DECODE')) return await this.#bury(delivery, failed, error)
    const outcome = decideFailure(this.#parts.registry.policyOf(chain).rules, { error, envelope, attempt: attempts }, {
      random: Math.random,
      complain: (what, thrown) => this.#ways.log('error', `${what} failed; it is passed over`, envelope, loggedError(thrown)),
    })
    // In memory alone, and never to end: while the app stops it would be tried without a pause until it is lost.
    if (outcome.endless === true && delivery.claim === undefined && this.#hurry.signal.aborted && outcome.kind !== 'discard') {
      return await this.#bury(delivery, failed, error)
    }
    return await this.#carryOut(outcome, delivery, failed, error)
  }

  async #carryOut(outcome: Outcome, delivery: Delivery, failed: Failed, error: unknown): Promise<Delivery | undefined> {
    const { envelope, claim } = delivery
    const said = { attempt: failed.attempts, ...loggedError(error) }
    switch (outcome.kind) {
      case 'retry':
        return await this.#again(delivery, failed, outcome.delayMs, said)
      case 'schedule':
        this.#ways.log('warn', 'handling failed; trying again', envelope, { afterMs: outcome.delayMs, ...said })
        return await this.#giveBack(delivery, failed, outcome.delayMs, false)
      case 'requeue':
        this.#ways.log('warn', 'handling failed; the message goes to the end of its queue', envelope, said)
        return await this.#giveBack(delivery, failed, 0, true)
      case 'pause':
        this.#ways.log('warn', 'handling failed; its endpoint pauses', envelope, { forMs: outcome.forMs, ...said })
        await this.#ways.pause(outcome.forMs, `handling ${envelope.messageType} failed: ${said.errorType}`)
        return await this.#giveBack(delivery, failed, 0, false)
      case 'discard':
        this.#ways.log('error', 'handling failed; discarded, as its policy says', envelope, said)
        if (claim === undefined || (await this.#ways.settle({ kind: 'discard', claim }, envelope))) this.#parts.answers.failed(envelope, error)
        return undefined
      case 'dead-letter':
        return await this.#bury(delivery, failed, error)
    }
  }

  /** In this process. */
  async #again(delivery: Delivery, failed: Failed, delayMs: number, said: Said): Promise<Delivery | undefined> {
    const { envelope, claim } = delivery
    const { signal } = this.#hurry
    // Nothing is begun anew while the app stops; what is only in memory is tried until it has ended.
    if (signal.aborted && claim !== undefined) return await this.#giveBack(delivery, failed, delayMs, false)
    this.#ways.log('warn', 'handling failed; trying again in this process', envelope, { afterMs: delayMs, ...said })
    if (claim !== undefined && !(await this.#ways.settle({ kind: 'keep', claim, ...failed }, envelope))) return undefined
    await faultPoint('retry.before-attempt')
    const next = { envelope: { ...envelope, ...failed }, claim }
    if (delayMs > 0) await this.#parts.clock.sleep(delayMs, signal)
    if (!signal.aborted || claim === undefined) return next
    await this.#ways.settle({ kind: 'release', claim }, envelope)
    return undefined
  }

  /** To the store, or to the queue in memory. */
  async #giveBack({ envelope, claim }: Delivery, failed: Failed, delayMs: number, toEnd: boolean): Promise<undefined> {
    if (claim === undefined) this.#ways.again({ envelope: { ...envelope, ...failed }, claim }, delayMs)
    else if (await this.#ways.settle({ kind: 'retry', claim, delayMs, toEnd, ...failed }, envelope)) {
      if (delayMs > 0) this.#parts.after.dueWithin(delayMs)
      else this.#ways.wake()
    }
  }

  async #bury({ envelope, claim }: Delivery, failed: Failed, error: unknown): Promise<undefined> {
    const blocks = this.#ways.heldBy(envelope)
    this.#ways.log('error', 'handling failed; dead-lettered', envelope, { attempt: failed.attempts, blocks, ...loggedError(error) })
    const held = claim ?? (await this.#ways.store(envelope))
    const settlement: Settlement = { kind: 'dead-letter', claim: held, error: storedError(error), ...failed }
    if (await this.#ways.settle(settlement, envelope)) this.#parts.answers.failed(envelope, error)
  }

  /** Not an attempt: the connection of its transaction went, not the handler. Policies are not asked. */
  async #lost(delivery: Delivery, error: unknown): Promise<undefined> {
    const { envelope } = delivery
    const connectionLosses = envelope.connectionLosses + 1
    const failed = this.#failed(envelope, { attempts: envelope.attempts, connectionLosses }, error)
    const delayMs = afterConnectionLoss(connectionLosses, Math.random())
    if (delayMs === undefined) return await this.#bury(delivery, failed, error)
    const event = 'the connection of a transaction was lost; the message is tried again, no attempt counted'
    this.#ways.log('warn', event, envelope, { losses: connectionLosses, afterMs: delayMs, ...loggedError(error) })
    await this.#giveBack(delivery, failed, delayMs, false)
  }

  #failed(envelope: Envelope, counts: Pick<Failed, 'attempts' | 'connectionLosses'>, error: unknown): Failed {
    const { type, message } = storedError(error)
    const failure: FailedAttempt = {
      number: envelope.attempts + 1,
      at: this.#parts.clock.now(),
      type,
      message: message.slice(0, longestMessage),
      node: this.#parts.owner(),
    }
    return { ...counts, failures: [...envelope.failures, failure].slice(-longestHistory) }
  }
}

type Failed = Required<FailureCount>
type Said = Readonly<Record<string, string | number>>
