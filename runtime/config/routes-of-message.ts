import { EndpointNames } from './endpoint-names.ts'
import type { MessageFacts } from '../contracts/message-match.ts'
import { choiceInWords, isChosen } from './choose-messages.ts'
import type { ListenerOptions, ListenRule, PublishRule, Routes } from './routes.ts'

/** One place where the routes send a message, and why. */
export interface RoutedTo {
  /** The address, as the routes spell it; a name is its address. */
  readonly destination: string
  /** The rule that says so, as it stands in the routes, or the words of a convention. */
  readonly by: string
}

export interface MessageRoutes {
  /** Each once, in the order of the rules. */
  readonly to: readonly RoutedTo[]
  /** Whether it goes to the queues of its handlers, too. */
  readonly toOwnQueues: boolean
}

/**
 * What the routes say of one message. All rules that mean it add up; where none of them replaces its own queue the
 * conventions are asked, the first of which knows a place. The app and `jasper-gen describe` go by this alone.
 *
 * Throws `JASPER_UNKNOWN_DESTINATION` for a name that no endpoint has.
 */
export function routesOfMessage(routes: Partial<Routes>, message: MessageFacts, names = new EndpointNames(routes)): MessageRoutes {
  const found = new Map<string, string>()
  let isReplaced = false
  for (const rule of routes.publish ?? []) {
    if (!isChosen(rule.message, message)) continue
    for (const text of rule.destinations) {
      const destination = names.addressOf(text)
      // A rule for many messages sends to a local queue those that are handled here.
      if (typeof rule.message !== 'string' && !message.handled && isLocal(destination)) continue
      if (!found.has(destination)) found.set(destination, ruleInWords(rule, text))
      if (rule.besides !== true) isReplaced = true
    }
  }
  if (!isReplaced) {
    for (const { description, sendsTo, handledHere = 'local' } of routes.conventions ?? []) {
      if (message.handled && handledHere === 'local') continue
      const text = sendsTo?.(message)
      if (text === undefined) continue
      const destination = names.addressOf(text)
      if (!found.has(destination)) found.set(destination, description)
      if (handledHere === 'outside') isReplaced = true
      break
    }
  }
  return { to: [...found].map(([destination, by]) => ({ destination, by })), toOwnQueues: message.handled && !isReplaced }
}

/**
 * Where this app listens: what the routes say, and what conventions add for the messages that are handled here. What
 * `listen` says of such an endpoint wins over what its convention says. `spelt` gives an address in its one spelling.
 */
export function listenRules(
  { listen = [], conventions = [] }: Partial<Routes>,
  messages: Iterable<MessageFacts>,
  spelt: (address: string) => string = (address) => address,
): readonly ListenRule[] {
  const added = new Map<string, ListenerOptions>()
  for (const message of messages) {
    if (!message.handled) continue
    for (const { listensAt } of conventions) {
      const place = listensAt?.(message)
      if (place === undefined) continue
      const endpoint = spelt(place.endpoint)
      const known = added.get(endpoint)
      // One queue for several messages is fed from all their sources.
      const from = [...new Set([...sourcesOf(known), ...sourcesOf(place.options)])]
      added.set(endpoint, { ...(known ?? place.options), ...(from.length > 0 && { from }) })
    }
  }
  const own = listen.map(({ endpoint, options }) => ({ endpoint, options: { ...added.get(spelt(endpoint)), ...options } }))
  for (const { endpoint } of listen) added.delete(spelt(endpoint))
  return [...own, ...[...added].map(([endpoint, options]) => ({ endpoint, options }))]
}

function sourcesOf({ from = [] }: ListenerOptions = {}): readonly string[] {
  return typeof from === 'string' ? [from] : from
}

function ruleInWords({ message, besides }: PublishRule, destination: string): string {
  return `publish(${choiceInWords(message)}).${besides === true ? 'alsoTo' : 'to'}('${destination}')`
}

function isLocal(address: string): boolean {
  return address.startsWith('local://')
}
