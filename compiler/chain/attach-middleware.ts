import { handlerName } from './handler-name.ts'
import { compareText } from './order-handlers.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler, HandlerFunction } from '../discover/discovered.ts'
import { stepRoles, type DiscoveredMiddleware, type MiddlewareScope } from '../discover/middleware.ts'

/**
 * The middleware of one chain in the order of its calls.
 *
 * From the outside in before the handlers: that of all, that of a file, that of a class; and from the inside
 * out behind them. Within one of these: `before`, `load`, `validate`, and then by file and from the top of the
 * file down, as far as a value that one makes and another asks for does not change it (stage 3).
 */
export function attachMiddleware(
  message: string,
  handlers: readonly DiscoveredHandler[],
  middleware: readonly DiscoveredMiddleware[],
): readonly DiscoveredMiddleware[] {
  return middleware.filter((one) => fitsMessage(one, message) && handlers.some((handler) => isInScope(one, handler.function))).sort(inOrder)
}

/** Says of middleware that no chain has why that is. */
export function reportUnattached(
  middleware: readonly DiscoveredMiddleware[],
  handlers: readonly DiscoveredHandler[],
  bag: DiagnosticBag,
): void {
  for (const one of middleware) {
    const inScope = handlers.filter((handler) => isInScope(one, handler.function))
    if (inScope.some((handler) => fitsMessage(one, handler.message))) continue
    const [holder, where] = wordsOf[one.scope]
    const fitting = `no message that is handled ${where} fits ${one.messageParameter?.type.text ?? 'it'}`
    const reason = inScope.length === 0 ? `${holder} has no handler` : fitting
    bag.report('JG3010', { function: handlerName(one.function), reason }, { span: one.span, label: 'never called' })
  }
}

const wordsOf: Readonly<Record<MiddlewareScope, readonly [string, string]>> = {
  all: ['the app', 'here'],
  file: ['its file', 'in its file'],
  class: ['its class', 'in its class'],
}

/** Whether a message is among those that a function is for. */
export function fitsMessage({ takes }: Pick<DiscoveredMiddleware, 'takes'>, message: string): boolean {
  return takes.kind !== 'some' || takes.messages.includes(message)
}

/** Whether middleware is for what this handler handles, and what it makes is for this handler. */
export function isInScope({ scope, function: own }: Pick<DiscoveredMiddleware, 'scope' | 'function'>, handler: HandlerFunction): boolean {
  if (scope === 'all') return true
  if (own.file !== handler.file) return false
  return scope === 'file' || (handler.kind !== 'function' && own.export === handler.export)
}

const scopes: readonly MiddlewareScope[] = ['all', 'file', 'class']

function inOrder(a: DiscoveredMiddleware, b: DiscoveredMiddleware): number {
  const [comesLater, bothAfter] = [isAfter(a), isAfter(a) && isAfter(b)]
  if (comesLater !== isAfter(b)) return comesLater ? 1 : -1
  const byScope = scopes.indexOf(a.scope) - scopes.indexOf(b.scope)
  return (
    (a.role !== b.role && (a.role === 'finally' || b.role === 'finally') ? byRole(a, b) : 0) ||
    (bothAfter ? -byScope : byScope) ||
    byRole(a, b) ||
    compareText(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    a.span.column - b.span.column ||
    compareText(handlerName(a.function), handlerName(b.function))
  )
}

function byRole(a: DiscoveredMiddleware, b: DiscoveredMiddleware): number {
  return stepRoles.indexOf(a.role) - stepRoles.indexOf(b.role)
}

function isAfter({ role }: DiscoveredMiddleware): boolean {
  return role === 'after' || role === 'finally'
}
