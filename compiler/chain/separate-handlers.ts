import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler, DiscoveredPolicy } from '../discover/discovered.ts'
import { isOfClass, isOfFile } from './find-chain-policies.ts'
import { handlerPlace } from './handler-name.ts'
import { ownName } from './local-queue.ts'

/** Handlers of one message that run together. */
export interface HandlerGroup {
  /** The name of the handler that has the message for itself; `undefined`: they share it with nobody else than each other. */
  readonly separate: string | undefined
  readonly handlers: readonly DiscoveredHandler[]
}

/**
 * The handlers of one message as they run: those that share it first, then each that has it for itself, by
 * name. Of the policies of its class, its file and the app the nearest that speaks of it decides.
 */
export function separateHandlers(
  message: string,
  handlers: readonly DiscoveredHandler[],
  policies: readonly DiscoveredPolicy[],
  ofAll: boolean,
  bag: DiagnosticBag,
): readonly HandlerGroup[] {
  const isSeparate = (handler: DiscoveredHandler): boolean => {
    const nearest = [isOfClass, isOfFile].map((fits) => policies.find((policy) => fits(policy, handler))?.separate)
    return nearest.find((said) => said !== undefined) ?? ofAll
  }
  const together = handlers.filter((handler) => !isSeparate(handler))
  const alone = handlers.filter(isSeparate).map((handler) => ({ separate: ownName(handler.function), handlers: [handler] }))
  alone.forEach((one, at) => {
    const first = alone.slice(0, at).find(({ separate }) => separate === one.separate)
    if (first === undefined) return
    const [mine, other] = [one.handlers[0]!, first.handlers[0]!]
    bag.report('JG3020', { message, name: one.separate, first: handlerPlace(other.function), second: handlerPlace(mine.function) }, {
      span: mine.span,
      label: 'the same name',
      notes: [{ span: other.span, message: 'the other one' }],
    })
  })
  return [
    ...(together.length > 0 ? [{ separate: undefined, handlers: together }] : []),
    ...alone.toSorted((a, b) => (a.separate < b.separate ? -1 : 1)),
  ]
}
