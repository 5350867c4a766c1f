import { buildProject, type BuildOutcome } from '../build-project.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import { counted, duration, goneInWords } from './in-words.ts'
import type { BuildDocument, FailedDocument } from './json-documents.ts'
import { outputPath } from './project-paths.ts'
import { reportProblems } from './report-problems.ts'
import { painter } from './terminal.ts'
import { withProgress } from './with-progress.ts'

/** `jasper-gen build` */
export const runBuild: RunCommand = async (project, options, terminal) => {
  const accepted = (options.said.get('accept') ?? '').split(',').filter((name) => name !== '')
  const outcome = await withProgress(terminal, options.format, (onStage) => buildProject(project, accepted, onStage))
  if (options.format === 'json') {
    terminal.out(asDocument(asJson(outcome, (path) => outputPath(project, path, terminal.cwd))))
    return exitCodeFor(outcome.kind === 'failed' ? outcome.diagnostics : [])
  }
  const paint = painter(terminal.color)
  if (outcome.kind === 'failed') {
    await reportProblems(project.folder, outcome.diagnostics, options.format, terminal)
    // A disk that refuses may have taken some files before.
    const refused = outcome.diagnostics.some(({ code }) => code === 'JG0017')
    terminal.out(`${paint('red', '✗')} ${refused ? 'the build is not complete' : 'nothing was written'}\n`)
    return exitCodeFor(outcome.diagnostics)
  }
  await reportProblems(project.folder, outcome.warnings, options.format, terminal)
  for (const name of outcome.gone) terminal.out(`${paint('yellow', '!')} ${goneInWords(name)}\n`)
  terminal.out(`${paint('green', '✓')} ${summary(outcome)}  ${paint('dim', `(${duration(performance.now())})`)}\n`)
  return exitCodeFor([])
}

type Built = Extract<BuildOutcome, { readonly kind: 'built' }>

function summary({ summary: { messages, chains }, files }: Built): string {
  const { written, deleted, unchanged } = files
  const parts = [counted(messages, 'message'), counted(chains, 'chain')]
  if (written.length > 0) parts.push(`${counted(written.length, 'file')} written`)
  if (deleted.length > 0) parts.push(`${counted(deleted.length, 'file')} deleted`)
  if (unchanged > 0) parts.push(written.length + deleted.length > 0 ? `${unchanged} unchanged` : `${counted(unchanged, 'file')} unchanged`)
  return parts.join(', ')
}

/** What a tool reads. Paths are relative to the working directory, those in diagnostics to the project's folder. */
function asJson(outcome: BuildOutcome, place: (path: string) => string): BuildDocument | FailedDocument {
  if (outcome.kind === 'failed') return { ok: false, diagnostics: outcome.diagnostics }
  const { files, summary: counts, warnings, gone } = outcome
  return {
    ok: true,
    ...counts,
    written: files.written.map(place),
    deleted: files.deleted.map(place),
    unchanged: files.unchanged,
    gone,
    diagnostics: warnings,
  }
}
