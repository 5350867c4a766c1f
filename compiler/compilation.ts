import type { Diagnostic } from './diagnostics/diagnostic.ts'
import type { SourceSpan } from './discover/source-span.ts'
import type { Discovered } from './discover/discovered.ts'
import type { Observations } from './discover/recording-host.ts'
import type { EmittedModule } from './emit/emitted-module.ts'
import type { FramePlan } from './resolve/frame-plan.ts'

/** What one run of the compiler leaves. Nothing of it is on the disk yet. */
export interface Compilation {
  /** Every file that should stand in the output folder. Not to be used when there are errors. */
  readonly modules: readonly EmittedModule[]
  /** All problems of the run, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[]
  /** One for each chain that could be planned, sorted by message. */
  readonly plans: readonly FramePlan[]
  /** Wire names of all messages, handled here or only sent, sorted. */
  readonly messages: readonly string[]
  /** Where each message is declared, by wire name. */
  readonly declared: ReadonlyMap<string, SourceSpan>
  /** What stage 1 left. */
  readonly discovered: Discovered
  /** Everything that was learned from the disk. */
  readonly observations: Observations
}

/** Whether one of the problems is an error: nothing may be written then. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
