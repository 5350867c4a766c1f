import { initProject, type InitOutcome } from '../init-project.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import { counted } from './in-words.ts'
import { reportProblems } from './report-problems.ts'
import { painter, type Paint } from './terminal.ts'

type Begun = Extract<InitOutcome, { readonly kind: 'begun' }>

/** `jasper-gen init` */
export const runInit: RunCommand = async (project, options, terminal) => {
  const dryRun = options.said.has('dry-run')
  const outcome = initProject(project, { dryRun })
  if (outcome.kind === 'failed') {
    if (options.format === 'json') terminal.out(asDocument({ ok: false, diagnostics: outcome.diagnostics }))
    else await reportProblems(project.folder, outcome.diagnostics, options.format, terminal)
    return exitCodeFor(outcome.diagnostics)
  }
  const { written, scripts, becomesModule, missing, hasHandlers } = outcome
  const begun = { written, scripts, becomesModule, missing, hasHandlers, next: nextCommands(outcome) }
  if (options.format === 'json') terminal.out(asDocument({ ok: true, dryRun, ...begun, diagnostics: [] }))
  else terminal.out(report(outcome, dryRun, painter(terminal.color)))
  return exitCodeFor([])
}

function report(outcome: Begun, dryRun: boolean, paint: Paint): string {
  const { written, hasHandlers } = outcome
  const verb = dryRun ? 'would be written' : 'written'
  const lines = written.length === 0 ? [`${paint('green', '✓')} everything is there already`] : [`${paint('green', '✓')} ${counted(written.length, 'file')} ${verb}`, '']
  for (const path of written) lines.push(`  ${path}${path === 'package.json' ? paint('dim', `  ${changesOfPackage(outcome)}`) : ''}`)
  if (hasHandlers) lines.push('', 'There are handlers here already, so no example was added.')
  lines.push('', 'Next:', '', ...nextCommands(outcome).map((command) => `  ${paint('bold', command)}`), '')
  return lines.join('\n')
}

function changesOfPackage({ scripts, becomesModule }: Begun): string {
  const changes = [...(becomesModule ? ['"type": "module"'] : []), ...(scripts.length > 0 ? [`scripts ${scripts.join(', ')}`] : [])]
  return changes.join(', ')
}

/** What to type now, in order. */
function nextCommands({ missing, hasHandlers, written }: Begun): readonly string[] {
  const commands: string[] = []
  if (missing.dependencies.length > 0) commands.push(`npm install ${missing.dependencies.join(' ')}`)
  if (missing.devDependencies.length > 0) commands.push(`npm install --save-dev ${missing.devDependencies.join(' ')}`)
  commands.push('npx jasper-gen build')
  if (!hasHandlers && written.includes('src/main.ts')) commands.push('npx tsc && node src/main.ts')
  return commands
}
