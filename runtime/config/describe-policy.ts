import { inWords } from './in-words.ts'
import { nameOf } from './read-error.ts'
import type { FailureRule, FailureStep, Jitter } from './failure-rule.ts'

/** A rule in words: `PaymentTimeout: again in process after 50 ms, 1 s, then scheduled after 1 min, 10 min, then dead letter`. */
export function describeRule({ match, steps, end }: FailureRule, at = 0): string {
  const stages = stagesOf(steps).map(describeStage)
  if (end === 'repeat') stages.push('then again and again')
  else stages.push(stages.length === 0 ? ends[end] : `then ${ends[end]}`)
  const script = stages.map((stage, stageAt) => (stageAt === 0 || stageAt === stages.length - 1 ? stage : `then ${stage}`)).join(', ')
  if (!match.isAny) return `${match.words}: ${script}`
  return at === 0 ? script : `otherwise ${script}`
}

const ends = { 'dead-letter': 'dead letter', discard: 'discarded' } as const

/** Steps of one kind that follow each other; those at once are a kind of their own. */
function stagesOf(steps: readonly FailureStep[]): readonly (readonly [FailureStep, ...FailureStep[]])[] {
  const stages: [FailureStep, ...FailureStep[]][] = []
  for (const step of steps) {
    const stage = stages.at(-1)
    if (stage !== undefined && kindOf(stage[0]) === kindOf(step)) stage.push(step)
    else stages.push([step])
  }
  return stages
}

function kindOf(step: FailureStep): string {
  switch (step.kind) {
    case 'retry':
    case 'schedule':
      return `${step.kind} ${step.delayMs === 0 ? 'now' : ''} ${describeJitter(step.jitter)}`
    case 'decide':
      return `decide ${nameOf(step.action, '')}`
    default:
      return step.kind
  }
}

function describeStage(stage: readonly [FailureStep, ...FailureStep[]]): string {
  const [first] = stage
  switch (first.kind) {
    case 'retry': {
      if (first.delayMs === 0) return `again at once${times(stage.length)}`
      return `again in process after ${delaysOf(stage)}${describeJitter(first.jitter)}`
    }
    case 'schedule':
      return `scheduled after ${delaysOf(stage)}${describeJitter(first.jitter)}`
    case 'requeue':
      return `to the end of its queue${times(stage.length)}`
    case 'pause':
      return `its endpoint pauses for ${stage.map((step) => (step.kind === 'pause' ? inWords(step.forMs) : '')).join(', ')}`
    case 'decide':
      return `as ${nameOf(first.action, 'a function without a name')} decides${times(stage.length)}`
    case 'discard':
    case 'dead-letter':
      return ends[first.kind]
  }
}

function delaysOf(stage: readonly FailureStep[]): string {
  return stage.map((step) => (step.kind === 'retry' || step.kind === 'schedule' ? inWords(step.delayMs) : '')).join(', ')
}

function describeJitter(jitter: Jitter | undefined): string {
  if (jitter === undefined) return ''
  return jitter.kind === 'full' ? ' (full jitter)' : ` (give or take ${jitter.percent} %)`
}

function times(count: number): string {
  return count === 1 ? '' : count === 2 ? ' twice' : ` ${count} times`
}
