import { emitChain } from './emit-chain.ts'
import { emitCodecs } from './emit-codecs.ts'
import { emitIndex, type IndexWishes } from './emit-index.ts'
import { emitSingletons } from './emit-singletons.ts'
import { emitManifest } from './emit-manifest.ts'
import { nameSingletons } from './name-singletons.ts'
import { nameMessages } from './name-messages.ts'
import { reportObstacle } from './report-obstacle.ts'
import type { CodecMemory } from './codec-memory.ts'
import type { EmittedModule } from './emitted-module.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Discovered } from '../discover/discovered.ts'
import type { Integration } from '../integrations/integration.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'

export interface EmitWishes extends IndexWishes {
  /** The output folder, relative to the project's, forward slashes. */
  readonly output: string
  readonly integrations: readonly Integration[]
  readonly unknownMembers?: 'ignore' | 'refuse'
}

/**
 * Stage 4: every file of the output folder, sorted by path. The bag learns of unions that nothing
 * tells apart on the wire, and of options under which nothing written here would compile.
 */
export function emitModules(
  plans: readonly FramePlan[],
  discovered: Discovered,
  wishes: EmitWishes,
  bag: DiagnosticBag,
  memory?: CodecMemory,
): readonly EmittedModule[] {
  const codecs = emitCodecs(discovered, { outputFolder: wishes.output, unknownMembers: wishes.unknownMembers }, memory)
  for (const diagnostic of codecs.diagnostics) bag.add(diagnostic)
  reportObstacle(discovered.imports, wishes.output, bag)
  if (bag.hasErrors) return []
  const project = {
    outputFolder: wishes.output,
    style: discovered.imports,
    messages: new Map(discovered.messages.map((message) => [message.name, message])),
    namings: nameMessages(discovered.messages),
    integrations: wishes.integrations,
    singletons: nameSingletons(plans),
  }
  const modules = [
    ...plans.map((plan) => emitChain(plan, project)),
    ...codecs.modules,
    ...emitSingletons(project),
    emitIndex(plans, project, wishes),
    emitManifest(discovered),
  ]
  return modules.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
