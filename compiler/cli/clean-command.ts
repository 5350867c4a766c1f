import { cleanProject } from '../clean-project.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import { counted } from './in-words.ts'
import { outputPath } from './project-paths.ts'
import { reportProblems } from './report-problems.ts'
import { painter } from './terminal.ts'

/** `jasper-gen clean` */
export const runClean: RunCommand = async (project, options, terminal) => {
  const dryRun = options.said.has('dry-run')
  const outcome = cleanProject(project, { dryRun })
  const place = (path: string): string => outputPath(project, path, terminal.cwd)
  const failed = outcome.kind === 'failed' ? outcome.diagnostics : []
  if (options.format === 'json') {
    terminal.out(
      asDocument(
        outcome.kind === 'failed'
          ? { ok: false, diagnostics: failed }
          : { ok: true, dryRun, deleted: outcome.deleted.map(place), kept: outcome.kept.map(place), diagnostics: [] },
      ),
    )
    return exitCodeFor(failed)
  }
  if (outcome.kind === 'failed') {
    await reportProblems(project.folder, failed, options.format, terminal)
    return exitCodeFor(failed)
  }
  const paint = painter(terminal.color)
  const { deleted, kept } = outcome
  for (const path of dryRun ? deleted : []) terminal.out(`  ${place(path)}\n`)
  const verb = dryRun ? 'would be deleted' : 'deleted'
  const others = kept.length === 0 ? '' : `; ${counted(kept.length, 'file')} without our first line ${kept.length === 1 ? 'stays' : 'stay'}`
  terminal.out(deleted.length === 0 ? `${paint('green', '✓')} nothing to delete${others}\n` : `${paint('green', '✓')} ${counted(deleted.length, 'file')} ${verb}${others}\n`)
  return exitCodeFor([])
}
