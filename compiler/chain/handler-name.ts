import type { HandlerFunction } from '../discover/discovered.ts'

/** What a person calls a handler: `handle`, or `OrderHandler.handle` for a method. */
export function handlerName(handler: HandlerFunction): string {
  return handler.kind === 'function' ? handler.export : `${handler.export}.${handler.method}`
}

/**
 * The handler and its file: `handle in src/orders/place-order.handler.ts`. Generated code names handlers
 * so: a line number would make it stale with every line that somebody adds above them.
 */
export function handlerPlace(handler: HandlerFunction): string {
  return `${handlerName(handler)} in ${handler.file}`
}
