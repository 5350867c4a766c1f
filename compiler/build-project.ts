import { join } from 'node:path'
import { askRecord } from './cache/ask-record.ts'
import type { BuildSummary } from './cache/build-record.ts'
import { rememberRun } from './cache/remember-run.ts'
import { settleObservations } from './cache/settle-observations.ts'
import { hasErrors, type Compilation } from './compilation.ts'
import type { Project } from './config/project.ts'
import { DiagnosticBag } from './diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from './diagnostics/diagnostic.ts'
import { compareOutput } from './emit/compare-output.ts'
import { goneMessages } from './emit/gone-messages.ts'
import { outputProblem } from './emit/output-problem.ts'
import { writeFiles, type WrittenFiles } from './emit/write-files.ts'
import { readManifest, type Promises } from './promises/committed-manifest.ts'
import type { OnStage } from './stage.ts'

export type BuildOutcome =
  | {
      readonly kind: 'built'
      readonly files: WrittenFiles
      readonly summary: BuildSummary
      readonly warnings: readonly Diagnostic[]
      /** Wire names that the manifest had before and has no more. */
      readonly gone: readonly string[]
    }
  /** Nothing was deleted, and nothing written but whole files that the disk took before it refused. */
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

/**
 * Generates the code of a project. Where nothing has changed, no compiler is loaded.
 *
 * @param accepted  Messages, by wire name, whose change may leave stored ones unreadable.
 * @param onStage   Told what comes next, where a compiler is loaded.
 */
export async function buildProject(project: Project, accepted: readonly string[] = [], onStage?: OnStage): Promise<BuildOutcome> {
  const answer = askRecord(project)
  if (answer.kind === 'current') {
    const { outputs, summary, warnings } = answer.record
    const files = { written: [], deleted: [], unchanged: Object.keys(outputs).length }
    return { kind: 'built', files, summary, warnings, gone: [] }
  }
  const { compile } = await import('./compile.ts')
  return finishBuild(project, compile(project, { onStage }), { accepted, manifest: readManifest(project) })
}

/** From what was compiled to what stands on the disk: nothing where there are errors, or promises would be broken. */
export async function finishBuild(project: Project, compilation: Compilation, promises: Promises): Promise<BuildOutcome> {
  const { diagnostics } = compilation
  if (hasErrors(diagnostics)) return { kind: 'failed', diagnostics }

  try {
    const { brokenPromises } = await import('./promises/broken-promises.ts')
    const broken = brokenPromises(project, compilation, promises)
    if (hasErrors(broken)) return { kind: 'failed', diagnostics: [...diagnostics, ...broken] }
    return writeModules(project, compilation, promises.manifest)
  } catch (error) {
    return { kind: 'failed', diagnostics: [...diagnostics, outputProblem(project, error)] }
  }
}

function writeModules(project: Project, compilation: Compilation, manifest: string | undefined): BuildOutcome {
  const { modules, diagnostics } = compilation
  const folder = join(project.folder, project.output)
  const comparison = compareOutput(folder, modules)
  const bag = new DiagnosticBag()
  for (const { path } of comparison.occupied) bag.report('JG0016', { file: `${project.output}/${path}` }, { span: undefined })
  if (bag.hasErrors) return { kind: 'failed', diagnostics: [...diagnostics, ...bag.list()] }

  const gone = goneMessages(manifest, modules)
  const observations = settleObservations(project, compilation.observations)
  const files = writeFiles(folder, comparison)
  const summary = rememberRun(project, compilation, observations)
  return { kind: 'built', files, summary, warnings: diagnostics, gone }
}
