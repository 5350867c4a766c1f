import type { Compilation } from '../compilation.ts'
import type { ProjectDescription } from '../describe-project.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceSpan } from '../discover/source-span.ts'
import { explainSteps, type ChainSurroundings } from './explain-chain.ts'
import type { MessageExplanation, Sending } from './explanation.ts'

/** All that is known of a message: where it comes from and goes, and what its chains do. `undefined` where there is none of that name. */
export function explainMessage(name: string, compilation: Compilation, description: ProjectDescription): MessageExplanation | undefined {
  const message = compilation.discovered.messages.find((one) => one.name === name)
  if (message === undefined) return undefined
  const { queue, topic, deliverWithin } = message
  const plans = compilation.plans.filter((plan) => plan.chain.message.name === name)
  const around: ChainSurroundings = { send: (sent) => sendingOf(sent, description) }
  const described = description.chains.filter((chain) => chain.message === name)
  const files = new Set([message.span.file, ...plans.flatMap(({ chain }) => chain.handlers.map((handler) => handler.span.file))])
  return {
    kind: 'message',
    message: name,
    version: message.version,
    declared: placeOf(message.span),
    older: message.older.map(({ version, upcast }) => ({ version, upcast: `${upcast.export} in ${upcast.file}` })),
    markers: { ...(queue && { queue }), ...(topic && { topic }), ...(deliverWithin && { deliverWithin }) },
    endpoints: sendingOf(name, description).endpoints,
    returnedBy: description.chains.filter((chain) => chain.cascades.includes(name)).map((chain) => chain.message),
    recurring: description.recurring.filter((rule) => rule.message === name).map((rule) => `${rule.name}, ${rule.timetable}`),
    chains: plans.map((plan, index) => ({
      ...(plan.chain.separate !== undefined && { separate: plan.chain.separate.name }),
      steps: explainSteps(plan, around),
      effects: described[index]?.effects ?? 'at least once',
      onFailure: described[index]?.onFailure,
      settings: described[index]?.settings ?? [],
    })),
    problems: compilation.diagnostics.filter((diagnostic) => isIn(files, diagnostic)),
  }
}

/** Where a message goes that a handler of this project returns. */
function sendingOf(message: string, { chains, routes }: ProjectDescription): Sending {
  const queues = [...new Set(chains.filter((one) => one.message === message).flatMap((one) => one.queues))]
  const explicit = routes.find((one) => one.message === message)?.destinations
  return { message, endpoints: explicit ?? queues, unhandled: queues.length === 0 }
}

function isIn(files: ReadonlySet<string>, { severity, span }: Diagnostic): boolean {
  return severity === 'error' && (span === undefined || files.has(span.file))
}

export function placeOf({ file, line }: SourceSpan): string {
  return `${file}:${line}`
}
