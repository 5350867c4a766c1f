import { createHash } from 'node:crypto'
import type { RecurRule } from '../config/routes.ts'
import type { Clock, Timer } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { RecurringMessages, RecurringState, RecurringStep } from '../contracts/message-store.ts'
import { Outgoing, type AfterCommit } from '../outbox/outgoing.ts'
import type { RunParts } from '../dispatch/run-parts.ts'
import { faultPoint } from '../timing/fault-point.ts'

/** A tick that is noticed so late was missed: the rule says what becomes of it. */
const missedAfterMs = 60_000
/** Look so often at the least: another node may have left, and a rule may have become ours. */
const longestWaitMs = 60_000
const afterFailureMs = 2_000

export interface RecurringParts {
  readonly rules: readonly RecurRule[]
  readonly store: RecurringMessages
  readonly clock: Clock
  readonly log: Logger
  readonly owner: () => string
  readonly route: RunParts['route']
  readonly wake: (endpoints: readonly string[]) => void
  readonly after: AfterCommit
}

/**
 * Fires recurring messages.
 *
 * Every node that has a rule tries each of its ticks; the store lets one of them move the rule on to the
 * next, and stores the message in the same statement. So a tick has one message, whoever dies when, and a
 * node that was away finds the rule where the others have left it. The store's clock judges what is due;
 * the timer here only decides when to ask.
 */
export class Recurring {
  readonly #parts: RecurringParts
  readonly #rules: ReadonlyMap<string, RecurRule>
  #timer: Timer | undefined
  #stopped = false
  /** The id under which the rules were declared. */
  #declaredBy: string | undefined
  #round: Promise<void> = Promise.resolve()

  constructor(parts: RecurringParts) {
    this.#parts = parts
    this.#rules = new Map(parts.rules.map((rule) => [rule.name, rule]))
  }

  /** Declares the rules, and takes their first steps. Costs nothing where there are none. */
  async start(): Promise<void> {
    if (this.#rules.size === 0) return
    await this.declare()
    this.#begin()
  }

  /** Says which rules this node has; again when it has come back under a new id. */
  async declare(): Promise<void> {
    if (this.#rules.size === 0 || this.#stopped) return
    const { rules, store, owner } = this.#parts
    const by = owner()
    this.#declaredBy = undefined
    const declared = rules.map(({ name, message, timetable }) => ({ name, timetable: timetable.description, messageType: message }))
    await store.declare(by, declared)
    this.#declaredBy = by
  }

  /** Fires nothing more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#round
  }

  #begin(): void {
    if (!this.#stopped) this.#round = this.#run()
  }

  async #run(): Promise<void> {
    let waitMs = afterFailureMs
    try {
      // What could not be said when this node came back under a new id: rules that nobody declares never tick.
      if (this.#declaredBy !== this.#parts.owner()) await this.declare()
      waitMs = await this.#stepAll()
    } catch (error) {
      this.#parts.log.warn('recurring messages could not be looked after; trying again', { error: String(error) })
    }
    if (!this.#stopped) this.#timer = this.#parts.clock.timer(waitMs, () => this.#begin())
  }

  /** Takes every step that is due. Resolves with how long to wait for the next. */
  async #stepAll(): Promise<number> {
    const { now, rules } = await this.#parts.store.look()
    const waits = [longestWaitMs]
    for (const state of rules) {
      const rule = this.#rules.get(state.name)
      // Of another version of the app, whose nodes fire it.
      if (rule?.timetable.description !== state.timetable || this.#stopped) continue
      try {
        waits.push(await this.#step(rule, state, now))
      } catch (error) {
        this.#parts.log.error('a recurring message could not be sent; trying again', { rule: rule.name, error: String(error) })
        waits.push(afterFailureMs)
      }
    }
    return Math.max(0, Math.min(...waits))
  }

  async #step(rule: RecurRule, state: RecurringState, now: Date): Promise<number> {
    const { timetable, description } = { ...rule, description: rule.timetable.description }
    const { name, setFor, nextAt, lastAt } = state
    const seen = setFor === undefined ? undefined : { setFor, nextAt }
    const from = { name, seen, timetable: description }
    if (setFor !== description) {
      const since = lastAt === undefined || lastAt < now ? now : lastAt
      await this.#parts.store.advance({ ...from, nextAt: timetable.next(since), fired: undefined, messages: [] })
      return 0
    }
    if (nextAt === undefined) return longestWaitMs
    if (nextAt > now) return nextAt.getTime() - now.getTime()
    const tick = this.#tickToFire(rule, nextAt, now)
    if (tick === undefined) {
      this.#parts.log.warn('ticks of a recurring message were missed; they are skipped', { rule: name, since: nextAt.toISOString() })
      const recent = new Date(now.getTime() - missedAfterMs)
      await this.#parts.store.advance({ ...from, nextAt: timetable.next(recent), fired: undefined, messages: [] })
    } else await this.#fire(rule, tick, { ...from, nextAt: timetable.next(tick), fired: tick })
    return 0
  }

  /** The tick that is due; of several that were missed the last, or none. */
  #tickToFire({ missed, timetable }: RecurRule, nextAt: Date, now: Date): Date | undefined {
    const recent = new Date(now.getTime() - missedAfterMs)
    if (nextAt >= recent) return nextAt
    if (missed === 'skip') return undefined
    const last = timetable.last(recent)
    return last === undefined || last < nextAt ? nextAt : last
  }

  async #fire(rule: RecurRule, tick: Date, step: Omit<RecurringStep, 'messages'>): Promise<void> {
    const { store, clock, owner, route, wake, after } = this.#parts
    const outgoing = new Outgoing()
    try {
      const body: unknown = typeof rule.body === 'function' ? await (rule.body as (tick: Date) => unknown)(tick) : rule.body
      route(rule.message, body, { id: idOfTick(rule.name, tick), at: tick }, undefined, true, outgoing)
      const messages = outgoing.seal(owner())
      await faultPoint('recurring.before-fire')
      if (!(await store.advance({ ...step, messages }))) return outgoing.drop()
      await faultPoint('recurring.after-fire')
      outgoing.handOver(clock.now(), after)
      const endpoints = [...new Set(messages.map(({ envelope }) => envelope.destination))]
      wake(endpoints)
      if (endpoints.length > 0) after.announce(endpoints)
    } catch (error) {
      outgoing.drop()
      throw error
    }
  }
}

/** The same on every node: whoever fires a tick, its message is the same message. */
function idOfTick(name: string, tick: Date): string {
  const hash = createHash('sha256').update(`${name} ${tick.toISOString()}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
