import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ChainFacts, EffectivePolicy, PolicyLayer } from 'jasper-runtime/config'
import type { Project } from './config/project.ts'
import type { DiagnosticBag } from './diagnostics/diagnostic-bag.ts'
import { policyName } from './discover/conventions.ts'
import type { DiscoveredPolicy } from './discover/discovered.ts'
import type { FramePlan } from './resolve/frame-plan.ts'

/** The part of `jasper-runtime/config` that reads and words policies. */
export type PolicyReader = Pick<typeof import('jasper-runtime/config'), 'describePolicy' | 'describeSettings' | 'effectivePolicy' | 'globalLayers'>

export interface EffectivePolicies {
  /** For messages whose handlers say nothing. */
  readonly ofAll: EffectivePolicy
  /** Absent: a policy of its handlers cannot be read here. */
  readonly byPlan: ReadonlyMap<FramePlan, EffectivePolicy>
}

/**
 * The effective policies. Files that hold policies are imported, as the app imports them; one of a
 * handler that cannot be loaded here is a warning, and its chain has no policy.
 */
export async function effectivePolicies(
  project: Project,
  plans: readonly FramePlan[],
  reader: PolicyReader,
  bag: DiagnosticBag,
): Promise<EffectivePolicies> {
  const global = await globalPolicy(project, reader, bag)
  const layersOf = (facts: ChainFacts | undefined): readonly PolicyLayer[] =>
    global === undefined ? [] : reader.globalLayers(global.policy, global.file, facts)
  const byPlan = new Map<FramePlan, EffectivePolicy>()
  for (const plan of plans) {
    const layers: PolicyLayer[] = []
    let isRead = true
    for (const policy of plan.chain.policies ?? []) {
      try {
        const layer = { from: placeOf(policy), isGlobal: false, policy: await load(project.folder, policy) }
        reader.effectivePolicy([layer])
        layers.push(layer)
      } catch (error) {
        bag.report('JG0023', { file: policy.file, reason: reasonOf(error) }, { span: policy.span })
        isRead = false
      }
    }
    if (isRead) byPlan.set(plan, reader.effectivePolicy([...layers, ...layersOf(plan.facts)]))
  }
  return { ofAll: reader.effectivePolicy(layersOf(undefined)), byPlan }
}

/** `policy in src/charge.handler.ts`, `ChargeHandler.policy in …`. */
function placeOf({ file, class: inClass }: DiscoveredPolicy): string {
  return `${inClass === undefined ? '' : `${inClass}.`}${policyName} in ${file}`
}

interface GlobalFile {
  readonly file: string
  readonly policy: unknown
}

async function globalPolicy(
  { folder, policies: file }: Project,
  reader: PolicyReader,
  bag: DiagnosticBag,
): Promise<GlobalFile | undefined> {
  if (file === undefined) return undefined
  try {
    const { default: policy } = await importFile(folder, file)
    reader.effectivePolicy(reader.globalLayers(policy, 'its default export', undefined))
    return { file, policy }
  } catch (error) {
    bag.report('JG0018', { file, reason: reasonOf(error) }, { span: undefined })
    return undefined
  }
}

async function load(folder: string, { file, class: inClass }: DiscoveredPolicy): Promise<unknown> {
  const module = await importFile(folder, file)
  const holder = inClass === undefined ? module : (module[inClass] as Readonly<Record<string, unknown>>)
  return holder[policyName]
}

async function importFile(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').replace(/\.$/, '')
}
