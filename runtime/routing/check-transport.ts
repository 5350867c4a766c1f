import type { Routes } from '../config/routes.ts'
import type { Transport, TransportPlace } from '../contracts/transport.ts'
import { isLocal } from './destination.ts'
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

/** Everything outside the app that the routes name, once for each use. Throws `JASPER_UNKNOWN_DESTINATION` for what no transport serves. */
export function placesInRoutes({ publish, listen, sending = [] }: Routes, transports: Transports): readonly TransportPlace[] {
  const sends = [...publish.flatMap(({ destinations }) => destinations), ...sending.map(({ destination }) => destination)]
  const distinct = (texts: readonly string[], use: TransportPlace['use']): readonly TransportPlace[] =>
    [...new Set(texts.filter((text) => !isLocal(text)).map((text) => transports.address(text, use)))].map((address) => ({ address, use }))
  return [...distinct(sends, 'send'), ...distinct(listen.map(({ endpoint }) => endpoint), 'listen')]
}
