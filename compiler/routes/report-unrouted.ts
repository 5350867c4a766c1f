import type { Chain } from '../chain/chain.ts'
import { messagesToNobody } from '../chain/messages-to-nobody.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Discovered } from '../discover/discovered.ts'
import { askThread } from '../policies/ask-thread.ts'
import type { RoutedMessages, RoutesQuestion } from './routed-worker.ts'

/**
 * Warns of messages that are sent, and that neither a handler nor a route takes. The routes are imported in a thread, as the
 * app does at start, and only where there is a message to ask about. Where they cannot be read, or have rules whose
 * messages are known to the app alone, every message is taken as routed.
 */
export function reportUnrouted(
  folder: string,
  routes: string | undefined,
  chains: readonly Chain[],
  discovered: Discovered,
  bag: DiagnosticBag,
): void {
  const candidates = messagesToNobody(chains, discovered)
  if (candidates.length === 0) return
  const routed = routes === undefined ? [] : routedBy({ folder, file: routes })
  if (routed === 'unknown') return
  for (const { message, span } of candidates) {
    if (!routed.includes(message)) bag.report('JG3011', { message }, { span, label: `sends ${message}` })
  }
}

function routedBy(question: RoutesQuestion): RoutedMessages {
  const asked = askThread('routed-worker', import.meta.url, question)
  return typeof asked === 'string' ? 'unknown' : (asked.answer as RoutedMessages)
}
