import type { Project } from '../config/project.ts'
import { describeProject, type ProjectDescription } from '../describe-project.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { asDocument } from './as-document.ts'
import type { CommandOptions, RunCommand } from './commands.ts'
import { exitCodeFor, type ExitCode } from './exit-codes.ts'
import { counted, duration } from './in-words.ts'
import { reportProblems } from './report-problems.ts'
import { table } from './table.ts'
import { painter, type Paint, type Terminal } from './terminal.ts'
import { withProgress } from './with-progress.ts'
import { wrap } from './wrap.ts'

/** `jasper-gen describe` */
export const runDescribe: RunCommand = async (project, options, terminal) => {
  const refusal = twoForms(options)
  if (refusal !== undefined) return await failed(project, refusal, options, terminal)
  const outcome = await withProgress(terminal, options.format, (onStage) => describeProject(project, onStage))
  if (outcome.kind === 'failed') return await failed(project, outcome.diagnostics, options, terminal)
  const { description, warnings, asyncApi } = outcome
  const isDrawn = options.said.has('mermaid')
  const isDocument = options.said.has('asyncapi')
  // Whoever asks for one form wants to send it to a file.
  const aside = isDrawn || isDocument ? { ...terminal, out: (text: string) => terminal.error(text) } : terminal
  if (options.format !== 'json') await reportProblems(project.folder, warnings, options.format, aside)
  if (isDocument) terminal.out(asDocument(asyncApi()))
  else if (isDrawn) {
    const { printMermaid } = await import('./print-mermaid.ts')
    const mermaid = printMermaid(description)
    terminal.out(options.format === 'json' ? asDocument({ ok: true, mermaid, diagnostics: warnings }) : mermaid)
  } else if (options.format === 'json') terminal.out(asDocument({ ok: true, ...description, diagnostics: warnings }))
  else terminal.out(printDescription(description, painter(terminal.color), terminal.columns))
  return exitCodeFor([])
}

function twoForms({ said }: CommandOptions): readonly Diagnostic[] | undefined {
  if (!said.has('mermaid') || !said.has('asyncapi')) return undefined
  const bag = new DiagnosticBag()
  bag.report('JG0031', { first: '--mermaid', second: '--asyncapi' }, { span: undefined })
  return bag.list()
}

async function failed(
  project: Project,
  diagnostics: readonly Diagnostic[],
  { format }: CommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (format === 'json') terminal.out(asDocument({ ok: false, diagnostics }))
  else await reportProblems(project.folder, diagnostics, format, terminal)
  return exitCodeFor(diagnostics)
}

/** The description as tables and sentences. */
export function printDescription(
  { chains, queues, providers, routes, customize, recurring, markers, unhandled, onFailure }: ProjectDescription,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  if (chains.length + queues.length === 0) return 'There is nothing to describe: no handler, no chain, no queue.\n'
  const lines = [paint('bold', counted(chains.length, 'chain')), '']
  lines.push(
    ...table(
      ['message', 'handlers', '', 'transaction', 'sends on', 'effects'],
      chains.map((chain) => [
        [chain.message],
        chain.handlers.map((handler) => handler.name),
        chain.handlers.map((handler) => handler.place),
        [chain.transaction ?? 'none'],
        chain.cascades.length === 0 ? ['nothing'] : chain.cascades,
        [chain.effects],
      ]),
      paint,
      columns,
    ),
    '',
    paint('bold', counted(queues.length, 'queue')),
    '',
    ...table(
      ['queue', 'messages', 'mode', 'at a time', 'timeout'],
      queues.map((queue) => [
        [queue.address],
        queue.messages,
        [queue.mode],
        [queue.sequential ? '1, in order' : String(queue.parallelism ?? 'default')],
        [typeof queue.timeout === 'number' ? seconds(queue.timeout) : (queue.timeout?.replace(/(?<=\d)(?=[a-z])/, ' ') ?? 'default')],
      ]),
      paint,
      columns,
    ),
    '',
  )
  if (routes.length > 0) {
    const rows = routes.map(({ message, destinations, by }) => [[message], destinations, by])
    lines.push(paint('bold', 'routes'), '', ...table(['message', 'goes to', 'because'], rows, paint, columns), '')
  }
  if (recurring.length > 0) {
    const rows = recurring.map(({ name, message, timetable, missed }) => [[name], [message], [timetable], [missed === 'skip' ? 'skipped' : 'sent once']])
    lines.push(paint('bold', counted(recurring.length, 'recurring message')), '', ...table(['name', 'message', 'when', 'missed ticks'], rows, paint, columns), '')
  }
  lines.push(...describeProviders(providers, paint, columns))
  lines.push(...describeMarkers(markers, paint, columns), ...describeSettings(chains, paint, columns))
  const sentences: string[] = []
  const lost = unhandled.filter((message) => !routes.some((route) => route.message === message))
  if (lost.length > 0) sentences.push(`No handler here takes ${lost.join(', ')}: published, they go nowhere unless a route names a place.`)
  if (customize.length > 0) sentences.push(`Envelopes of messages that leave the bus are added to by ${customize.join(', ')}.`)
  sentences.push(
    ...describeMiddleware(chains),
    ...describeFailures(chains, onFailure),
    'A handler that runs out of its timeout has failed: its signal aborts, and it can no longer commit.',
    'Effects are exactly once where writes, outgoing messages and the completion commit in one transaction of a durable store.',
  )
  lines.push(...sentences.flatMap((sentence) => wrap(sentence, columns)), '')
  return lines.join('\n')
}

/** What providers make, how often and for whom. */
function describeProviders(providers: ProjectDescription['providers'], paint: Paint, columns: number | undefined): readonly string[] {
  if (providers.length === 0) return []
  const rows = providers.map(({ provides, name, place, made, messages }) => {
    return [[provides], [name], [place], [made ?? 'never'], messages.length === 0 ? ['no chain'] : messages]
  })
  return [paint('bold', counted(providers.length, 'provider')), '', ...table(['provides', 'by', '', 'made', 'needed by'], rows, paint, columns), '']
}

/** What stands in comments above message types. */
function describeMarkers(markers: ProjectDescription['markers'], paint: Paint, columns: number | undefined): readonly string[] {
  if (markers.length === 0) return []
  const rows = markers.map(({ message, queue, topic, deliverWithin }) => {
    const said = [['@queue', queue], ['@topic', topic], ['@deliverWithin', deliverWithin]].filter(([, value]) => value !== undefined)
    return [[message], said.map(([tag = '']) => tag), said.map(([, value = '']) => value)]
  })
  return [paint('bold', 'markers of messages'), '', ...table(['message', '', ''], rows, paint, columns), '']
}

/** What policies say of each chain, and where that stands. */
function describeSettings(chains: ProjectDescription['chains'], paint: Paint, columns: number | undefined): readonly string[] {
  const said = chains.filter(({ settings }) => settings !== undefined && settings.length > 0)
  if (said.length === 0) return []
  const rows = said.map(({ message, settings = [] }) => [
    [message],
    settings.map(({ name }) => name),
    settings.map(({ value }) => value),
    settings.map(({ from }) => from),
  ])
  return [paint('bold', 'policies'), '', ...table(['message', '', '', 'said by'], rows, paint, columns), '']
}

/** Chains with the same middleware stand in one line. */
function describeMiddleware(chains: ProjectDescription['chains']): readonly string[] {
  const byWords = new Map<string, string[]>()
  for (const { message, middleware } of chains) {
    const names = (...roles: readonly string[]): string =>
      middleware
        .filter(({ role }) => roles.includes(role))
        .map(({ name, plugin }) => (plugin === undefined ? name : `${name} (${plugin})`))
        .join(', ')
    const [around, before, after, ends] = [names('around'), names('before', 'load', 'validate'), names('after'), names('finally')]
    const words = [around && `around all that follows ${around}`, before && `before the handlers ${before}`, after && `behind them ${after}`, ends && `whatever happens ${ends}`].filter(Boolean).join('; ')
    if (words !== '') byWords.set(words, [...(byWords.get(words) ?? []), message])
  }
  return [...byWords].map(([words, messages]) => `With ${messages.join(', ')} run ${words}.`)
}

/** Chains of one policy stand in one line. */
function describeFailures(chains: ProjectDescription['chains'], ofAll: string | undefined): readonly string[] {
  if (ofAll === undefined) return []
  const own = new Map<string, string[]>()
  for (const { message, onFailure } of chains) {
    const words = onFailure ?? 'its policy cannot be read here'
    if (words !== ofAll) own.set(words, [...(own.get(words) ?? []), message])
  }
  if (own.size === 0) return [`When a handler fails: ${ofAll}.`]
  return [
    ...[...own].map(([words, messages]) => `When a handler of ${messages.join(', ')} fails: ${words}.`),
    `When any other handler fails: ${ofAll}.`,
  ]
}

function seconds(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000} s` : duration(milliseconds)
}
