import { defaultFailurePolicy } from '../config/default-policy.ts'
import type { FailureDecision, FailureRule, FailureStep } from '../config/failure-rule.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'

/** A failed attempt, as rules are asked about it. */
export interface Failure {
  readonly error: unknown
  readonly envelope: Envelope
  /** The number of the attempt that failed, the first being 1. */
  readonly attempt: number
}

/** What becomes of the message. */
export type Outcome = (
  | { readonly kind: 'retry' | 'schedule'; readonly delayMs: number }
  | { readonly kind: 'requeue' }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'discard' }
  | { readonly kind: 'dead-letter' }
) & {
  /** The script promises no end. */
  readonly endless?: boolean
}

export interface Deciding {
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** A predicate or a function of the user's has thrown, or answered with something that is no decision. */
  readonly complain: (what: string, error: unknown) => void
}

/**
 * What a policy says of a failure: step number `attempt` of the first rule that means the error, by
 * the default where none does.
 *
 * The number counts all failed attempts of the message, whatever their errors were: a message whose
 * errors change goes on at the same step of another script, and never has more attempts than the
 * longest script has steps, and one.
 */
export function decideFailure(rules: readonly FailureRule[], failure: Failure, deciding: Deciding): Outcome {
  const rule = ruleFor(rules, failure.error, deciding) ?? defaultFailurePolicy
  const step = stepOf(rule, failure.attempt)
  if (step.kind !== 'decide') {
    const outcome = outcomeOf(step, deciding.random)
    return failure.attempt > rule.steps.length && rule.end === 'repeat' ? { ...outcome, endless: true } : outcome
  }
  try {
    return { ...read(step.action(failure.error, failure.envelope, failure.attempt)), endless: true }
  } catch (error) {
    deciding.complain('a custom failure action', error)
    return outcomeOf(stepOf(defaultFailurePolicy, failure.attempt), deciding.random)
  }
}

/** Whether a `validate` function has refused the message, and no rule says that this is to be more than its end. */
export function isRefused(rules: readonly FailureRule[], error: unknown, deciding: Pick<Deciding, 'complain'>): boolean {
  return JasperError.is(error, 'JASPER_REJECTED') && ruleFor(rules, error, deciding) === undefined
}

function ruleFor(rules: readonly FailureRule[], error: unknown, deciding: Pick<Deciding, 'complain'>): FailureRule | undefined {
  const isRejection = JasperError.is(error, 'JASPER_REJECTED')
  return rules.find((rule) => (!isRejection || rule.match.isForRejections) && isMeant(rule, error, deciding))
}

function isMeant(rule: FailureRule, error: unknown, { complain }: Pick<Deciding, 'complain'>): boolean {
  try {
    return rule.match.isMeant(error)
  } catch (thrown) {
    complain(`the match ${rule.match.words} of a failure policy`, thrown)
    return false
  }
}

function stepOf({ steps, end }: FailureRule, attempt: number): FailureStep {
  const step = steps[attempt - 1] ?? (end === 'repeat' ? steps.at(-1) : undefined)
  return step ?? { kind: end === 'discard' ? 'discard' : 'dead-letter' }
}

function outcomeOf(step: FailureStep, random: () => number): Outcome {
  switch (step.kind) {
    case 'retry':
    case 'schedule': {
      const { kind, delayMs, jitter } = step
      if (jitter === undefined) return { kind, delayMs }
      const spread = jitter.kind === 'full' ? random() : 1 + ((2 * random() - 1) * jitter.percent) / 100
      return { kind, delayMs: Math.round(delayMs * spread) }
    }
    case 'decide':
      return { kind: 'dead-letter' }
    default:
      return step
  }
}

/** What a function of the user's answered. Throws for what is no decision, promises among it. */
function read(decision: FailureDecision): Outcome {
  switch (decision.kind) {
    case 'retry':
      return { kind: 'retry', delayMs: toMilliseconds(decision.after ?? 0, "{ kind: 'retry', after }") }
    case 'schedule':
      return { kind: 'schedule', delayMs: toMilliseconds(decision.after, "{ kind: 'schedule', after }") }
    case 'pause':
      return { kind: 'pause', forMs: toMilliseconds(decision.for, "{ kind: 'pause', for }") }
    case 'requeue':
    case 'discard':
    case 'dead-letter':
      return { kind: decision.kind }
    default:
      throw new JasperError(
        'JASPER_BAD_OPTION',
        "A custom failure action answered with what is no decision. Answer at once with { kind: 'retry' }, { kind: 'dead-letter' } or another one.",
      )
  }
}
