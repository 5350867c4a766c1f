import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onError } from '../../runtime/config/error-match.ts'
import type { FailureRule, FailureScript } from '../../runtime/config/failure-rule.ts'
import { decideFailure, type Outcome } from '../../runtime/dispatch/decide-failure.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'

/** Errors are letters, so that what a rule means can be read. */
const letters = ['a', 'b', 'c', 'd'] as const
type Letter = (typeof letters)[number]

interface Stage {
  readonly kind: 'retryNow' | 'retry' | 'requeue' | 'schedule' | 'pause'
  readonly amounts: readonly number[]
}
interface Plan {
  readonly means: readonly Letter[]
  readonly stages: readonly Stage[]
  readonly end: 'deadLetter' | 'discard'
}

const stage: fc.Arbitrary<Stage> = fc.record({
  kind: fc.constantFrom('retryNow', 'retry', 'requeue', 'schedule', 'pause'),
  amounts: fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 4 }),
})
const plan: fc.Arbitrary<Plan> = fc.record({
  means: fc.subarray([...letters], { minLength: 1 }),
  stages: fc.array(stage, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('deadLetter', 'discard'),
})

const thrown = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 10 })

function ruleOf({ means, stages, end }: Plan): FailureRule {
  let script: FailureScript = onError((error) => means.includes(error as Letter)).retryNow()
  // The first stage begins a script; what `retryNow` has added is the first step of the model too.
  for (const { kind, amounts } of stages) {
    const [first, ...more] = amounts
    if (kind === 'retryNow') script = script.thenRetryNow(amounts.length)
    else if (kind === 'requeue') script = script.thenRequeue(amounts.length)
    else if (kind === 'retry') script = script.thenRetry(first!, ...more)
    else if (kind === 'schedule') script = script.thenSchedule(first!, ...more)
    else script = script.thenPause(first!, ...more)
  }
  return end === 'discard' ? script.thenDiscard() : script.thenDeadLetter()
}

/** The same, as a list of all that can be answered. */
function modelOf({ stages, end }: Plan): readonly Outcome[] {
  const steps = stages.flatMap(({ kind, amounts }) =>
    amounts.map((amount): Outcome => {
      if (kind === 'retryNow') return { kind: 'retry', delayMs: 0 }
      if (kind === 'requeue') return { kind: 'requeue' }
      return kind === 'pause' ? { kind: 'pause', forMs: amount } : { kind, delayMs: amount }
    }),
  )
  return [{ kind: 'retry', delayMs: 0 }, ...steps, { kind: end === 'discard' ? 'discard' : 'dead-letter' }]
}

const theDefault: readonly Outcome[] = [
  ...[100, 1_000, 5_000, 30_000].map((delayMs): Outcome => ({ kind: 'schedule', delayMs })),
  { kind: 'dead-letter' },
]
const envelope = newEnvelope({
  id: '018f4b1c-0000-7000-8000-000000000001',
  messageType: 'A',
  messageVersion: 1,
  body: new Uint8Array(),
  destination: 'local://a',
  options: undefined,
  parent: undefined,
  now: new Date(0),
})

describe('any policy, whatever errors come', () => {
  it('answers as a list of steps would, and ends after as many attempts as its longest list at the most', () => {
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 4 }), thrown, (plans, errors) => {
        const rules = plans.map(ruleOf)
        const models = plans.map(modelOf)
        const longest = Math.max(theDefault.length, ...models.map((model) => model.length))
        let attempt = 0
        for (;;) {
          attempt += 1
          // Errors go round: a message that always fails fails for ever, if it may.
          const error = errors[(attempt - 1) % errors.length]!
          const outcome = decideFailure(rules, { error, envelope, attempt }, { random: () => 0.5, complain: expect.fail })
          const model = models[plans.findIndex(({ means }) => means.includes(error))] ?? theDefault
          expect(outcome).toEqual(model[attempt - 1] ?? model.at(-1))
          if (outcome.kind === 'discard' || outcome.kind === 'dead-letter') break
          expect(attempt).toBeLessThan(longest)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every delay within its jitter', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (ms, percent, at) => {
        const deciding = { random: () => at, complain: expect.fail }
        const ask = (rule: FailureRule) => decideFailure([rule], { error: 'a', envelope, attempt: 1 }, deciding)
        const any = onError(() => true)
        const full = ask(any.schedule(ms).withFullJitter()) as { readonly delayMs: number }
        expect(full.delayMs).toBeGreaterThanOrEqual(0)
        expect(full.delayMs).toBeLessThanOrEqual(ms)
        const bounded = ask(any.retry(ms).withBoundedJitter(percent)) as { readonly delayMs: number }
        expect(Math.abs(bounded.delayMs - ms)).toBeLessThanOrEqual((ms * percent) / 100 + 1)
      }),
    )
  })
})
