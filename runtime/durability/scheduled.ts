import type { Duration } from '../bus/delivery-options.ts'
import type { Clock } from '../contracts/clock.ts'
import type { RecurringMessages, ScheduleChange, ScheduledMessages, ScheduledPage, ScheduledQuery } from '../contracts/message-store.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { isLocal } from '../routing/destination.ts'
import { toMilliseconds } from '../timing/duration.ts'

/** `app.scheduled`: messages whose time has not come. Any process of the app may ask for any of them. */
export interface ScheduledApi {
  /**
   * Takes a message back at every endpoint where its time has not come, and says what became of it at
   * each. Of a cancel and the time that comes, exactly one wins: `changed` means that it will not be
   * handled there, `due` that it will.
   *
   * It is a statement of its own: inside a handler it takes effect at once, whether or not the
   * handler's transaction commits, and does not see what that handler has scheduled.
   */
  cancel(id: string): Promise<ScheduleChange>
  /** Gives a message another time, in the same way. A time that has passed makes it due at once. */
  reschedule(id: string, when: Date | Duration): Promise<ScheduleChange>
  /** Soonest first, 100 a page when unsaid. */
  list(query?: Partial<ScheduledQuery>): Promise<ScheduledPage>
  /** The recurring messages of all running processes of the app, by name, with their ticks. */
  recurring(): Promise<readonly RecurringMessage[]>
}

export interface RecurringMessage {
  readonly name: string
  readonly messageType: string
  readonly timetable: string
  /** `undefined`: there is no further tick. */
  readonly nextAt: Date | undefined
  /** `undefined`: none was fired yet. */
  readonly lastAt: Date | undefined
}

export interface ScheduleParts {
  readonly store: ScheduledMessages
  readonly recurring: RecurringMessages
  readonly clock: Clock
  readonly wake: (endpoints: readonly string[]) => void
  readonly announce: (endpoints: readonly string[]) => void
  readonly dueWithin: (ms: number, outgoing?: boolean) => void
}

const pageLimit = 100
const largestPage = 10_000
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export class Schedule implements ScheduledApi {
  readonly #parts: ScheduleParts

  constructor(parts: ScheduleParts) {
    this.#parts = parts
  }

  async cancel(id: string): Promise<ScheduleChange> {
    return await this.#parts.store.cancel(checkedId(id))
  }

  async reschedule(id: string, when: Date | Duration): Promise<ScheduleChange> {
    const { store, clock, wake, announce, dueWithin } = this.#parts
    const dueAt = checkedDate(when instanceof Date ? when : new Date(clock.now().getTime() + toMilliseconds(when, 'when')), 'when')
    const change = await store.reschedule(checkedId(id), dueAt)
    const changed = Object.keys(change).filter((endpoint) => change[endpoint] === 'changed')
    const waitMs = dueAt.getTime() - clock.now().getTime()
    if (changed.some(isLocal)) dueWithin(Math.max(waitMs, 0))
    // Where it came in through a transport it waits here, and where it goes out it waits to be sent.
    if (!changed.every(isLocal)) for (const outgoing of [false, true]) dueWithin(Math.max(waitMs, 0), outgoing)
    if (changed.length > 0 && waitMs <= 0) {
      wake(changed)
      announce(changed)
    }
    return change
  }

  async recurring(): Promise<readonly RecurringMessage[]> {
    const { rules } = await this.#parts.recurring.look()
    return rules.map(({ name, messageType, timetable, nextAt, lastAt }) => ({ name, messageType, timetable, nextAt, lastAt }))
  }

  async list({ limit = pageLimit, ...query }: Partial<ScheduledQuery> = {}): Promise<ScheduledPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) {
      throw new JasperError('JASPER_BAD_OPTION', `limit is ${String(limit)}. Give a whole number from 1 to ${largestPage}.`)
    }
    if (query.from !== undefined) checkedDate(query.from, 'from')
    if (query.until !== undefined) checkedDate(query.until, 'until')
    return await this.#parts.store.list({ ...query, limit })
  }
}

function checkedId(id: string): string {
  if (typeof id === 'string' && uuid.test(id)) return id.toLowerCase()
  throw new JasperError('JASPER_BAD_OPTION', `The message id ${JSON.stringify(id)} is not a UUID. Give the id that schedule resolved with.`)
}

function checkedDate(date: Date, what: string): Date {
  if (date instanceof Date && !Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1) return date
  throw new JasperError('JASPER_BAD_OPTION', `${what} is not a valid date.`)
}
