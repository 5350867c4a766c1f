import type { EffectivePolicy, Said } from '../config/effective-policy.ts'
import type { OrderingKeyPolicy } from '../config/policy.ts'
import type { ListenerOptions } from '../config/routes.ts'
import type { AnyChain } from '../dispatch/chain.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { isLocal, localQueueOf, parseDestination } from './destination.ts'

export type PolicyOf = (chain: AnyChain) => EffectivePolicy

/** What places are chosen by. */
export interface Placing {
  readonly chains: readonly AnyChain[]
  /** All wire names. */
  readonly messages: Iterable<string>
  /** Destinations that the routes name, by message. */
  readonly explicit: ReadonlyMap<string, readonly string[]>
  /** Destinations that the routes name beside the own queues, by message. */
  readonly besides: ReadonlyMap<string, readonly string[]>
  /** What the routes say of endpoints. */
  readonly listening: ReadonlyMap<string, ListenerOptions>
  readonly policyOf: PolicyOf
}

/** Where messages go, and which chain handles them there. */
export interface Places {
  /** Destinations by wire name; an empty list for a message that nobody takes. */
  readonly destinations: ReadonlyMap<string, readonly string[]>
  /** What policies say of endpoints of which the routes do not say it. */
  readonly limits: ReadonlyMap<string, { readonly parallelism: number }>
  /** What messages are ordered by, by wire name and destination, unless their sender says a key. */
  readonly orderingKeys: ReadonlyMap<string, ReadonlyMap<string, OrderingKeyPolicy>>
  /**
   * The chain that handles a message where it arrives. `elsewhere`: handlers have it each for
   * themselves, and it goes on to the queues of all of them.
   */
  chainAt(message: string, endpoint: string): AnyChain | 'elsewhere' | undefined
  /** The queues of handlers that have a message each for themselves, by message: where it goes on to from elsewhere. */
  readonly separate: ReadonlyMap<string, readonly string[]>
  /** The local queue of a chain. */
  queueOf(chain: AnyChain): string
}

/**
 * Finds the queue of each chain: the one of its policy, of its generated code, or its message's own. Where
 * the routes name destinations of a message, these hold, and a policy may only name one of them.
 *
 * Throws `JASPER_BAD_OPTION` where routes and policies, or two policies, contradict each other.
 */
export function placeChains({ chains, messages, explicit, besides, listening, policyOf }: Placing): Places {
  const byMessage = new Map<string, AnyChain[]>()
  for (const chain of chains) byMessage.set(chain.message, [...(byMessage.get(chain.message) ?? []), chain])
  const queueOf = (chain: AnyChain): string => policyOf(chain).queue?.value ?? chain.queue ?? localQueueOf(chain.message)

  const destinations = new Map<string, readonly string[]>()
  const separate = new Map<string, readonly string[]>()
  for (const name of messages) {
    const own = byMessage.get(name) ?? []
    for (const { queue } of own) if (queue !== undefined) parseDestination(queue)
    if (own.some((chain) => chain.separate)) separate.set(name, own.map(queueOf))
    requireOwnQueues(name, own, queueOf)
    for (const chain of own) {
      requireRouted(chain, explicit.get(name), own.map(queueOf), policyOf(chain).queue)
      requireRouted(chain, besides.get(name), own.map(queueOf), undefined)
    }
    destinations.set(name, [...new Set([...(explicit.get(name) ?? own.map(queueOf)), ...(besides.get(name) ?? [])])])
  }

  const limits = new Map<string, { readonly parallelism: number; readonly from: string; readonly isGlobal: boolean }>()
  const orderingKeys = new Map<string, Map<string, OrderingKeyPolicy>>()
  for (const chain of chains) {
    const { parallelism, orderingKey } = policyOf(chain)
    const queues = chain.separate === undefined ? destinations.get(chain.message)!.filter(isLocal) : [queueOf(chain)]
    const own = queues.filter((queue) => !(byMessage.get(chain.message) ?? []).some((other) => other !== chain && queueOf(other) === queue))
    for (const said of [parallelism, orderingKey]) if (said?.isGlobal === false && own.length === 0) throw noQueue(chain, said)
    for (const queue of own) {
      if (parallelism !== undefined) noteLimit(queue, parallelism, listening.get(queue), limits)
      if (orderingKey === undefined || !mayOrder(queue, orderingKey, listening.get(queue))) continue
      const keys = orderingKeys.get(chain.message) ?? new Map<string, OrderingKeyPolicy>()
      orderingKeys.set(chain.message, keys.set(queue, orderingKey.value))
    }
  }

  const chainAt = (message: string, endpoint: string): AnyChain | 'elsewhere' | undefined => {
    const own = byMessage.get(message) ?? []
    if (!separate.has(message)) return own[0]
    return own.find((chain) => queueOf(chain) === endpoint) ?? 'elsewhere'
  }
  return { destinations, limits, orderingKeys, separate, chainAt, queueOf }
}

/** A message has one row at one endpoint. */
function requireOwnQueues(message: string, chains: readonly AnyChain[], queueOf: (chain: AnyChain) => string): void {
  const queues = chains.map(queueOf)
  const twice = queues.find((queue, at) => queues.indexOf(queue) !== at)
  if (twice === undefined) return
  const both = chains.filter((chain) => queueOf(chain) === twice).flatMap(({ handlers }) => handlers)
  throw bad(`${both.join(' and ')} are separate handlers of ${message}, and both have the queue ${twice}. Give each a queue of its own, or leave queue(...) out.`)
}

function requireRouted(
  chain: AnyChain,
  routed: readonly string[] | undefined,
  queues: readonly string[],
  said: Said<string> | undefined,
): void {
  if (routed === undefined) return
  const { message } = chain
  if (said !== undefined && !routed.includes(said.value)) {
    throw bad(
      `${message} is routed to ${routed.join(', ')}, and has the queue ${said.value} by its policy (${said.from}). ` +
        'Keep one of them, or name the queue in the route as well.',
    )
  }
  if (chain.separate === undefined) return
  const other = routed.find((destination) => isLocal(destination) && !queues.includes(destination))
  if (other === undefined) return
  throw bad(`${message} is routed to ${other}, and its handlers are separate: their queues are ${queues.join(', ')}. Leave the route out, or name queues of these.`)
}

function noteLimit(
  queue: string,
  { value, from, isGlobal }: Said<number>,
  routed: ListenerOptions | undefined,
  limits: Map<string, { readonly parallelism: number; readonly from: string; readonly isGlobal: boolean }>,
): void {
  if (routed?.sequential === true || routed?.parallelism !== undefined) {
    const words = routed.sequential === true ? 'sequential' : `parallelism: ${routed.parallelism}`
    if (isGlobal || routed.parallelism === value) return
    throw bad(`listen('${queue}') says ${words} in the routes, and a policy says parallelism(${value}) (${from}). Keep one of them.`)
  }
  const known = limits.get(queue)
  if (known !== undefined && !known.isGlobal && !isGlobal && known.parallelism !== value) {
    throw bad(`${queue} has parallelism(${known.parallelism}) by one policy (${known.from}) and parallelism(${value}) by another (${from}). Keep one of them.`)
  }
  if (known === undefined || (known.isGlobal && !isGlobal)) limits.set(queue, { parallelism: value, from, isGlobal })
}

/** Whether the queue keeps an order by keys. A global policy is for those that do. */
function mayOrder(queue: string, { from, isGlobal }: Said<unknown>, routed: ListenerOptions | undefined): boolean {
  const reason =
    routed?.sequential === true
      ? 'sequential: all its messages are in order already'
      : routed?.mode === 'buffered'
        ? 'buffered: messages in memory keep no order through retries, nor between processes'
        : undefined
  if (reason === undefined) return true
  if (isGlobal) return false
  throw bad(`A policy says orderingKey(...) (${from}), and its queue ${queue} is ${reason}. Leave one of them out.`)
}

function noQueue({ message }: AnyChain, { from }: Said<unknown>): JasperError {
  return bad(
    `${message} is routed to no local queue of its handlers, and a policy says parallelism(...) or orderingKey(...) (${from}), which are of such a queue. ` +
      'Say them where it is received, or leave them out.',
  )
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
