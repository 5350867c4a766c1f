import { EndpointNames } from '../config/endpoint-names.ts'
import type { Routes } from '../config/routes.ts'
import type { Transport, TransportPlace } from '../contracts/transport.ts'
import { isLocal } from './destination.ts'
import { feed } from './feed.ts'
import { schemeOf, type Transports } from './transports.ts'

/** What is missing or wrong at those of the places that are the transport's own. Never rejects: that nobody answers is a sentence too. */
export async function checkTransport(
  transport: Transport,
  places: readonly TransportPlace[],
  options: { readonly provision: boolean },
): Promise<readonly string[]> {
  try {
    return await transport.check(placesOf(transport, places), options)
  } catch (error) {
    return [`${transport.description} cannot be checked: ${error instanceof Error ? error.message : String(error)}`]
  }
}

export function placesOf({ scheme }: Transport, places: readonly TransportPlace[]): readonly TransportPlace[] {
  return places.filter(({ address }) => schemeOf(address) === scheme)
}

/**
 * Everything outside the app that the routes name, once for each use; what conventions name only the app knows, which has its messages.
 * Throws `JASPER_UNKNOWN_DESTINATION` for what no transport serves.
 */
export function placesInRoutes({ publish, listen, sending = [] }: Routes, transports: Transports): readonly TransportPlace[] {
  const names = new EndpointNames({ listen, sending })
  for (const { endpoint, options } of listen) if (!isLocal(endpoint)) feed(transports.address(endpoint, 'listen'), options, transports)
  const published = publish.flatMap(({ destinations }) => destinations).map((text) => names.addressOf(text))
  const sends = [...published, ...sending.map(({ destination }) => destination)]
  const distinct = (texts: readonly string[], use: TransportPlace['use']): readonly TransportPlace[] =>
    [...new Set(texts.filter((text) => !isLocal(text)).map((text) => transports.address(text, use)))].map((address) => ({ address, use }))
  return [...distinct(sends, 'send'), ...distinct(listen.map(({ endpoint }) => endpoint), 'listen')]
}
