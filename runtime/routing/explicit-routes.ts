import type { EndpointNames } from '../config/endpoint-names.ts'
import { choiceInWords, flawOfChoice, isChosen } from '../config/choose-messages.ts'
import type { MessageFacts } from '../contracts/message-match.ts'
import { routesOfMessage } from '../config/routes-of-message.ts'
import type { Routes } from '../config/routes.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { isLocal } from './destination.ts'

export interface ExplicitRoutes {
  /** Destinations that take the place of the own queues of a message. */
  readonly instead: ReadonlyMap<string, readonly string[]>
  /** Destinations beside the own queues of a message. */
  readonly besides: ReadonlyMap<string, readonly string[]>
  /** Which rule names a destination of a message, by both. */
  readonly reasons: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/**
 * What rules and conventions say of each message. `checked` gives an address in its one spelling.
 *
 * Throws `JASPER_UNKNOWN_MESSAGE`, `JASPER_UNKNOWN_DESTINATION`, `JASPER_NO_SUBSCRIBER` or `JASPER_BAD_OPTION` for rules that cannot hold.
 */
export function explicitRoutes(
  routes: Routes,
  messages: readonly MessageFacts[],
  names: EndpointNames,
  checked: (address: string) => string,
): ExplicitRoutes {
  checkRules(routes, messages)
  const instead = new Map<string, readonly string[]>()
  const besides = new Map<string, readonly string[]>()
  const reasons = new Map<string, ReadonlyMap<string, string>>()
  for (const message of messages) {
    const { to, toOwnQueues } = routesOfMessage(routes, message, names)
    const why = new Map<string, string>()
    for (const { destination: text, by } of to) {
      const destination = checked(text)
      if (isLocal(destination) && !message.handled) throw noHandler(message.name, destination)
      if (!why.has(destination)) why.set(destination, by)
    }
    reasons.set(message.name, why)
    if (why.size > 0) (toOwnQueues ? besides : instead).set(message.name, [...why.keys()])
  }
  return { instead, besides, reasons }
}

function checkRules({ publish }: Routes, messages: readonly MessageFacts[]): void {
  for (const { message, destinations } of publish) {
    const flaw = flawOfChoice(message)
    if (flaw !== undefined) throw new JasperError('JASPER_BAD_OPTION', `A route cannot hold: ${flaw}`)
    const words = choiceInWords(message)
    if (destinations.length === 0) throw new JasperError('JASPER_BAD_OPTION', `The route of ${words} has no destination. Give .to() at least one address.`)
    // A function may well find nothing today; a name that nothing has is a slip.
    if (typeof message === 'function' || messages.some((one) => isChosen(message, one))) continue
    const known = messages.map(({ name }) => name).sort().join(', ')
    throw new JasperError(
      'JASPER_UNKNOWN_MESSAGE',
      `A route names the ${typeof message === 'string' ? 'message' : 'messages'} ${words}, which this app does not have. Its messages are: ${known}.`,
    )
  }
}

function noHandler(message: string, destination: string): JasperError {
  return new JasperError(
    'JASPER_NO_SUBSCRIBER',
    `${message} is routed to ${destination}, but no handler of this app takes it. Add a handler, or remove the route.`,
  )
}
