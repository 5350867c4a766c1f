import { versionName } from '../codec/every-version.ts'
import { handlerPlace } from '../chain/handler-name.ts'
import { chainFunctionName, chainPath, returnsOf } from './emit-chain.ts'
import { integrationOf, namingOf, type ProjectEmit } from './project-emit.ts'
import { replyType } from './reply-type.ts'
import { spellType } from './spell-type.ts'
import { withImports, type ModuleNames } from './with-imports.ts'
import { specifier } from './import-table.ts'
import { makeSingletons, singletonsPath } from './emit-singletons.ts'
import type { EmittedModule } from './emitted-module.ts'
import { policyName } from '../discover/conventions.ts'
import type { DiscoveredMessage, DiscoveredPolicy } from '../discover/discovered.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { neededServices } from '../resolve/needed-services.ts'
import type { ImportSymbol } from '../../templates/import-symbol.ts'
import { indexModule, type IndexChain, type IndexMessage } from '../../templates/index-module.ts'

export interface IndexWishes {
  /** The file whose default export is the routes, relative to the project's folder. */
  readonly routes: string | undefined
  /** The file whose default export is the failure policy of the whole app, relative to the project's folder. */
  readonly policies: string | undefined
  readonly register: boolean
}

const path = 'index.ts'
const routesLocal = 'routes'
const policiesLocal = 'policies'
/** What the index declares; an import that would like one of these names gets another. */
const declared = ['Messages', 'Services', 'Context', 'CreateAppOptions', 'RegisteredMessages', 'chains', 'messages', 'createApp', 'options', routesLocal, policiesLocal]

/** The generated index: the map of messages, what the app needs, and `createApp`. */
export function emitIndex(plans: readonly FramePlan[], project: ProjectEmit, wishes: IndexWishes): EmittedModule {
  const messages = [...project.messages.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const place = { module: path, outputFolder: project.outputFolder, style: project.style, taken: new Set(declared) }
  const { written, imports } = withImports(place, (names) => ({
    runtime: {
      AnyChain: names.runtimeType('AnyChain'),
      App: names.runtimeType('App'),
      AppOptions: names.runtimeType('AppOptions'),
      MessageContext: names.runtimeType('MessageContext'),
      MessageRegistration: names.runtimeType('MessageRegistration'),
      buildApp: names.runtimeValue('buildApp'),
    },
    messages: messages.map((message) => lowerMessage(message, plans, project, names)),
    services: neededServices(plans).map(({ name, type }) => ({ name, type: spellType(type, names) })),
    chains: plans.map((plan) => lowerChain(plan, project, names)),
    singletons:
      project.singletons.all.length === 0 ? undefined : names.value({ generated: singletonsPath }, makeSingletons),
  }))
  const ofFile = (file: string | undefined, local: string): readonly ImportSymbol[] =>
    file === undefined ? [] : [{ from: specifier({ file }, place), name: 'default', local, typeOnly: false }]
  const text = indexModule({
    ...written,
    sources: sourcesOf(plans, messages),
    imports: [...imports, ...ofFile(wishes.routes, routesLocal), ...ofFile(wishes.policies, policiesLocal)],
    routes: wishes.routes === undefined ? undefined : routesLocal,
    policies: wishes.policies === undefined ? undefined : policiesLocal,
    register: wishes.register,
  })
  return { path, text }
}

/** Separate handlers have no reply to wait for: tsc refuses to invoke and to request what has none that could be. */
const notInvokable = 'never'

function lowerMessage(
  message: DiscoveredMessage,
  plans: readonly FramePlan[],
  project: ProjectEmit,
  names: ModuleNames,
): IndexMessage {
  const { kebab, camel } = namingOf(project, message.name)
  const [plan, another] = plans.filter((candidate) => candidate.chain.message.name === message.name)
  return {
    name: message.name,
    version: message.version,
    type: spellType(message.type, names),
    reply: plan === undefined ? 'undefined' : another !== undefined ? notInvokable : replyType(returnsOf(plan), project.messages, names, 'undefined'),
    codec: names.value({ generated: `${kebab}.codec.ts` }, `${camel}Codec`),
    topic: message.topic,
    deliverWithin: message.deliverWithin,
    older: message.older.map(({ version, to, upcast }) => {
      const naming = namingOf(project, versionName(message.name, version))
      return {
        version,
        codec: names.value({ generated: `${naming.kebab}.codec.ts` }, `${naming.camel}Codec`),
        upcast: names.value({ file: upcast.file }, upcast.export),
        to,
      }
    }),
  }
}

function lowerChain(plan: FramePlan, project: ProjectEmit, names: ModuleNames): IndexChain {
  const { chain, integration } = plan
  const adapter = integration === undefined ? undefined : integrationOf(project, integration).adapter
  return {
    message: chain.message.name,
    function: names.value({ generated: chainPath(plan, project) }, chainFunctionName(plan, project)),
    transaction: adapter && names.value({ package: adapter.from }, adapter.name),
    handles: (plan.handles ?? []).map((name) => {
      const { from, name: local } = integrationOf(project, name).adapter
      return names.value({ package: from }, local)
    }),
    cascades: chain.cascades,
    queue: chain.separate?.queue ?? chain.message.queue,
    separate: chain.separate !== undefined,
    facts: plan.facts && { file: plan.facts.file, handlers: plan.facts.handlers },
    policies: (chain.policies ?? []).map((policy) => spellPolicy(policy, names)),
    handlers: chain.handlers.map((handler) => handlerPlace(handler.function)),
  }
}

function spellPolicy({ file, class: inClass }: DiscoveredPolicy, names: ModuleNames): string {
  return inClass === undefined ? names.value({ file }, policyName) : `${names.value({ file }, inClass)}.${policyName}`
}

/** Naming every handler file would change the index's first line with each of them. */
function sourcesOf(plans: readonly FramePlan[], messages: readonly DiscoveredMessage[]): readonly string[] {
  const files = [...new Set(plans.flatMap((plan) => plan.chain.handlers.map((handler) => handler.function.file)))].sort()
  if (files.length === 1) return files
  if (files.length > 1) return [`${files.length} files with handlers`]
  const declaring = [...new Set(messages.map(({ span }) => span.file))].sort()
  return declaring.length === 1 ? declaring : [`${declaring.length} files with messages`]
}
