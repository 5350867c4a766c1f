import { describeRule } from './describe-policy.ts'
import { onAnyError } from './error-match.ts'
import type { FailureRule } from './failure-rule.ts'

/** Five attempts in all. Applies to every error that no rule of the app means. */
export const defaultFailurePolicy: FailureRule = onAnyError().schedule('100ms', '1s', '5s', '30s').thenDeadLetter()

/** Rules in the order in which they are asked, as one sentence; the default stands at its end. */
export function describePolicy(rules: readonly FailureRule[]): string {
  const asked: FailureRule[] = []
  for (const rule of [...rules, defaultFailurePolicy]) {
    asked.push(rule)
    // What stands behind a rule for all errors is never asked.
    if (rule.match.isAny) break
  }
  return asked.map(describeRule).join('; ')
}
