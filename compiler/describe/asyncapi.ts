import type { ProjectDescription } from '../describe-project.ts'
import type { Discovered, DiscoveredMessage } from '../discover/discovered.ts'
import { everyVersion } from '../codec/every-version.ts'
import { planCodecs } from '../codec/plan-codecs.ts'
import { codecSchemas, type JsonSchema } from './json-schema.ts'

/** An AsyncAPI 3 document, as far as we write one. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly defaultContentType: 'application/json'
  readonly channels: Readonly<Record<string, AsyncApiChannel>>
  readonly operations: Readonly<Record<string, AsyncApiOperation>>
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>
    readonly schemas: Readonly<Record<string, JsonSchema>>
  }
}

export interface AsyncApiChannel {
  readonly address: string
  readonly description?: string
  readonly messages: Readonly<Record<string, Reference>>
}

export interface AsyncApiOperation {
  readonly action: 'send' | 'receive'
  readonly channel: Reference
  readonly summary: string
  readonly messages: readonly Reference[]
}

export interface AsyncApiMessage {
  /** The wire name. */
  readonly name: string
  readonly title: string
  readonly contentType: 'application/json'
  readonly headers: JsonSchema
  readonly payload: JsonSchema
}

interface Reference {
  readonly $ref: string
}

export interface AsyncApiSource {
  readonly description: ProjectDescription
  readonly discovered: Pick<Discovered, 'messages' | 'shapes'>
  readonly unknownMembers: 'ignore' | 'refuse'
  /** Of the project: what its package.json says. */
  readonly info: AsyncApiDocument['info']
}

/**
 * What the app takes and sends, for programs in other languages: an endpoint is a channel, a message has the
 * schema of its form on the wire. It sends what its handlers return, what recurs and what a route names;
 * what other code of the app gives to `send` is known to nobody before it runs.
 */
export function asyncApiDocument({ description, discovered, unknownMembers, info }: AsyncApiSource): AsyncApiDocument {
  const all = everyVersion(discovered.messages)
  const { modules } = planCodecs({ messages: all, shapes: discovered.shapes }, { closed: unknownMembers === 'refuse' })
  const schemas = codecSchemas(modules.flatMap(({ functions }) => functions), '#/components/schemas/')
  const roots = new Map(modules.flatMap(({ owner, root }) => (owner.kind === 'message' && root !== undefined ? [[owner.name, root.id] as const] : [])))
  const keys = uniqueKeys(all.map(({ name }) => name))
  const versions = new Map(discovered.messages.map((message) => [message.name, everyVersion([message]).map(({ name }) => name)]))
  const channels = channelsOf(description, [...versions.keys()])
  const channelKeys = uniqueKeys(channels.map(({ address }) => address))
  const keyOf = (name: string): string => keys.get(name) ?? name
  const channelKey = (address: string): string => channelKeys.get(address) ?? address
  /** Whoever takes a message takes its older versions too. */
  const taken = ({ takes }: Channel): readonly string[] => takes.flatMap((name) => versions.get(name) ?? [])
  const messagesOf = (channel: Channel): readonly string[] => [...new Set([...taken(channel), ...channel.sends])].sort()
  const operation = (action: 'send' | 'receive', channel: Channel, names: readonly string[]): readonly (readonly [string, AsyncApiOperation])[] => {
    const key = channelKey(channel.address)
    const summary = action === 'send' ? `Messages that this app sends to ${channel.address}` : `Messages that this app handles from ${channel.address}`
    const references = names.map((name) => ({ $ref: `#/channels/${key}/messages/${keyOf(name)}` }))
    return names.length === 0 ? [] : [[`${action}.${key}`, { action, channel: { $ref: `#/channels/${key}` }, summary, messages: references }]]
  }
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      channels.map((channel) => {
        const messages = messagesOf(channel).map((name) => [keyOf(name), { $ref: `#/components/messages/${keyOf(name)}` }] as const)
        const words = channel.words === undefined ? {} : { description: channel.words }
        return [channelKey(channel.address), { address: channel.address, ...words, messages: Object.fromEntries(messages) }]
      }),
    ),
    operations: Object.fromEntries(
      channels.flatMap((channel) => [...operation('receive', channel, taken(channel)), ...operation('send', channel, channel.sends)]),
    ),
    components: {
      messages: Object.fromEntries(all.map((message) => [keyOf(message.name), messageOf(message, schemas.of(roots.get(message.name) ?? ''))])),
      schemas: schemas.named,
    },
  }
}

interface Channel {
  readonly address: string
  readonly words: string | undefined
  readonly takes: readonly string[]
  readonly sends: readonly string[]
}

/** Every endpoint that the app listens to or sends to, sorted by address. */
function channelsOf({ chains, queues, routes, recurring }: ProjectDescription, messages: readonly string[]): readonly Channel[] {
  const named = [...recurring, ...routes].map(({ message }) => message)
  const sent = new Set([...chains.flatMap(({ cascades }) => cascades), ...named])
  const queuesOf = (message: string): readonly string[] => [
    ...new Set(chains.filter((chain) => chain.message === message).flatMap((chain) => chain.queues)),
  ]
  const goesTo = (message: string) => routes.find((route) => route.message === message)?.destinations ?? queuesOf(message)
  const sending = messages.filter((message) => sent.has(message)).map((message) => ({ message, to: goesTo(message) }))
  const addresses = [...new Set([...queues.map(({ address }) => address), ...sending.flatMap(({ to }) => to)])].sort()
  return addresses.map((address) => {
    const queue = queues.find((one) => one.address === address)
    const isHandled = (message: string): boolean => chains.some((chain) => chain.message === message)
    const words = queue && `${queue.mode}, ${queue.sequential ? 'one message at a time, in order' : `${queue.parallelism ?? 'several'} messages at a time`}`
    const takes = queue === undefined ? [] : queue.messages.filter(isHandled)
    return { address, words, takes, sends: sending.filter(({ to }) => to.includes(address)).map(({ message }) => message) }
  })
}

function messageOf({ name, version, topic, deliverWithin }: DiscoveredMessage, payload: JsonSchema): AsyncApiMessage {
  const wireName = name.replace(/ version \d+$/, '')
  return {
    name: wireName,
    title: version === 1 && name === wireName ? wireName : `${wireName}, version ${version}`,
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: {
        'jasper-id': { type: 'string' },
        'jasper-message-type': { const: wireName },
        'jasper-message-version': { const: String(version) },
        'content-type': { const: 'application/json' },
        ...(topic !== undefined && { 'jasper-topic': { const: topic } }),
        ...(deliverWithin !== undefined && { 'jasper-deliver-by': { type: 'string', format: 'date-time' } }),
      },
    },
    payload,
  }
}

/** Keys of a document: letters, digits, dots, dashes and underscores. Each name has one of its own. */
function uniqueKeys(names: readonly string[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  const taken = new Set<string>()
  for (const name of [...names].sort()) {
    const wanted = name.replaceAll(/ version (\d+)$/g, '.v$1').replaceAll('://', '.').replaceAll(/[^\w.-]+/g, '.')
    let key = wanted
    for (let next = 2; taken.has(key); next += 1) key = `${wanted}_${next}`
    taken.add(key)
    keys.set(name, key)
  }
  return keys
}
