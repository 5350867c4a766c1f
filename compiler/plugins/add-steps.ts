import { askInThread } from '../policies/ask-in-thread.ts'
import { factsOf } from '../policies/facts-of.ts'
import type { NamedStep } from '../policies/facts-worker.ts'
import { fitsMessage } from '../chain/attach-middleware.ts'
import { cascadesOf } from '../chain/build-chains.ts'
import type { Chain, ChainMiddleware } from '../chain/chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredPlugin } from '../discover/middleware.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { stepFlaw } from './step-flaw.ts'

/**
 * The chains with what plugins add to them. Each plugin is asked about every chain as it is without any of
 * them, so that none has to know the others.
 *
 * @param drafts  The plans of the chains without plugins.
 */
export function addSteps(
  folder: string,
  plugins: readonly DiscoveredPlugin[],
  drafts: readonly FramePlan[],
  bag: DiagnosticBag,
): readonly Chain[] {
  const facts = drafts.map(factsOf)
  const added = drafts.map((): ChainMiddleware[] => [])
  for (const plugin of drafts.length === 0 ? [] : plugins) {
    const { file, span } = plugin
    const answers = askInThread({ about: 'plugin', folder, file, facts })
    if (typeof answers === 'string') {
      bag.report('JG3023', { file, reason: answers }, { span })
      continue
    }
    answers.forEach((answer, at) => {
      const chain = drafts[at]!.chain
      const message = chain.message.name
      if (answer.kind === 'failed') bag.report('JG3024', { file, message, reason: answer.reason }, { span })
      else for (const step of answer.steps) added[at]!.push(...found(step, chain, plugin, bag))
    })
  }
  return drafts.map(({ chain }, at) => withSteps(chain, added[at]!))
}

/** The function that a step calls, as the chain has it. */
function found(step: NamedStep, chain: Chain, { file, span, steps }: DiscoveredPlugin, bag: DiagnosticBag): readonly ChainMiddleware[] {
  const message = chain.message.name
  const called = steps.find(({ function: { export: name } }) => name === step.export)
  if (called === undefined) {
    const reason = step.export === undefined ? 'the file does not export it' : 'its name is none of a step'
    // What has been wrong with its signature is said already.
    if (step.export === undefined || !bag.hasErrors) bag.report('JG3025', { file, function: step.name || 'a function', message, reason }, { span })
    return []
  }
  if (!fitsMessage(called, message)) {
    const taken = called.messageParameter?.type.text ?? ''
    bag.report('JG3026', { function: step.name, message, taken }, { span: called.span, label: `takes ${taken}` })
    return []
  }
  const flaw = stepFlaw(step, called)
  if (flaw !== undefined) {
    bag.report('JG3027', { file, function: step.name, message, reason: flaw }, { span: called.span, label: flaw })
    return []
  }
  const { returns } = called
  const renamed =
    step.makes === undefined || (returns.kind !== 'value' && returns.kind !== 'work') || returns.value === undefined
      ? returns
      : { ...returns, value: { ...returns.value, name: step.makes } }
  return [{ ...called, returns: renamed, step: { plugin: file, span, with: step.with } }]
}

/** Steps stand outside all other middleware, in the order in which the plugins say them. */
function withSteps(chain: Chain, steps: readonly ChainMiddleware[]): Chain {
  if (steps.length === 0) return chain
  const own = chain.middleware ?? []
  const isEnd = ({ role }: ChainMiddleware): boolean => role === 'finally'
  const isBefore = ({ role }: ChainMiddleware): boolean => role !== 'after' && role !== 'finally'
  const isAfter = ({ role }: ChainMiddleware): boolean => role === 'after'
  const middleware = [
    ...steps.filter(isBefore),
    ...own.filter(isBefore),
    ...own.filter(isAfter),
    ...steps.filter(isAfter),
    ...own.filter(isEnd),
    ...steps.filter(isEnd),
  ]
  return { ...chain, middleware, cascades: cascadesOf(chain.handlers, middleware) }
}
