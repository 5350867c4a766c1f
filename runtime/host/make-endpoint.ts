import type { Claim } from '../contracts/message-store.ts'
import { Deadlines } from '../dispatch/deadlines.ts'
import { Dispatcher, type DispatcherParts } from '../dispatch/dispatcher.ts'
import type { EndpointOwnWays } from '../dispatch/endpoint-ways.ts'
import type { NodeIdentity } from '../durability/node-identity.ts'
import { BufferedEndpoint } from '../inbox/buffered-endpoint.ts'
import { DurableEndpoint } from '../inbox/durable-endpoint.ts'
import type { EndpointSettings } from '../routing/route-table.ts'

export interface EndpointMaking {
  readonly dispatcherParts: DispatcherParts
  readonly node: NodeIdentity
  /** What the endpoint itself has no word in. */
  readonly ways: Omit<EndpointOwnWays, 'again'>
}

/** An endpoint that handles messages, as its mode says, with the dispatcher that takes each through its chain. */
export function makeEndpoint(settings: EndpointSettings, { dispatcherParts, node, ways }: EndpointMaking) {
  const { clock, log, incoming, settlements } = dispatcherParts
  const dispatcher = new Dispatcher(settings, new Deadlines(clock), dispatcherParts, {
    again: (delivery, afterMs) => {
      if (endpoint instanceof BufferedEndpoint) endpoint.deliverAfter(delivery, afterMs)
    },
    ...ways,
  })
  const giveUp = async (claims: readonly Claim[]): Promise<void> => {
    await Promise.allSettled(claims.map((claim) => settlements.settle({ kind: 'release', claim })))
  }
  const parts = { incoming, node, clock, log, handle: dispatcher.handle, giveUp }
  const endpoint: BufferedEndpoint | DurableEndpoint =
    settings.mode === 'buffered' ? new BufferedEndpoint(settings, parts) : new DurableEndpoint(settings, parts)
  return { dispatcher, endpoint }
}
