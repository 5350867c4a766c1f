import { block, indent, lineWidth, literal, paragraphs, propertyKey, toText, type Code } from './code.ts'
import { header } from './header.ts'
import { spellImports, type ImportSymbol } from './import-symbol.ts'

export interface IndexModule {
  readonly sources: readonly string[]
  readonly imports: readonly ImportSymbol[]
  /** What the module calls the names of the runtime. */
  readonly runtime: Readonly<Record<'AnyChain' | 'App' | 'AppOptions' | 'MessageContext' | 'MessageRegistration' | 'buildApp', string>>
  readonly messages: readonly IndexMessage[]
  readonly services: readonly { readonly name: string; readonly type: string }[]
  readonly chains: readonly IndexChain[]
  /** What the module calls the routes; `undefined` where the config names none. */
  readonly routes: string | undefined
  /** What the module calls the policies of the whole app; `undefined` where the config names none. */
  readonly policies: string | undefined
  /** What the module calls the function that makes the singletons; `undefined` where there are none. */
  readonly singletons: string | undefined
  /** Whether the messages become the default of `MessageContext`. */
  readonly register: boolean
}

export interface IndexMessage {
  readonly name: string
  readonly version: number
  readonly type: string
  readonly reply: string
  readonly codec: string
  /** What its markers say. */
  readonly topic: string | undefined
  readonly deliverWithin: string | undefined
  /** Versions of before, oldest first. */
  readonly older: readonly { readonly version: number; readonly codec: string; readonly upcast: string; readonly to: number }[]
}

export interface IndexChain {
  readonly message: string
  readonly function: string
  readonly transaction: string | undefined
  /** Adapters whose handles its functions ask for. */
  readonly handles: readonly string[]
  readonly cascades: readonly string[]
  /** The queue of the chain, where it is not that of the message. */
  readonly queue: string | undefined
  readonly separate: boolean
  /** What policy functions are told of it, besides what stands in the entry. */
  readonly facts: { readonly file: string; readonly handlers: readonly IndexHandler[] } | undefined
  /** What the module calls the policies of its handlers. */
  readonly policies: readonly string[]
  readonly handlers: readonly string[]
}

export interface IndexHandler {
  readonly name: string
  readonly file: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
}

/** TypeScript extends only modules that some file of the program imports. */
const runtimeInView = "import type {} from 'jasper-runtime'"

/** The generated index: what the app consists of, as types and as values, and `createApp`. */
export function indexModule(module: IndexModule): string {
  const { AnyChain, MessageContext, MessageRegistration } = module.runtime
  return toText(
    paragraphs(
      header(module.sources),
      [module.register ? runtimeInView : undefined, spellImports(module.imports)],
      ['/** Every message of this app, by its name on the wire: what it carries, and what `invoke` resolves with. */', messageMap(module.messages)],
      module.services.length === 0 ? undefined : servicesInterface(module.services),
      [
        '/** The MessageContext of this app, for handlers that send messages. */',
        `export type Context = ${MessageContext}<Messages>`,
      ],
      options(module),
      list(`const chains: readonly ${AnyChain}[] = [`, module.chains.map(chainEntry)),
      list(`const messages: readonly ${MessageRegistration}[] = [`, module.messages.map(messageEntry)),
      createApp(module),
      module.register ? registration() : undefined,
    ),
  )
}

function messageMap(messages: readonly IndexMessage[]): Code {
  return block('export interface Messages {', messages.map(messageMember))
}

function messageMember({ name, type, reply }: IndexMessage): Code {
  const head = `readonly ${propertyKey(name)}: {`
  const members = [`readonly message: ${type}`, `readonly reply: ${reply}`]
  const line = `${head} ${members.join('; ')} }`
  return line.length + 2 <= lineWidth ? line : block(head, members)
}

function servicesInterface(services: IndexModule['services']): Code {
  return [
    '/** What the handlers need from outside. */',
    block(
      'export interface Services {',
      services.map(({ name, type }) => `readonly ${propertyKey(name)}: ${type}`),
    ),
  ]
}

function options({ services, runtime }: IndexModule): Code {
  if (services.length === 0) return `export type CreateAppOptions = ${runtime.AppOptions}`
  return block(`export interface CreateAppOptions extends ${runtime.AppOptions} {`, 'readonly services: Services')
}

function list(head: string, entries: readonly Code[]): Code {
  return entries.length === 0 ? `${head}]` : block(head, entries, ']')
}

function chainEntry(chain: IndexChain): Code {
  const members = [
    `message: ${literal(chain.message)}`,
    `handle: ${chain.function}`,
    `transaction: ${chain.transaction ?? 'undefined'}`,
    ...(chain.handles.length === 0 ? [] : [`handles: [${chain.handles.join(', ')}]`]),
    `cascades: [${chain.cascades.map(literal).join(', ')}]`,
    ...(chain.queue === undefined ? [] : [`queue: ${literal(chain.queue)}`]),
    ...(chain.separate ? ['separate: true'] : []),
    ...(chain.policies.length === 0 ? [] : [`policies: [${chain.policies.join(', ')}]`]),
  ]
  const facts = chain.facts === undefined ? undefined : factsOf(chain.facts)
  const handlers = `handlers: [${chain.handlers.map(literal).join(', ')}]`
  if (handlers.length + 4 <= lineWidth) return block('{', [...[...members, handlers].map((member) => `${member},`), facts], '},')
  const broken = ['handlers: [', indent(chain.handlers.map((handler) => `${literal(handler)},`)), '],']
  return block('{', [members.map((member) => `${member},`), broken, facts], '},')
}

function factsOf({ file, handlers }: NonNullable<IndexChain['facts']>): Code {
  const told = handlers.map(({ name, file: where, parameters }) =>
    block('{', [
      `name: ${literal(name)},`,
      `file: ${literal(where)},`,
      block('parameters: [', parameters.map((one) => `{ name: ${literal(one.name)}, type: ${literal(one.type)} },`), '],'),
    ], '},'),
  )
  return block('facts: {', [`file: ${literal(file)},`, block('handlers: [', told, '],')], '},')
}

function messageEntry({ name, version, codec, topic, deliverWithin, older }: IndexMessage): Code {
  const members = [
    `name: ${literal(name)}`,
    `version: ${version}`,
    `codec: ${codec}`,
    ...(topic === undefined ? [] : [`topic: ${literal(topic)}`]),
    ...(deliverWithin === undefined ? [] : [`deliverWithin: ${literal(deliverWithin)}`]),
  ]
  const line = `{ ${members.join(', ')} },`
  if (older.length === 0 && line.length + 2 <= lineWidth) return line
  const lines = members.map((member) => `${member},`)
  if (older.length === 0) return block('{', lines, '},')
  const steps = older.map((one) => `{ version: ${one.version}, codec: ${one.codec}, ${one.upcast === 'upcast' ? 'upcast' : `upcast: ${one.upcast}`}, to: ${one.to} },`)
  return block('{', [...lines, block('older: [', steps, '],')], '},')
}

function createApp({ routes, policies, singletons, runtime, services }: IndexModule): Code {
  const member = (name: string, local: string | undefined): readonly string[] =>
    local === undefined ? [] : [local === name ? name : `${name}: ${local}`]
  const definition = ['chains', 'messages', ...member('routes', routes), ...member('policies', policies), ...member('singletons', singletons)]
  const forgotten = services.length === 0 ? '' : ' A service that is forgotten is an error of tsc.'
  return [
    `/** Builds the app; \`start\` opens it.${forgotten} */`,
    block(
      `export function createApp(options: CreateAppOptions): ${runtime.App}<Messages> {`,
      `return ${runtime.buildApp}<Messages>({ ${definition.join(', ')} }, options)`,
    ),
  ]
}

function registration(): Code {
  return [
    '/** Types `MessageContext` in every handler of this program. */',
    block("declare module 'jasper-runtime' {", 'interface RegisteredMessages extends Messages {}'),
  ]
}
