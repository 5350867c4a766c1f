import { describe, expect, it } from 'vitest'
import type { DeliveryOptions } from '../../runtime/bus/delivery-options.ts'
import type { Timer } from '../../runtime/contracts/clock.ts'
import type { IncomingMessages } from '../../runtime/contracts/message-store.ts'
import { NodeIdentity } from '../../runtime/durability/node-identity.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'
import { BufferedEndpoint } from '../../runtime/inbox/buffered-endpoint.ts'
import type { Delivery } from '../../runtime/inbox/delivery.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { keptLog } from './small-app.ts'

/** As the machine's clock does, which sets no timer beyond 24 days. */
class ShortTimers extends ManualClock {
  override timer(ms: number, callback: () => void): Timer {
    return super.timer(Math.min(ms, 1_000), callback)
  }
}

function scene(buffer = 10) {
  const clock = new ShortTimers()
  const handled: Delivery[] = []
  const settings = { address: 'local://x', mode: 'buffered', parallelism: 1, sequential: false, onDeadLetter: 'release', timeoutMs: 1_000, buffer } as const
  const incoming = { claim: async () => [] } as Partial<IncomingMessages> as IncomingMessages
  const handle = (delivery: Delivery): Promise<void> => {
    handled.push(delivery)
    return Promise.resolve()
  }
  const endpoint = new BufferedEndpoint(settings, { incoming, node: new NodeIdentity(clock), clock, log: keptLog(), handle })
  const delivery = (options?: DeliveryOptions): Delivery => {
    const about = { id: '00000000-0000-7000-8000-000000000001', messageType: 'X', messageVersion: 1, body: new Uint8Array() }
    return { envelope: newEnvelope({ ...about, destination: 'local://x', options, parent: undefined, now: clock.now() }), claim: undefined }
  }
  return { clock, endpoint, handled, delivery }
}

describe('a buffered endpoint', () => {
  it('counts what waits for another attempt: senders wait when that fills it', async () => {
    const { clock, endpoint, handled, delivery } = scene(2)
    endpoint.deliverAfter(delivery(), 500)
    endpoint.deliverAfter(delivery(), 500)
    let entered = false
    const entering = endpoint.enter().then(() => (entered = true))
    await clock.advance(400)
    expect(entered).toBe(false)
    await clock.advance(200)
    await entering
    expect(handled).toHaveLength(2)
  })
})
