import { join } from 'node:path'
import { askRecord, hashOf, type RecordAnswer } from './cache/ask-record.ts'
import type { BuildSummary } from './cache/build-record.ts'
import type { Change } from './cache/find-changes.ts'
import { rememberRun } from './cache/remember-run.ts'
import { settleObservations } from './cache/settle-observations.ts'
import { hasErrors, type Compilation } from './compilation.ts'
import type { Project } from './config/project.ts'
import type { Diagnostic } from './diagnostics/diagnostic.ts'
import { compareOutput, isCurrent } from './emit/compare-output.ts'
import { outputProblem } from './emit/output-problem.ts'
import { readManifest } from './promises/committed-manifest.ts'
import type { OnStage } from './stage.ts'

/** One file of the output folder that is not what it should be. */
export interface StaleFile {
  /** Relative to the output folder. */
  readonly path: string
  readonly state: 'out of date' | 'missing' | 'extra' | 'edited by hand'
  /** What stands there; `undefined` where nothing does, and for extra files. */
  readonly found: string | undefined
  /** What should stand there; `undefined` for extra files. */
  readonly wanted: string | undefined
}

export type CheckOutcome =
  | { readonly kind: 'current'; readonly summary: BuildSummary; readonly warnings: readonly Diagnostic[] }
  | {
      readonly kind: 'stale'
      readonly files: readonly StaleFile[]
      /** What differs from the last run here; empty when that is not known. */
      readonly changes: readonly Change[]
      /** The reason, where it is not a changed file. */
      readonly why: string | undefined
    }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

/**
 * Whether the generated code is what a build would write. Writes nothing but the build record. Where
 * nothing has changed since the last run, no compiler is loaded.
 */
export async function checkProject(project: Project, onStage?: OnStage): Promise<CheckOutcome> {
  const answer = askRecord(project)
  if (answer.kind === 'current') return { kind: 'current', summary: answer.record.summary, warnings: answer.record.warnings }
  const { compile } = await import('./compile.ts')
  const compilation = compile(project, { onStage })
  const { diagnostics } = compilation
  if (hasErrors(diagnostics)) return { kind: 'failed', diagnostics }

  try {
    const { brokenPromises } = await import('./promises/broken-promises.ts')
    const broken = brokenPromises(project, compilation, { accepted: [], manifest: readManifest(project) })
    if (hasErrors(broken)) return { kind: 'failed', diagnostics: [...diagnostics, ...broken] }
    return compareModules(project, compilation, answer)
  } catch (error) {
    return { kind: 'failed', diagnostics: [...diagnostics, outputProblem(project, error)] }
  }
}

function compareModules(project: Project, compilation: Compilation, answer: RecordAnswer): CheckOutcome {
  const { modules, diagnostics } = compilation
  const folder = join(project.folder, project.output)
  const comparison = compareOutput(folder, modules)
  if (isCurrent(comparison)) {
    const summary = rememberRun(project, compilation, settleObservations(project, compilation.observations))
    return { kind: 'current', summary, warnings: diagnostics }
  }
  const files: StaleFile[] = [
    ...comparison.outOfDate.map((file) => ({ ...file, state: differs(answer, folder, file.path) })),
    ...comparison.occupied.map((file) => ({ ...file, state: 'edited by hand' as const })),
    ...comparison.missing.map(({ path, text }) => ({ path, state: 'missing' as const, found: undefined, wanted: text })),
    ...comparison.extra.map((path) => ({ path, state: 'extra' as const, found: undefined, wanted: undefined })),
  ]
  return {
    kind: 'stale',
    files,
    changes: answer.kind === 'sources-changed' ? answer.changes : [],
    why: answer.kind === 'sources-changed' ? answer.why : undefined,
  }
}

/**
 * Why a file is not what it should be. With the sources as they were at the last run here, somebody
 * changed the file itself. Otherwise the sources are the likelier reason: a file from another branch
 * looks edited too.
 */
function differs(answer: RecordAnswer, folder: string, path: string): 'out of date' | 'edited by hand' {
  if (answer.kind !== 'output-changed') return 'out of date'
  return hashOf(join(folder, path)) === answer.record.outputs[path] ? 'out of date' : 'edited by hand'
}
