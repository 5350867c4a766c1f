import { attachMiddleware, reportUnattached } from './attach-middleware.ts'
import { findChainPolicies } from './find-chain-policies.ts'
import { handlerName } from './handler-name.ts'
import { queueOfMessage } from './local-queue.ts'
import { orderHandlers } from './order-handlers.ts'
import { replyOf } from './reply-of.ts'
import { returnedMessages } from './returned-messages.ts'
import { separateHandlers, type HandlerGroup } from './separate-handlers.ts'
import type { Chain } from './chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Discovered, DiscoveredHandler, DiscoveredMessage, ReturnShape } from '../discover/discovered.ts'
import type { DiscoveredMiddleware } from '../discover/middleware.ts'

/**
 * Stage 2: one chain for each message that has a handler, sorted by wire name; behind it one for each handler
 * that has the message for itself.
 *
 * A handler whose message is not among `discovered.messages` is passed over: stage 1 has said why.
 */
export function buildChains(discovered: Discovered, bag: DiagnosticBag): readonly Chain[] {
  const chains: Chain[] = []
  for (const message of discovered.messages.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const handlers = orderHandlers(discovered.handlers.filter((handler) => handler.message === message.name))
    const policies = discovered.policies ?? []
    const ofAll = discovered.globalPolicy?.separate ?? false
    const groups = separateHandlers(message.name, handlers, policies, ofAll, bag)
    for (const group of groups) chains.push(buildChain(message, group, discovered, bag))
  }
  reportUnattached(discovered.middleware ?? [], discovered.handlers, bag)
  return chains
}

function buildChain(
  message: DiscoveredMessage,
  { handlers, separate }: HandlerGroup,
  { policies: known = [], globalPolicy, middleware: all = [] }: Discovered,
  bag: DiagnosticBag,
): Chain {
  const policies = findChainPolicies(message.name, handlers, known, bag)
  const layers = globalPolicy === undefined ? policies : [...policies, globalPolicy]
  const ofTransactions = layers.find((policy) => policy.nonTransactional !== undefined)
  const middleware = attachMiddleware(message.name, handlers, all)
  const replying = handlers.filter((handler) => replyOf(handler.returns).kind !== 'nothing')
  const [first] = replying
  if (first !== undefined) for (const second of replying.slice(1)) reportSecondReply(message, first, second, bag)
  return {
    message,
    handlers,
    ...(separate !== undefined && { separate: { name: separate, queue: `${queueOfMessage(message)}/${separate}` } }),
    ...(middleware.length > 0 && { middleware }),
    ...(policies.length > 0 && { policies }),
    ...(ofTransactions?.nonTransactional && { nonTransactional: ofTransactions }),
    cascades: cascadesOf(handlers, middleware),
    replying: first === undefined ? undefined : handlers.indexOf(first),
  }
}

/** Wire names of all that is sent on, sorted. */
export function cascadesOf(handlers: readonly DiscoveredHandler[], middleware: readonly DiscoveredMiddleware[]): readonly string[] {
  return [...new Set([...handlers.map((handler) => handler.returns), ...middleware.map(sentOn)].flatMap(returnedMessages))].sort()
}

/** What `after` functions return is sent on, and is no reply. */
function sentOn({ returns }: DiscoveredMiddleware): ReturnShape {
  return returns.kind === 'messages' ? returns.returns : { kind: 'nothing' }
}

function reportSecondReply(message: DiscoveredMessage, first: DiscoveredHandler, second: DiscoveredHandler, bag: DiagnosticBag): void {
  const cascade = returnedMessages(second.returns)[0] ?? message.name
  bag.report('JG3001', { message: message.name, cascade }, {
    span: second.span,
    label: 'returns something too',
    notes: [{ span: first.span, message: `${handlerName(first.function)} returns something` }],
  })
}
