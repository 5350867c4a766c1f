import { handlerName } from '../chain/handler-name.ts'
import type { DiscoveredHandler, DiscoveredParameter, DiscoveredProvider, HandlerFunction, ReturnedSideEffect } from '../discover/discovered.ts'
import type { DiscoveredMiddleware, MiddlewareRole } from '../discover/middleware.ts'

/** A parameter together with who asks for it: all that a diagnostic about it needs to say. */
export interface Asking {
  readonly parameter: DiscoveredParameter
  /** `handle(command, mailer)`, or `new OrderHandler(mailer)` for a constructor. */
  readonly asker: string
  /** The asking that a provider answers, where a provider asks. */
  readonly via?: Asking
  /** The function that asks, itself or through the constructor of its class: what it sees of the values of middleware. */
  readonly by?: AskingFunction
}

export interface AskingFunction {
  readonly function: HandlerFunction
  /** Of middleware. */
  readonly role?: MiddlewareRole
  /** The place of middleware in its chain. */
  readonly step?: number
}

/** All that a handler asks for besides its message, in the order of its parameters. */
export function askedByHandler(handler: DiscoveredHandler): readonly Asking[] {
  const names = [handler.messageParameter, ...handler.parameters].map((parameter) => parameter.name)
  const asker = `${handlerName(handler.function)}(${names.join(', ')})`
  return handler.parameters.map((parameter) => ({ parameter, asker, by: { function: handler.function } }))
}

/** All that middleware asks for besides the message, in the order of its parameters. */
export function askedByMiddleware(middleware: DiscoveredMiddleware, step: number): readonly Asking[] {
  const { function: called, messageParameter, parameters, role } = middleware
  const names = [...(messageParameter ? [messageParameter] : []), ...parameters].map((parameter) => parameter.name)
  const asker = `${handlerName(called)}(${names.join(', ')})`
  return parameters.map((parameter) => ({ parameter, asker, by: { function: called, role, step } }))
}

/** All that the constructor of a handler class asks for; nothing for functions and static methods. */
export function askedByConstructor(handler: DiscoveredHandler): readonly Asking[] {
  return constructorOf(handler.function, { function: handler.function })
}

/** The same for any function of a handler class. */
export function constructorOf(called: HandlerFunction, by: AskingFunction): readonly Asking[] {
  if (called.kind !== 'instance-method') return []
  const parameters = called.constructorParameters
  const asker = `new ${called.export}(${parameters.map((parameter) => parameter.name).join(', ')})`
  return parameters.map((parameter) => ({ parameter, asker, by }))
}

/** All that the `execute` of a side effect asks for. */
export function askedBySideEffect({ name, parameters }: ReturnedSideEffect): readonly Asking[] {
  const asker = `${name}.execute(${parameters.map((parameter) => parameter.name).join(', ')})`
  return parameters.map((parameter) => ({ parameter, asker }))
}

/** All that a provider asks for, in order to answer `via`. */
export function askedByProvider(provider: DiscoveredProvider, via: Asking): readonly Asking[] {
  const { parameters } = provider
  const call = `${provider.export}(${parameters.map((parameter) => parameter.name).join(', ')})`
  const asker = provider.kind === 'class' ? `new ${call}` : call
  return parameters.map((parameter) => ({ parameter, asker, via }))
}

/** The path from a handler to the type that is asked for: `handle(command, orders) → OrderRepository → orders(clock) → Clock`. */
export function pathOf({ parameter, asker, via }: Asking): string {
  return `${via === undefined ? '' : `${pathOf(via)} → `}${asker} → ${parameter.type.text}`
}
