import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { forgetRecord } from './cache/record-store.ts'
import type { Project } from './config/project.ts'
import type { Diagnostic } from './diagnostics/diagnostic.ts'
import { findExtra, listFiles } from './emit/compare-output.ts'
import { outputProblem } from './emit/output-problem.ts'
import { removeEmptyFolders } from './emit/write-files.ts'

export type CleanOutcome =
  | {
      readonly kind: 'cleaned'
      /** Files with our first line, relative to the output folder. */
      readonly deleted: readonly string[]
      /** Files that somebody else has put there, and that stay. */
      readonly kept: readonly string[]
    }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

/**
 * Deletes what a build has written, known by its first line, and forgets the last run. Nothing else in
 * the output folder is touched. With `dryRun`, only says what would go.
 */
export function cleanProject(project: Project, { dryRun = false }: { readonly dryRun?: boolean } = {}): CleanOutcome {
  const folder = join(project.folder, project.output)
  try {
    const deleted = findExtra(folder, new Set())
    const gone = new Set(deleted)
    const kept = listFiles(folder).filter((path) => !gone.has(path))
    if (!dryRun) {
      for (const path of deleted) {
        rmSync(join(folder, path), { force: true })
        removeEmptyFolders(folder, dirname(path))
      }
      forgetRecord(project)
    }
    return { kind: 'cleaned', deleted, kept }
  } catch (error) {
    return { kind: 'failed', diagnostics: [outputProblem(project, error)] }
  }
}
