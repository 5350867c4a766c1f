import type { EffectivePolicy, ListenerOptions, Routes, SettingWords } from 'jasper-runtime/config'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { queueOfMessage } from './chain/local-queue.ts'
import { hasErrors, type Compilation } from './compilation.ts'
import type { Project } from './config/project.ts'
import { asyncApiDocument, type AsyncApiDocument } from './describe/asyncapi.ts'
import { describeProviders, type ProviderDescription } from './describe/describe-providers.ts'
import { nameOfPackage } from './describe/name-of-package.ts'
import { routesOfProject, type RoutesOfProject } from './describe/routes-of-project.ts'
import { effectivePolicies, type EffectivePolicies, type PolicyReader } from './describe-policies.ts'
import { DiagnosticBag } from './diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from './diagnostics/diagnostic.ts'
import { handlerName } from './chain/handler-name.ts'
import type { DiscoveredMessage, MessageMarkers } from './discover/discovered.ts'
import type { MiddlewareRole } from './discover/middleware.ts'
import { flatten } from './resolve/frames/flatten.ts'
import type { FramePlan } from './resolve/frame-plan.ts'
import { neededServices } from './resolve/needed-services.ts'
import type { OnStage } from './stage.ts'

export interface ProjectDescription {
  /** Sorted by message. */
  readonly chains: readonly ChainDescription[]
  /** Sorted by address. */
  readonly queues: readonly QueueDescription[]
  /** What provider files export, in the order of their files. */
  readonly providers: readonly ProviderDescription[]
  /** By name, as the routes have them. */
  readonly recurring: readonly { readonly name: string; readonly message: string; readonly timetable: string; readonly missed: string }[]
  /** Where messages go of which a rule or a convention of the routes speaks, by message. */
  readonly routes: readonly RouteDescription[]
  /** What adds to the envelopes of messages, as it stands in the routes. */
  readonly customize: readonly string[]
  /** What comments above message types say of them, by message, for those that have such comments. */
  readonly markers: readonly ({ readonly message: string } & MessageMarkers)[]
  /** Messages that are sent and that no handler here takes, sorted. */
  readonly unhandled: readonly string[]
  /**
   * What happens when a handler without a policy of its own fails, in words; `undefined` where the project
   * has no jasper-runtime installed.
   */
  readonly onFailure: string | undefined
}

export interface ChainDescription {
  readonly message: string
  /** The name of the handler that has the message for itself; `undefined`: its handlers share it. */
  readonly separate: string | undefined
  readonly handlers: readonly { readonly name: string; readonly place: string }[]
  /** What runs before and after the handlers, in the order of its calls; with the file of the plugin that has added it. */
  readonly middleware: readonly { readonly name: string; readonly place: string; readonly role: MiddlewareRole; readonly plugin?: string }[]
  /** The data-access library whose transaction the chain runs in. */
  readonly transaction: string | undefined
  readonly cascades: readonly string[]
  readonly services: readonly string[]
  readonly queues: readonly string[]
  /** With a durable store. Without one, everything is at most what one process can keep in memory. */
  readonly effects: 'exactly once' | 'at least once'
  /**
   * What becomes of a message when a handler fails, in words: the rules of its handlers, those of the app,
   * the default. `undefined` where the handlers have a policy that cannot be read here.
   */
  readonly onFailure: string | undefined
  /** What policies say besides, and which of them: the handlers' own, those of the app. `undefined` likewise. */
  readonly settings: readonly SettingWords[] | undefined
}

export interface RouteDescription {
  readonly message: string
  readonly destinations: readonly string[]
  /** Of each destination, in the same order: the rule or the convention that names it. */
  readonly by: readonly string[]
}

export interface QueueDescription {
  readonly address: string
  readonly messages: readonly string[]
  readonly mode: 'durable' | 'buffered' | 'inline'
  /** Messages handled at a time; 1 for a sequential queue. */
  readonly parallelism: number | undefined
  readonly sequential: boolean
  /** How long one handling may take: milliseconds, or as the routes spell it. */
  readonly timeout: number | string | undefined
}

export type DescribeOutcome =
  | {
      readonly kind: 'described'
      readonly description: ProjectDescription
      readonly warnings: readonly Diagnostic[]
      /** The same for programs in other languages, in the form of AsyncAPI 3. */
      readonly asyncApi: () => AsyncApiDocument
    }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

type RuntimeConfig = typeof import('jasper-runtime/config')

/** Describes what the compiler found, and where messages go. Writes nothing. */
export async function describeProject(project: Project, onStage?: OnStage): Promise<DescribeOutcome> {
  const { compile } = await import('./compile.ts')
  const compilation = compile(project, { onStage })
  const { diagnostics } = compilation
  if (hasErrors(diagnostics)) return { kind: 'failed', diagnostics }
  const bag = new DiagnosticBag()
  const description = await describeCompilation(project, compilation, bag)
  if (bag.hasErrors) return { kind: 'failed', diagnostics: [...diagnostics, ...bag.list()] }
  const { discovered } = compilation
  const source = { description, discovered, unknownMembers: project.unknownMembers, info: nameOfPackage(project.folder) }
  return { kind: 'described', description, warnings: [...diagnostics, ...bag.list()], asyncApi: () => asyncApiDocument(source) }
}

/** The same of a project that has been compiled. What of its routes and policies cannot be read is missing, and the bag says why. */
export async function describeCompilation(
  project: Project,
  { plans, messages, discovered }: Pick<Compilation, 'plans' | 'messages' | 'discovered'>,
  bag: DiagnosticBag,
): Promise<ProjectDescription> {
  const routes = await loadRoutes(project, bag)
  const runtime = await loadRuntime(project)
  const policies = runtime && (await effectivePolicies(project, plans, runtime, bag))
  const words = policies && { ...policies, reader: runtime, defaults: runtime.endpointDefaults }
  const providers = describeProviders(plans, discovered.providers ?? [])
  const handled = new Set(plans.map((plan) => plan.chain.message.name))
  const facts = discovered.messages.map(({ name, version, topic }) => ({ name, version, topic, handled: handled.has(name) }))
  const routed = routesOfProject(routes, facts, runtime, { file: project.routes, bag })
  const described = describePlans(plans, messages, { ...routed, recur: routes.recur ?? [] }, words)
  return { ...described, providers, markers: markersOf(discovered.messages) }
}

/** What only the project's own runtime can say. */
interface RuntimeWords extends EffectivePolicies {
  readonly reader: PolicyReader
  readonly defaults: RuntimeConfig['endpointDefaults']
}

/** The description from what is known: everything but the reading of files. */
function describePlans(
  plans: readonly FramePlan[],
  messages: readonly string[],
  routes: RoutesOfProject & Required<Pick<Routes, 'recur'>>,
  runtime: RuntimeWords | undefined,
): Omit<ProjectDescription, 'markers' | 'providers'> {
  const handled = new Set(plans.map((plan) => plan.chain.message.name))
  const options = new Map(routes.listen.map((rule) => [rule.endpoint, rule.options]))
  const queuesOf = ({ chain }: FramePlan, policy: EffectivePolicy | undefined) => {
    const message = chain.message.name
    const isApart = plans.some((other) => other.chain.separate !== undefined && other.chain.message.name === message)
    if (isApart) return [policy?.queue?.value ?? chain.separate?.queue ?? queueOfMessage(chain.message)]
    const own = [policy?.queue?.value ?? queueOfMessage(chain.message)]
    const said = routes.ofMessages.get(message)
    return said === undefined ? own : [...new Set([...(said.toOwnQueues ? own : []), ...said.to.map(({ destination }) => destination)])]
  }
  const limits = new Map<string, number>()
  const chains = plans.map((plan): ChainDescription => {
    const policy = runtime?.byPlan.get(plan)
    const queues = queuesOf(plan, policy)
    for (const queue of queues) {
      const said = policy?.parallelism
      if (said !== undefined && !(said.isGlobal && limits.has(queue))) limits.set(queue, said.value)
    }
    const distant = [...options].filter(([address]) => !isLocal(address))
    const isDurable = queues.every((queue) => options.get(queue)?.mode !== 'buffered') && distant.every(([, { mode }]) => mode !== 'buffered')
    return {
      message: plan.chain.message.name,
      separate: plan.chain.separate?.name,
      handlers: plan.chain.handlers.map((handler) => ({ name: handlerName(handler.function), place: `${handler.span.file}:${handler.span.line}` })),
      middleware: flatten(plan.frames).flatMap((frame) => {
        const middleware = frame.kind === 'call-middleware' ? frame.middleware : frame.kind === 'around' && frame.calls.kind === 'step' ? frame.calls.middleware : undefined
        if (middleware === undefined) return []
        const { function: called, span, role, step } = middleware
        return { name: handlerName(called), place: `${span.file}:${span.line}`, role, ...(step && { plugin: step.plugin }) }
      }),
      transaction: plan.integration,
      cascades: plan.chain.cascades,
      services: neededServices([plan]).map((service) => service.name),
      queues,
      effects: plan.integration !== undefined && isDurable ? 'exactly once' : 'at least once',
      onFailure: policy && runtime?.reader.describePolicy(policy.rules),
      settings: policy && runtime?.reader.describeSettings(policy),
    }
  })
  const addresses = [...new Set([...chains.flatMap((chain) => chain.queues).filter(isLocal), ...options.keys()])].sort()
  return {
    chains,
    queues: addresses.map((address) => {
      return describeQueue(address, { parallelism: limits.get(address), ...options.get(address) }, chains, runtime?.defaults)
    }),
    recurring: routes.recur.map(({ name, message, timetable, missed }) => {
      return { name, message, timetable: timetable.description, missed }
    }),
    routes: [...routes.ofMessages].map(([message, { to, toOwnQueues }]): RouteDescription => {
      const reasons = new Map(to.map(({ destination, by }) => [destination, by]))
      const queues = toOwnQueues ? chains.filter((chain) => chain.message === message).flatMap((chain) => chain.queues) : []
      const own = [...new Set(queues)].filter((queue) => !reasons.has(queue))
      return { message, destinations: [...own, ...reasons.keys()], by: [...own.map(() => 'it is the queue of its handlers'), ...reasons.values()] }
    }),
    customize: routes.customize,
    unhandled: messages.filter((message) => !handled.has(message)),
    onFailure: runtime?.reader.describePolicy(runtime.ofAll.rules),
  }
}

function markersOf(messages: readonly DiscoveredMessage[]): ProjectDescription['markers'] {
  return messages.flatMap(({ name, queue, topic, deliverWithin }) => {
    const markers: MessageMarkers = { ...(queue && { queue }), ...(topic && { topic }), ...(deliverWithin && { deliverWithin }) }
    return Object.keys(markers).length === 0 ? [] : [{ message: name, ...markers }]
  })
}

/** Other addresses belong to transports: this app receives there only if it listens. */
function isLocal(address: string): boolean {
  return address.startsWith('local://')
}

function describeQueue(
  address: string,
  options: { readonly [Name in keyof ListenerOptions]: ListenerOptions[Name] | undefined },
  chains: readonly ChainDescription[],
  defaults: RuntimeConfig['endpointDefaults'] | undefined,
): QueueDescription {
  const sequential = options.sequential ?? false
  return {
    address,
    messages: chains.filter((chain) => chain.queues.includes(address)).map((chain) => chain.message),
    mode: options.mode ?? 'durable',
    parallelism: sequential ? 1 : (options.parallelism ?? defaults?.parallelism),
    sequential,
    timeout: options.timeout ?? defaults?.timeoutMs,
  }
}

/** The default export of the routes file, imported as the app imports it. */
async function loadRoutes(project: Project, bag: DiagnosticBag): Promise<Routes> {
  const none: Routes = { publish: [], listen: [] }
  if (project.routes === undefined) return none
  try {
    const url = pathToFileURL(join(project.folder, project.routes)).href
    const { default: routes } = (await import(url)) as { readonly default?: Partial<Routes> }
    if (Array.isArray(routes?.publish) && Array.isArray(routes.listen)) {
      return { ...routes, publish: routes.publish, listen: routes.listen }
    }
    bag.report('JG0018', { file: project.routes, reason: 'its default export is not what defineRoutes returns' }, { span: undefined })
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    bag.report('JG0018', { file: project.routes, reason }, { span: undefined })
  }
  return none
}

/** The runtime that the project itself has installed: its numbers are the ones that will hold. */
async function loadRuntime(project: Project): Promise<RuntimeConfig | undefined> {
  try {
    const path = createRequire(join(project.folder, 'package.json')).resolve('jasper-runtime/config')
    return (await import(pathToFileURL(path).href)) as RuntimeConfig
  } catch {
    return undefined
  }
}
