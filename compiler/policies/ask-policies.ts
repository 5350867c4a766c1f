import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredPolicy } from '../discover/discovered.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { askInThread } from './ask-in-thread.ts'
import { factsOf } from './facts-of.ts'

/**
 * Asks the functions of the file of global policies about every chain, and adds the facts to the plans of
 * those about which one has something to say.
 */
export function askPolicies(
  folder: string,
  policy: DiscoveredPolicy | undefined,
  plans: readonly FramePlan[],
  bag: DiagnosticBag,
): readonly FramePlan[] {
  if (policy?.functions !== true || plans.length === 0) return plans
  const facts = plans.map(factsOf)
  const answers = askInThread({ about: 'policies', folder, file: policy.file, facts })
  if (typeof answers === 'string') {
    bag.report('JG3021', { file: policy.file, reason: answers }, { span: policy.span })
    return plans
  }
  return plans.map((plan, at) => {
    const answer = answers[at]!
    if (answer.kind === 'failed') bag.report('JG3022', { message: plan.chain.message.name, reason: answer.reason }, { span: policy.span })
    return answer.kind === 'says' ? { ...plan, facts: facts[at]! } : plan
  })
}
