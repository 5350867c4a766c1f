import type { DeliveryOptions, Duration } from './delivery-options.ts'
import { withTime } from './noting-sender.ts'
import type { RequestOptions } from './request-options.ts'
import type { Sends, SentWhere } from './sends.ts'
import type { AnyChain } from '../dispatch/chain.ts'
import { Deadlines } from '../dispatch/deadlines.ts'
import { decideFailure, isRefused } from '../dispatch/decide-failure.ts'
import type { DispatcherParts } from '../dispatch/dispatcher.ts'
import { MessageRun } from '../dispatch/message-run.ts'
import { loggedError } from '../dispatch/stored-error.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { endpointDefaults } from '../config/endpoint-defaults.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { BufferedEndpoint } from '../inbox/buffered-endpoint.ts'
import { Outgoing } from '../outbox/outgoing.ts'
import type { Requests } from '../replies/requests.ts'

export interface BusParts {
  readonly sends: Sends
  readonly dispatcherParts: DispatcherParts
  readonly requests: Requests
  readonly isRunning: () => boolean
}

/** The bus outside handlers, by name and value; the generated types stand in front of it. */
export class Bus {
  readonly #parts: BusParts
  readonly #deadlines: Deadlines
  readonly #invoked = new Set<MessageRun>()
  readonly #whenIdle: (() => void)[] = []
  readonly #stopping = new AbortController()

  constructor(parts: BusParts) {
    this.#parts = parts
    this.#deadlines = new Deadlines(parts.dispatcherParts.clock)
  }

  send(name: string, message: unknown, options?: DeliveryOptions): Promise<string> {
    return this.#send(name, message, options, true)
  }

  publish(name: string, message: unknown, options?: DeliveryOptions): Promise<string> {
    return this.#send(name, message, options, false)
  }

  schedule(name: string, message: unknown, when: Date | Duration, options?: DeliveryOptions): Promise<string> {
    return this.#send(name, message, withTime(options, when), true)
  }

  sendTo(endpoint: string, name: string, message: unknown, options?: DeliveryOptions): Promise<string> {
    return this.#send(name, message, options, true, endpoint)
  }

  toTopic(topic: string, name: string, message: unknown, options?: DeliveryOptions): Promise<string> {
    return this.#send(name, message, { ...options, topic }, true, { byTopic: true })
  }

  /** Whether something that was invoked is running. */
  get isBusy(): boolean {
    return this.#invoked.size > 0
  }

  /** Resolves when nothing that was invoked is running. */
  async idle(): Promise<void> {
    if (this.isBusy) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  /** The app stops: nothing that was invoked waits for another attempt any longer. */
  hurry(): void {
    this.#stopping.abort()
  }

  /** Aborts what was invoked and is still running, because the app stops. */
  stop(): void {
    for (const run of this.#invoked) run.stop()
  }

  async request(name: string, message: unknown, options: RequestOptions = {}, parent?: Envelope): Promise<unknown> {
    this.#requireRunning()
    return await this.#parts.requests.request(name, message, options, parent)
  }

  async invoke(name: string, message: unknown, options?: DeliveryOptions): Promise<unknown> {
    return await this.invocation(name, message, options, undefined)()
  }

  /** The handling of a message here and now, to be called once. Throws for what cannot be invoked. */
  invocation(name: string, message: unknown, options: DeliveryOptions | undefined, parent: Envelope | undefined): () => Promise<unknown> {
    this.#requireRunning()
    const { registry } = this.#parts.dispatcherParts
    registry.message(name)
    const [chain, another] = registry.chainsOf(name)
    if (another !== undefined) {
      throw new JasperError('JASPER_BAD_OPTION', `${name} has separate handlers, each with a transaction of its own, so nobody can wait for its reply. Send it.`)
    }
    if (chain === undefined) throw new JasperError('JASPER_NO_SUBSCRIBER', `${name} has no handler in this app, so it cannot be invoked.`)
    const envelope = this.#parts.sends.invoked(name, message, options, parent)
    return () => this.#handle(chain, envelope, message)
  }

  async #handle(chain: AnyChain, first: Envelope, message: unknown): Promise<unknown> {
    const { registry, services, runParts } = this.#parts.dispatcherParts
    let envelope = first
    const timeoutMs = registry.policyOf(chain).timeoutMs?.value ?? endpointDefaults.timeoutMs
    for (;;) {
      const outgoing = new Outgoing()
      const run = new MessageRun(message, envelope, undefined, outgoing, { ...runParts, timeoutMs })
      this.#deadlines.add(run, timeoutMs)
      this.#invoked.add(run)
      try {
        const reply = await chain.handle(run, services)
        run.end()
        if (run.keeps) await run.dispose()
        if (!run.settledInTransaction) run.throwIfAborted()
        await this.#commit(run, outgoing)
        return reply
      } catch (error) {
        run.end()
        if (run.keeps) await run.dispose()
        this.#deadlines.remove(run, timeoutMs)
        // A `finally` function has thrown after the commit: what was sent has left, and its caller hears of it.
        if (run.hasCommitted) {
          await this.#commit(run, outgoing)
          throw error
        }
        outgoing.drop()
        if (run.wasStopped || !(await this.#mayTryAgain(chain, envelope, error))) throw error
        envelope = { ...envelope, attempts: envelope.attempts + 1 }
      } finally {
        this.#deadlines.remove(run, timeoutMs)
        this.#invoked.delete(run)
        if (this.#invoked.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
      }
    }
  }

  /** Only what a policy wants repeated in this process is repeated; all else is for the caller to decide. */
  async #mayTryAgain(chain: AnyChain, envelope: Envelope, error: unknown): Promise<boolean> {
    const { registry, clock, log } = this.#parts.dispatcherParts
    if (JasperError.is(error, 'JASPER_COMMIT_UNKNOWN') || chain.transaction?.classify(error) === 'connection-lost') return false
    const complain = (what: string, thrown: unknown): void => log.error(`${what} failed; it is passed over`, { messageType: chain.message, ...loggedError(thrown) })
    if (isRefused(registry.policyOf(chain).rules, error, { complain })) return false
    const failure = { error, envelope, attempt: envelope.attempts + 1 }
    const outcome = decideFailure(registry.policyOf(chain).rules, failure, { random: Math.random, complain })
    if (outcome.kind !== 'retry') return false
    if (outcome.delayMs > 0) await clock.sleep(outcome.delayMs, this.#stopping.signal)
    return !this.#stopping.signal.aborted
  }

  async #send(
    name: string,
    message: unknown,
    options: DeliveryOptions | undefined,
    mustHaveSubscriber: boolean,
    to?: SentWhere,
  ): Promise<string> {
    this.#requireRunning()
    const outgoing = new Outgoing()
    const id = this.#parts.sends.route(name, message, options, undefined, mustHaveSubscriber, outgoing, to)
    await this.store(outgoing)
    return id
  }

  /** Stores what is noted, and hands it over. */
  async store(outgoing: Outgoing): Promise<void> {
    const { clock, inserts, after, owner } = this.#parts.dispatcherParts
    const entered: BufferedEndpoint[] = []
    try {
      await this.#enter(outgoing, entered)
      await inserts.insert(outgoing.seal(owner()), outgoing.hasChosenIds)
      outgoing.handOver(clock.now(), after)
    } catch (error) {
      outgoing.drop()
      throw error
    } finally {
      for (const endpoint of entered) endpoint.leave()
    }
  }

  /** Waits for room in the buffered endpoints that take the message into memory; notes in `entered` where it has some. */
  async #enter({ inMemory }: Outgoing, entered: BufferedEndpoint[]): Promise<void> {
    for (const { endpoint } of inMemory) {
      if (!(endpoint instanceof BufferedEndpoint)) continue
      await endpoint.enter()
      entered.push(endpoint)
    }
  }

  /** A chain without a transaction has only noted what it sends. */
  async #commit(run: MessageRun, outgoing: Outgoing): Promise<void> {
    const { clock, inserts, after, owner } = this.#parts.dispatcherParts
    if (!run.settledInTransaction) await inserts.insert(outgoing.seal(owner()), outgoing.hasChosenIds)
    outgoing.handOver(clock.now(), after)
  }

  #requireRunning(): void {
    if (!this.#parts.isRunning()) throw new JasperError('JASPER_NOT_STARTED', 'The bus works between app.start() and app.stop(). Await app.start() first.')
  }
}
