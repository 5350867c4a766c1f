import { isLocal } from './destination.ts'
import type { RouteTable } from './route-table.ts'

/** Where a message would go if it were sent now, and why. */
export interface RoutePreview {
  readonly message: string
  /** Whether anybody takes it. If not, `send` rejects with `JASPER_NO_SUBSCRIBER`, and `publish` sends nothing. */
  readonly isTaken: boolean
  readonly destinations: readonly PreviewedDestination[]
}

export interface PreviewedDestination {
  readonly address: string
  /** What the routes call it. */
  readonly name: string | undefined
  /** `local`: a queue of this app; `outside`: it leaves through a transport. */
  readonly goes: 'local' | 'outside'
  /** Whether the message is in the store until it is handled or sent; if not, a crash loses it. */
  readonly isStored: boolean
  /** The rule or the convention that says so, or that it is the queue of its handlers. */
  readonly by: string
  /** What adds to its envelope there, as it stands in the routes. */
  readonly customizedBy: readonly string[]
}

/** The routes of a message in the table. Whether the store outlives the process is for the caller to know. */
export function previewRoutes(message: string, routes: RouteTable, isDurable: boolean): RoutePreview {
  const { destinations, reasons, endpoints, names, hooks } = routes
  const found = destinations.get(message) ?? []
  return {
    message,
    isTaken: found.length > 0,
    destinations: found.map((address) => ({
      address,
      name: names.nameOf(address),
      goes: isLocal(address) ? 'local' : 'outside',
      isStored: isDurable && (!isLocal(address) || endpoints.get(address)?.mode !== 'buffered'),
      by: reasons.get(message)?.get(address) ?? 'it is the queue of its handlers',
      customizedBy: hooks.wordsOf(message, address),
    })),
  }
}
