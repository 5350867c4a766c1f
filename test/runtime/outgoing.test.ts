import { describe, expect, it } from 'vitest'
import type { DeliveryOptions } from '../../runtime/bus/delivery-options.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'
import type { Endpoint } from '../../runtime/inbox/endpoint.ts'
import { Outgoing } from '../../runtime/outbox/outgoing.ts'

const now = new Date('2026-01-01T00:00:00.000Z')
const settings = { address: 'local://x', mode: 'durable', parallelism: 1, sequential: false, onDeadLetter: 'release', timeoutMs: 1_000, buffer: 10 } as const

function envelope(options?: DeliveryOptions): Envelope {
  const about = { id: '00000000-0000-7000-8000-000000000001', messageType: 'X', messageVersion: 1, body: new Uint8Array() }
  return newEnvelope({ ...about, destination: 'local://x', options, parent: undefined, now })
}

/** An endpoint with room, and what was asked of it. */
function roomy() {
  const asked: string[] = []
  const endpoint = {
    settings,
    hold: () => asked.push('hold') > 0,
    giveBack: () => asked.push('giveBack'),
    deliver: () => asked.push('deliver'),
    wake: () => asked.push('wake'),
  } as unknown as Endpoint
  const after = {
    announce: (endpoints: readonly string[]) => void asked.push(`announce ${endpoints.join()}`),
    dueWithin: (ms: number) => void asked.push(`due within ${ms}`),
  }
  return { asked, endpoint, after }
}

describe('what a scope sends', () => {
  it('takes a place in memory, and is handed over or gives the place back', () => {
    for (const [end, last] of [['handOver', 'deliver'], ['drop', 'giveBack']] as const) {
      const { asked, endpoint, after } = roomy()
      const outgoing = new Outgoing()
      outgoing.note(envelope(), endpoint, true)
      expect(outgoing.seal('me')).toMatchObject([{ owner: 'me' }])
      outgoing[end](now, after)
      expect(asked).toEqual(['hold', last])
    }
  })

  it('with a time that has come by our clock is left to the store, by whose clock it may not have come', () => {
    const { asked, endpoint, after } = roomy()
    const outgoing = new Outgoing()
    outgoing.note(envelope({ at: new Date(now.getTime() - 5_000) }), endpoint, true)
    expect(outgoing.seal('me')).toMatchObject([{ owner: undefined }])
    outgoing.handOver(now, after)
    expect(asked).toEqual(['due within 0', 'wake', 'announce local://x'])
  })

  it('with a time to come is left to the timer', () => {
    const { asked, endpoint, after } = roomy()
    const outgoing = new Outgoing()
    outgoing.note(envelope({ at: new Date(now.getTime() + 5_000) }), endpoint, true)
    expect(outgoing.seal('me')).toMatchObject([{ owner: undefined }])
    outgoing.handOver(now, after)
    expect(asked).toEqual(['due within 5000'])
  })
})
