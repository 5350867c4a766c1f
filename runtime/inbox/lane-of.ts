import type { Envelope } from '../envelope/envelope.ts'
import type { EndpointSettings } from '../routing/route-table.ts'

/** The lane of a message that comes to an endpoint: a sequential one has a single lane. */
export function laneOf({ sequential }: EndpointSettings, { orderingKey }: Envelope): string | undefined {
  return sequential ? sequentialLane : orderingKey
}

const sequentialLane = '*'
