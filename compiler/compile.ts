import { buildChains } from './chain/build-chains.ts'
import type { Compilation } from './compilation.ts'
import type { Project } from './config/project.ts'
import { DiagnosticBag } from './diagnostics/diagnostic-bag.ts'
import type { TypeRef } from './discover/type-ref.ts'
import { discoverHandlers } from './discover/discover-handlers.ts'
import { emitModules } from './emit/emit-modules.ts'
import { builtInIntegrations } from './integrations/built-in.ts'
import type { Integration } from './integrations/integration.ts'
import { addSteps } from './plugins/add-steps.ts'
import { askPolicies } from './policies/ask-policies.ts'
import { matchIntegration } from './resolve/match-integration.ts'
import { reportUnrouted } from './routes/report-unrouted.ts'
import { resolveFrames } from './resolve/resolve-frames.ts'
import type { SessionMemory } from './session-memory.ts'
import type { OnStage } from './stage.ts'

export interface CompileOptions {
  /** Those that are built in when unsaid. */
  readonly integrations?: readonly Integration[]
  /** Of a session that compiled the project before. */
  readonly memory?: SessionMemory
  /** Told what comes next. */
  readonly onStage?: OnStage | undefined
}

/**
 * Compiles a project: source text in, the text of every generated file out. Reads the disk in the
 * first stage and nowhere else; writes nothing.
 *
 * The same input gives the same bytes, whatever the machine and the order of files, and all problems
 * are found in one run.
 */
export function compile(project: Project, { integrations = builtInIntegrations, memory, onStage }: CompileOptions = {}): Compilation {
  const bag = new DiagnosticBag()
  const { output, routes, policies, register, unknownMembers } = project

  const isTransaction = (type: TypeRef): boolean => matchIntegration(type, integrations)?.as === 'provides'
  onStage?.('reading the program')
  const { discovered, observations } = discoverHandlers({ ...project, isTransaction }, bag, memory)
  onStage?.('putting chains together')
  const chains = buildChains(discovered, bag)
  const { messages: known, providers } = discovered
  const around = { integrations, messages: known, output, ...(providers && { providers }) }
  const { plugins } = discovered
  // Plugins are told what chains are without them; what is wrong with those is said of the chains as they will be.
  const whole = plugins === undefined ? chains : addSteps(project.folder, plugins, resolveFrames(chains, around, new DiagnosticBag()), bag)
  const resolved = resolveFrames(whole, around, bag)
  const plans = askPolicies(project.folder, discovered.globalPolicy, resolved, bag)
  reportUnrouted(project.folder, routes, chains, discovered, bag)
  const wishes = { output, routes, policies, register, unknownMembers, integrations }
  onStage?.('spelling the code')
  const modules = emitModules(plans, discovered, wishes, bag, memory?.codecs)

  const messages = discovered.messages.map(({ name }) => name).sort()
  const declared = new Map(discovered.messages.map(({ name, span }) => [name, span]))
  return { modules, diagnostics: bag.list(), plans, messages, declared, discovered, observations }
}
