import type { ts } from 'ts-morph'
import { basesOf } from './kinship.ts'
import type { DiscoveredHandler } from './discovered.ts'
import type { MessageTable, MessageType } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import type { ReadHandler } from './read-handler.ts'

/**
 * Each handler once for each message that it handles: those that it names, and those that extend, implement or
 * intersect what it names; sorted by wire name. A base that no message has is reported.
 *
 * @param messages  All messages of the project: what is met later has no handlers of its bases.
 */
export function handlersOfEach(project: OpenedProgram, read: readonly ReadHandler[], messages: MessageTable): readonly DiscoveredHandler[] {
  const byBase = new Map<ts.Symbol, MessageType[]>()
  for (const message of messages.types()) {
    for (const base of [message.symbol, ...basesOf(project, message.type, message.symbol)]) {
      byBase.set(base, [...(byBase.get(base) ?? []), message])
    }
  }
  return read.flatMap(({ handler, taken }) => {
    const named = new Set(taken.flatMap(({ message }) => message ?? []))
    const names = new Set(named)
    for (const { type, base, message, reportUnused } of taken) {
      // What extends `Changed<Order>` is no `Changed<Customer>`.
      const fitting = (byBase.get(base) ?? []).filter((one) => project.checker.isTypeAssignableTo(one.type, type))
      for (const { name } of fitting) names.add(name)
      if (message === undefined && fitting.length === 0) reportUnused()
    }
    const { function: called, ...others } = handler
    return [...names].sort().map((message): DiscoveredHandler => {
      const isWider = taken.length > 1 || !named.has(message)
      return { function: called, message, ...(isWider && { takes: handler.messageParameter.type.text }), ...others }
    })
  })
}
