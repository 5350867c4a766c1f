import { replyOf } from './reply-of.ts'
import { returnedAlternatives } from './returned-messages.ts'
import type { Chain } from './chain.ts'
import type { Discovered, ReturnShape } from '../discover/discovered.ts'
import type { SourceSpan } from '../discover/source-span.ts'

/** A message that is sent and that no handler takes: unless a route does, it goes nowhere. */
export interface MessageToNobody {
  readonly message: string
  readonly span: SourceSpan
}

/**
 * The messages that are sent and have no handler here, each with every place that sends it.
 *
 * What a handler returns as it is may be meant for whoever invokes its message, and is none of them. Nor is what names its
 * destination, nor what a comment lets go nowhere.
 */
export function messagesToNobody(chains: readonly Chain[], { messages, sends = [] }: Discovered): readonly MessageToNobody[] {
  const handled = new Set(chains.map(({ message }) => message.name))
  const open = new Set(messages.filter(({ name, mayGoNowhere }) => !handled.has(name) && mayGoNowhere !== true).map(({ name }) => name))
  if (open.size === 0) return []
  const found: MessageToNobody[] = [...sends]
  const counts = new Map<string, number>()
  for (const { message } of chains) counts.set(message.name, (counts.get(message.name) ?? 0) + 1)
  for (const chain of chains) {
    const isAlone = counts.get(chain.message.name) === 1
    for (const { returns, span, mayGoNowhere } of chain.handlers) {
      if (mayGoNowhere) continue
      // Handlers that have a message each for themselves cannot be invoked: none of them replies.
      const reply = isAlone ? returnedAlternatives(replyOf(returns)) : []
      for (const message of sentBy(returns, reply)) found.push({ message, span })
    }
    for (const { returns, span } of chain.middleware ?? []) {
      if (returns.kind !== 'messages') continue
      for (const message of sentBy(returns.returns, [])) found.push({ message, span })
    }
  }
  const seen = new Set<string>()
  return found.filter(({ message, span: { file, line, column } }) => {
    const key = `${message} ${file} ${line} ${column}`
    if (!open.has(message) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function sentBy(returns: ReturnShape, reply: readonly unknown[]): readonly string[] {
  const sent = returnedAlternatives(returns).filter((one) => one.wrapper !== 'reply' && one.wrapper !== 'sent-to' && !reply.includes(one))
  return [...new Set(sent.map(({ message }) => message))].sort()
}
