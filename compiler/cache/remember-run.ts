import { join } from 'node:path'
import type { Compilation } from '../compilation.ts'
import type { Project } from '../config/project.ts'
import type { Observations } from '../discover/recording-host.ts'
import { hashOf } from './ask-record.ts'
import type { BuildSummary } from './build-record.ts'
import { keepRecord, projectFingerprint } from './record-store.ts'
import { toolIdentity } from './tool-identity.ts'

/**
 * Keeps the record of a run after which the output folder holds exactly what it should.
 *
 * @param observations  From {@link settleObservations}; nothing is kept where that had none.
 */
export function rememberRun(project: Project, compilation: Compilation, observations: Observations | undefined): BuildSummary {
  const summary = { messages: compilation.messages.length, chains: compilation.plans.length }
  if (observations === undefined) return summary
  const outputs: Record<string, string> = {}
  for (const { path } of compilation.modules) {
    const hash = hashOf(join(project.folder, project.output, path))
    if (hash === undefined) return summary
    outputs[path] = hash
  }
  keepRecord(project, {
    tool: toolIdentity(),
    project: projectFingerprint(project),
    observations,
    outputs,
    summary,
    warnings: compilation.diagnostics,
  })
  return summary
}
