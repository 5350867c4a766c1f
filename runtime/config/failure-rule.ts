import type { Duration } from '../bus/delivery-options.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'
import type { ErrorMatch } from './error-match.ts'

/** What becomes of a message whose attempt failed. */
export type FailureDecision =
  /** Again in this process, at once when `after` is unsaid. The message keeps its slot and its claim. */
  | { readonly kind: 'retry'; readonly after?: Duration }
  /** To the end of its queue. Where order is promised (a sequential queue) it keeps its place. */
  | { readonly kind: 'requeue' }
  /** Again after so long, by whichever process; it is in the store meanwhile and takes no slot. */
  | { readonly kind: 'schedule'; readonly after: Duration }
  /** Its endpoint pauses for so long, on all processes, and the message is back in its place. */
  | { readonly kind: 'pause'; readonly for: Duration }
  /** Dropped and logged. */
  | { readonly kind: 'discard' }
  | { readonly kind: 'dead-letter' }

/**
 * Decides by itself what becomes of a message: what was thrown, its envelope (with the history of
 * failed attempts), and the number of the attempt that failed, the first being 1.
 *
 * It must answer at once. Where it throws, or answers with something that is no decision, the log says
 * so and the default policy decides in its place: the message is never lost by it.
 */
export type FailureAction = (error: unknown, envelope: Envelope, attempt: number) => FailureDecision

/** How delays are spread, so that messages that failed together do not come back together. */
export type Jitter = { readonly kind: 'full' } | { readonly kind: 'bounded'; readonly percent: number }

export type FailureStep =
  | { readonly kind: 'retry' | 'schedule'; readonly delayMs: number; readonly jitter: Jitter | undefined }
  | { readonly kind: 'requeue' }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'decide'; readonly action: FailureAction }
  | { readonly kind: 'discard' }
  | { readonly kind: 'dead-letter' }

const mark = Symbol.for('jasper-runtime.failure-rule')

/** One rule of a failure policy: which errors it is for, and what each failure in turn leads to. */
export interface FailureRule {
  /** Tells rules of another copy of this package from what is none. */
  readonly [mark]: true
  readonly match: ErrorMatch
  readonly steps: readonly FailureStep[]
  /** What comes when all steps are used up; `repeat`: the last step, again and again. */
  readonly end: 'dead-letter' | 'discard' | 'repeat'
}

/** What `export const policy` of a handler file, and the default export of the file of global policies, may be. */
export type FailurePolicy = FailureRule | readonly FailureRule[]

/** Whether `value` is a rule. Never throws. */
export function isFailureRule(value: unknown): value is FailureRule {
  return typeof value === 'object' && value !== null && mark in value
}

/** A rule that may go on. Immutable: each member returns another. */
export class FailureScript implements FailureRule {
  readonly [mark] = true
  readonly match: ErrorMatch
  readonly steps: readonly FailureStep[]
  readonly end: FailureRule['end']
  /** How many steps the stage has that was added last: what jitter applies to. */
  readonly #stage: number

  private constructor(match: ErrorMatch, steps: readonly FailureStep[], end: FailureRule['end'], stage: number) {
    this.match = match
    this.steps = steps
    this.end = end
    this.#stage = stage
  }

  /** Called by the match. */
  static begin(match: ErrorMatch): FailureScript {
    return new FailureScript(match, [], 'dead-letter', 0)
  }

  /** Then tries again at once, so many times; once when unsaid. */
  thenRetryNow(times = 1): FailureScript {
    return this.#and(repeated(times, 'retryNow', { kind: 'retry', delayMs: 0, jitter: undefined }))
  }

  /** Then tries again after each of these delays, in this process: the message keeps its slot and its claim. */
  thenRetry(first: Duration, ...more: readonly Duration[]): FailureScript {
    return this.#and([first, ...more].map((delay) => ({ kind: 'retry', delayMs: toMilliseconds(delay, 'retry(delay)'), jitter: undefined })))
  }

  /** Then puts the message to the end of its queue, so many times; once when unsaid. */
  thenRequeue(times = 1): FailureScript {
    return this.#and(repeated(times, 'requeue', { kind: 'requeue' }))
  }

  /** Then gives the message back to the store, to be taken up after each of these delays. */
  thenSchedule(first: Duration, ...more: readonly Duration[]): FailureScript {
    return this.#and([first, ...more].map((delay) => ({ kind: 'schedule', delayMs: toMilliseconds(delay, 'schedule(delay)'), jitter: undefined })))
  }

  /** Then pauses the endpoint for each of these lengths, on all processes, and puts the message back into its place. */
  thenPause(first: Duration, ...more: readonly Duration[]): FailureScript {
    return this.#and([first, ...more].map((length) => ({ kind: 'pause', forMs: toMilliseconds(length, 'pause(length)') })))
  }

  /** Then asks a function of yours. */
  thenDecide(action: FailureAction): FailureScript {
    return this.#and([{ kind: 'decide', action }])
  }

  /** Spreads the delays of the stage before from nothing to their full length. */
  withFullJitter(): FailureScript {
    return this.#spread({ kind: 'full' })
  }

  /** Spreads the delays of the stage before by so many per cent up and down; 20 when unsaid. */
  withBoundedJitter(percent = 20): FailureScript {
    if (!(percent > 0 && percent <= 100)) throw badOption(`withBoundedJitter(${String(percent)}) needs more than 0 and at most 100 per cent.`)
    return this.#spread({ kind: 'bounded', percent })
  }

  /** Repeats the last step for ever: the message is neither dropped nor a dead letter until it is handled. */
  indefinitely(): FailureRule {
    const last = this.steps.at(-1)
    if (last === undefined || last.kind === 'retry') {
      throw badOption('A retry in process cannot go on indefinitely: its message would hold its slot for ever. Schedule it instead.')
    }
    return new FailureScript(this.match, this.steps, 'repeat', 0)
  }

  /** Then drops the message. Logged. */
  thenDiscard(): FailureRule {
    return new FailureScript(this.match, this.steps, 'discard', 0)
  }

  /** Then moves the message to the dead letters: what happens also when nothing is said. */
  thenDeadLetter(): FailureRule {
    return new FailureScript(this.match, this.steps, 'dead-letter', 0)
  }

  #and(steps: readonly FailureStep[]): FailureScript {
    return new FailureScript(this.match, [...this.steps, ...steps], this.end, steps.length)
  }

  #spread(jitter: Jitter): FailureScript {
    const from = this.steps.length - this.#stage
    const steps = this.steps.map((step, at) => (at >= from && (step.kind === 'retry' || step.kind === 'schedule') ? { ...step, jitter } : step))
    if (steps.every((step, at) => step === this.steps[at])) throw badOption('Jitter spreads the delays of the stage before it, and that has none.')
    return new FailureScript(this.match, steps, this.end, this.#stage)
  }
}

/** Delays that grow: `exponential('100ms', 4)` is 100, 200, 400 and 800 ms. `factor` is 2 and `longest` an hour when unsaid. */
export function exponential(
  first: Duration,
  times: number,
  { factor = 2, longest = '1h' }: { readonly factor?: number; readonly longest?: Duration } = {},
): readonly [number, ...number[]] {
  const [firstMs, longestMs] = [toMilliseconds(first, 'exponential(first)'), toMilliseconds(longest, 'exponential({ longest })')]
  if (!(factor >= 1)) throw badOption(`exponential({ factor: ${String(factor)} }) would shrink. Give 1 or more.`)
  const [start, ...more] = repeated(times, 'exponential', 0).map((_, at) => Math.round(Math.min(firstMs * factor ** at, longestMs)))
  return [start!, ...more]
}

function repeated<T>(times: number, what: string, item: T): readonly T[] {
  if (Number.isInteger(times) && times > 0 && times <= 1_000) return new Array<T>(times).fill(item)
  throw badOption(`${what} is asked for ${String(times)} times. Give a whole number from 1 to 1,000.`)
}

function badOption(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
