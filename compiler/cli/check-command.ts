import { join } from 'node:path'
import { checkProject, type CheckOutcome, type StaleFile } from '../check-project.ts'
import { hasErrors } from '../compilation.ts'
import type { Project } from '../config/project.ts'
import { asDocument } from './as-document.ts'
import type { CommandOptions, RunCommand } from './commands.ts'
import { exitCodeFor, exitCodes } from './exit-codes.ts'
import type { CurrentDocument, FailedDocument, StaleDocument } from './json-documents.ts'
import { buildCommandLine, outputPath } from './project-paths.ts'
import { reportProblems } from './report-problems.ts'
import { changeReason, staleReason } from './stale-reason.ts'
import { painter, type Paint, type Terminal } from './terminal.ts'
import { withProgress } from './with-progress.ts'

type Stale = Extract<CheckOutcome, { readonly kind: 'stale' }>

/** `jasper-gen check` */
export const runCheck: RunCommand = async (project, options, terminal) => {
  const outcome = await withProgress(terminal, options.format, (onStage) => checkProject(project, onStage))
  const failed = outcome.kind === 'failed' ? outcome.diagnostics : []
  const code = outcome.kind === 'stale' ? exitCodes.stale : exitCodeFor(failed)
  if (options.format === 'json') terminal.out(asDocument(await asJson(outcome, project, options, terminal)))
  else if (hasErrors(failed)) await reportProblems(project.folder, failed, options.format, terminal)
  else if (outcome.kind === 'stale') terminal.out(await staleReport(outcome, project, options, terminal))
  return code
}

const order = ['out of date', 'missing', 'extra', 'edited by hand'] as const

async function staleReport(outcome: Stale, project: Project, options: CommandOptions, terminal: Terminal): Promise<string> {
  const paint = painter(terminal.color)
  const place = (file: StaleFile) => outputPath(project, file.path, terminal.cwd)
  const files = order.flatMap((state) => outcome.files.filter((file) => file.state === state))
  const counts = order.map((state) => [files.filter((file) => file.state === state).length, state] as const)
  const lines = [
    `${paint('red', '✗')} generated code is stale: ${counts.filter(([count]) => count > 0).map((pair) => pair.join(' ')).join(', ')}`,
    '',
    ...list(files, outcome, place, paint),
    '',
  ]
  const reason = changeReason(outcome)
  if (reason !== undefined) lines.push(`  ${reason}`, '')
  if (options.diff) {
    const { printDiffs } = await import('./print-diffs.ts')
    lines.push(...printDiffs(files, place, paint))
  }
  lines.push(`Run  ${paint('bold', buildCommandLine(project, terminal.cwd))}  and commit what it writes.`)
  const annotations = options.format === 'github' ? await annotate(files, project, terminal) : []
  return `${[...annotations, ...lines].join('\n')}\n`
}

function list(files: readonly StaleFile[], outcome: Stale, place: (file: StaleFile) => string, paint: Paint): readonly string[] {
  const widest = Math.max(...files.map((file) => place(file).length))
  const widestState = Math.max(...files.map((file) => file.state.length))
  return files.map((file) => {
    const state = paint(file.state === 'extra' ? 'yellow' : 'red', file.state.padEnd(widestState))
    return `  ${state}  ${place(file).padEnd(widest)}  ${paint('dim', staleReason(file, outcome))}`.trimEnd()
  })
}

async function annotate(files: readonly StaleFile[], project: Project, terminal: Terminal): Promise<readonly string[]> {
  const annotations = await import('./github-annotations.ts')
  return files.map((file) => {
    const path = join(project.folder, project.output, file.path)
    const message = `${file.state}; run ${buildCommandLine(project, terminal.cwd)}`
    return annotations.annotate({ severity: 'error', title: 'jasper-gen check', message, file: path }, terminal.env, terminal.cwd)
  })
}

async function asJson(
  outcome: CheckOutcome,
  project: Project,
  options: CommandOptions,
  terminal: Terminal,
): Promise<CurrentDocument | StaleDocument | FailedDocument> {
  if (outcome.kind === 'failed') return { ok: false, diagnostics: outcome.diagnostics }
  if (outcome.kind === 'current') return { ok: true, ...outcome.summary, diagnostics: outcome.warnings }
  const { unifiedDiff } = await import('./print-diffs.ts')
  return {
    ok: false,
    stale: outcome.files.map((file) => {
      const path = outputPath(project, file.path, terminal.cwd)
      const diff = options.diff ? unifiedDiff(file, path) : undefined
      return { path, state: file.state, reason: staleReason(file, outcome), ...(diff === undefined ? {} : { diff }) }
    }),
    changed: outcome.changes.map(({ path }) => path),
    diagnostics: [],
  }
}
