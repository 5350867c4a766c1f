/**
 * jasper-gen from a program: what the command line does, without the printing.
 *
 * ```ts
 * const { project, diagnostics } = await loadConfig(process.cwd())
 * if (project === undefined) throw new Error(printDiagnostics(diagnostics, { folder: process.cwd(), format: 'compact', color: false }))
 * const outcome = await buildProject(project)
 * ```
 */
export { loadConfig, type LoadedConfig } from './config/load-config.ts'
export { projectDefaults, type Project } from './config/project.ts'
export { buildProject, type BuildOutcome } from './build-project.ts'
export { checkProject, type CheckOutcome, type StaleFile } from './check-project.ts'
export { cleanProject, type CleanOutcome } from './clean-project.ts'
export { initProject, type InitOutcome } from './init-project.ts'
export {
  describeProject,
  type ChainDescription,
  type DescribeOutcome,
  type ProjectDescription,
  type QueueDescription,
  type RouteDescription,
} from './describe-project.ts'
export { explainProject, type ExplainOutcome } from './explain/explain-project.ts'
export type { Explanation } from './explain/explanation.ts'
export { printDiagnostics, type PrintOptions } from './diagnostics/print-diagnostics.ts'
export type { BuildSummary } from './cache/build-record.ts'
export type { Change } from './cache/find-changes.ts'
export type { Diagnostic } from './diagnostics/diagnostic.ts'
export type { SourceSpan } from './discover/source-span.ts'
export type { WrittenFiles } from './emit/write-files.ts'
