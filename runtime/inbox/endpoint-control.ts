import type { Duration } from '../bus/delivery-options.ts'
import type { Clock, Timer } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import { pausesChanged, type EndpointPause, type Pauses, type WakeUps } from '../contracts/message-store.ts'
import { assertAddress } from '../routing/destination.ts'
import type { EndpointMode, EndpointSettings } from '../routing/route-table.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { untilStoreAnswers } from '../timing/until-store-answers.ts'
import { CircuitBreaker, type BreakerReport } from './circuit-breaker.ts'
import type { Flow, PausableEndpoint } from './endpoint.ts'

export interface PauseOptions {
  /** How long; until `resume` when unsaid. */
  readonly for?: Duration
  /** Why: for those who find it paused. */
  readonly reason?: string
}

/** An endpoint of this process, or one that is paused. */
export interface EndpointState {
  readonly address: string
  /** `undefined`: this process does not listen to it. */
  readonly mode: EndpointMode | undefined
  /** Whether this process takes messages from it. */
  readonly flow: Flow
  /** The pause that holds for all processes, if there is one. */
  readonly pause: EndpointPause | undefined
  /** The circuit breaker of this process, if the endpoint has one. */
  readonly circuitBreaker: BreakerReport | undefined
  /** Messages that a `validate` function has refused in this process, and that were done with thereby. */
  readonly rejected: number
}

export interface EndpointControlParts {
  readonly pauses: Pauses
  readonly wakeUps: WakeUps
  readonly clock: Clock
  readonly log: Logger
  readonly endpoints: ReadonlyMap<string, PausableEndpoint>
  /** The node that pauses. */
  readonly owner: () => string
}

/**
 * Pauses and resumes endpoints, for all processes: `app.endpoints`.
 *
 * A pause is kept in the store, and a claim looks there: from its beginning nobody claims anything of
 * the endpoint, before anybody has heard of it. Other processes hear of it at once, by the latest with
 * their next beat, and give back what waits in their memory; running handlers end. No message is lost,
 * and each keeps its place.
 */
export class EndpointControl {
  readonly #parts: EndpointControlParts
  readonly #breakers = new Map<string, CircuitBreaker>()
  readonly #rejected = new Map<string, number>()
  #paused: ReadonlyMap<string, EndpointPause> = new Map()
  #changedAt = 0
  #timer: Timer | undefined
  #stopped = false

  constructor(parts: EndpointControlParts) {
    this.#parts = parts
  }

  /** Pauses an endpoint. One that is paused for longer already stays as it is. `JASPER_UNKNOWN_DESTINATION` for what is no address. */
  async pause(address: string, options: PauseOptions = {}): Promise<void> {
    assertAddress(address)
    const { pauses, wakeUps, log, owner } = this.#parts
    const forMs = options.for === undefined ? undefined : toMilliseconds(options.for, 'pause(address, { for })')
    const reason = options.reason ?? 'no reason was given'
    await pauses.pause({ endpoint: address, forMs, reason, by: owner() })
    log.warn('an endpoint is paused', { endpoint: address, forMs, reason })
    await this.refresh()
    wakeUps.notify([pausesChanged])
  }

  /** Resumes an endpoint. Resolves with whether it was paused; one that its circuit breaker holds back stays so. */
  async resume(address: string): Promise<boolean> {
    assertAddress(address)
    const { pauses, wakeUps, log } = this.#parts
    const wasPaused = await pauses.resume(address)
    if (wasPaused) log.info('an endpoint is resumed', { endpoint: address })
    await this.refresh()
    wakeUps.notify([pausesChanged])
    return wasPaused
  }

  /** The endpoints of this process, and others that are paused, by address. */
  async list(): Promise<readonly EndpointState[]> {
    await this.refresh()
    const addresses = [...new Set([...this.#parts.endpoints.keys(), ...this.#paused.keys()])].sort()
    return addresses.map((address) => ({
      address,
      mode: this.#parts.endpoints.get(address)?.settings.mode,
      flow: this.flow(address),
      pause: this.#paused.get(address),
      circuitBreaker: this.#breakers.get(address)?.report,
      rejected: this.#rejected.get(address) ?? 0,
    }))
  }

  /** The ways of an endpoint of this process that lead here. */
  waysOf(settings: EndpointSettings) {
    const { address } = settings
    return {
      breaker: this.breaker(settings),
      pause: (forMs: number, reason: string): Promise<void> => this.pauseSoon(address, forMs, reason),
      rejected: (): void => void this.#rejected.set(address, (this.#rejected.get(address) ?? 0) + 1),
    }
  }

  /** Whether this process takes messages from an endpoint, as far as it knows. */
  flow(address: string): Flow {
    if (this.#paused.has(address)) return 'paused'
    const state = this.#breakers.get(address)?.report.state
    return state === 'open' ? 'paused' : state === 'probing' ? 'probing' : 'open'
  }

  /** Pauses from within, as a policy or a handler asks: it is tried until the store takes it. */
  async pauseSoon(address: string, forMs: number, reason: string): Promise<void> {
    await untilStoreAnswers(this.#parts.clock, () => this.pause(address, { for: forMs, reason }))
  }

  /** The breaker of an endpoint of this process that has one. */
  breaker(endpoint: EndpointSettings): CircuitBreaker | undefined {
    const { clock, log } = this.#parts
    const { address, circuitBreaker: settings } = endpoint
    if (settings === undefined) return undefined
    const breaker = new CircuitBreaker(settings, clock, (state) => {
      const said = { endpoint: address, ...breaker.report }
      if (state === 'open') log.error('the circuit of an endpoint is open: too many attempts failed; this process pauses it', said)
      else if (state === 'probing') log.info('the circuit of an endpoint is tried with one message', said)
      else log.info('the circuit of an endpoint is closed: it works again', said)
      this.#apply(address)
    })
    this.#breakers.set(address, breaker)
    return breaker
  }

  /** Reads the pauses anew. */
  async refresh(): Promise<void> {
    const askedAt = this.#parts.clock.monotonic()
    this.learn(await this.#parts.pauses.list(), askedAt)
  }

  /** Others have changed something. A signal that comes to nothing is made good by the next beat. */
  heard(): void {
    this.refresh().catch((error: unknown) => this.#parts.log.debug('the pauses could not be read; the next beat tells them', { error: String(error) }))
  }

  /** The pauses as they were when asked for at `askedAt`; older news than the last are passed over. */
  learn(pauses: readonly EndpointPause[], askedAt: number): void {
    if (this.#stopped || askedAt < this.#changedAt) return
    this.#changedAt = askedAt
    const before = this.#paused
    this.#paused = new Map(pauses.map((pause) => [pause.endpoint, pause]))
    for (const address of new Set([...before.keys(), ...this.#paused.keys()])) this.#apply(address)
    this.#timer?.cancel()
    const left = pauses.flatMap(({ leftMs }) => leftMs ?? [])
    if (left.length > 0) this.#timer = this.#parts.clock.timer(Math.min(...left) + 1, () => this.heard())
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    for (const breaker of this.#breakers.values()) breaker.stop()
  }

  #apply(address: string): void {
    if (!this.#stopped) this.#parts.endpoints.get(address)?.setFlow(this.flow(address))
  }
}
