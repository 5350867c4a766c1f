import { existsSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import type { Project } from '../config/project.ts'
import { explainProject } from '../explain/explain-project.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import { printExplanation } from './print-explanation.ts'
import { reportProblems } from './report-problems.ts'
import { painter } from './terminal.ts'
import { withProgress } from './with-progress.ts'

/** `jasper-gen explain` */
export const runExplain: RunCommand = async (project, options, terminal) => {
  const name = seenFromProject(project, options.argument ?? '', terminal.cwd)
  const outcome = await withProgress(terminal, options.format, (onStage) => explainProject(project, name, onStage))
  const failed = outcome.kind === 'failed' ? outcome.diagnostics : []
  if (options.format === 'json') {
    const { kind } = outcome
    terminal.out(asDocument(kind === 'failed' ? { ok: false, diagnostics: failed } : { ok: true, explanation: outcome.explanation, diagnostics: outcome.warnings }))
  } else if (outcome.kind === 'failed') await reportProblems(project.folder, failed, options.format, terminal)
  else terminal.out(printExplanation(outcome.explanation, project, painter(terminal.color), terminal.columns))
  return exitCodeFor(failed)
}

/** A path as it is typed starts at the working directory; everything else is no path. */
function seenFromProject(project: Project, name: string, cwd: string): string {
  const path = resolve(cwd, name)
  return name.includes('.') && existsSync(path) ? relative(project.folder, path).replaceAll(sep, '/') : name
}
