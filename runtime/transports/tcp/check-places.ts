import type { Clock } from '../../contracts/clock.ts'
import type { TransportPlace } from '../../contracts/transport.ts'
import { parseAddress } from './addresses.ts'
import { dial } from './dial.ts'
import type { Port } from './port.ts'
import { ProtocolError } from './protocol-error.ts'
import type { TcpSettings } from './read-options.ts'

export interface CheckParts {
  readonly settings: TcpSettings
  readonly appName: string
  readonly clock: Clock
  /** The port of this process, where it listens there. */
  readonly portOf: (address: string) => Port | undefined
}

/** Knocks at every place that is sent to, and looks whether every port that is listened at is bound. */
export async function checkPlaces(places: readonly TransportPlace[], parts: CheckParts): Promise<readonly string[]> {
  const { settings, appName, clock, portOf } = parts
  const problems: string[] = []
  for (const { address, use } of places) {
    if (use === 'listen') {
      const flaw = portOf(address)?.flaw
      if (flaw !== undefined) problems.push(`${address}: ${flaw}`)
      continue
    }
    try {
      const place = parseAddress(settings.scheme, address, use)
      const { link } = await dial({ settings, place, appName, clock, signal: new AbortController().signal, onEnd: () => undefined })
      link.bye('stopping', 'it was only a check')
    } catch (error) {
      const { cause } = error as Error
      // Somebody is there, and has said why it does not take messages from here.
      if (cause instanceof ProtocolError && cause.reason !== 'stopping') problems.push(`${address}: ${cause.message}`)
      else throw error
    }
  }
  return problems
}
