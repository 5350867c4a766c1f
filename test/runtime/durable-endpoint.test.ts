import { describe, expect, it } from 'vitest'
import type { ClaimedMessage, IncomingMessages } from '../../runtime/contracts/message-store.ts'
import { NodeIdentity } from '../../runtime/durability/node-identity.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'
import type { Delivery } from '../../runtime/inbox/delivery.ts'
import { DurableEndpoint } from '../../runtime/inbox/durable-endpoint.ts'
import { WorkQueue, type Turn } from '../../runtime/inbox/work-queue.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { keptLog } from './small-app.ts'

const address = 'local://x'
let made = 0

/** An endpoint that handles one message at a time, and whose handlers and claims end when the test says so. */
function scene() {
  const clock = new ManualClock()
  const node = new NodeIdentity(clock)
  const handled: Delivery[] = []
  const gates: (() => void)[] = []
  const claims: { readonly owner: string; answer(messages: readonly ClaimedMessage[]): void; fail(error: Error): void }[] = []
  const incoming = {
    claim: ({ owner }) => new Promise((answer, fail) => claims.push({ owner, answer, fail })),
  } as Partial<IncomingMessages> as IncomingMessages
  const handle = async (delivery: Delivery): Promise<void> => {
    handled.push(delivery)
    await new Promise<void>((resolve) => gates.push(resolve))
  }
  const settings = { address, mode: 'durable', parallelism: 1, sequential: false, onDeadLetter: 'release', timeoutMs: 1_000, buffer: 10 } as const
  const endpoint = new DurableEndpoint(settings, { incoming, node, clock, log: keptLog(), handle, giveUp: async () => {} })
  return { clock, node, endpoint, handled, gates, claims, message: claimedBy }
}

function claimedBy(owner: string): ClaimedMessage & Delivery {
  const id = `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`
  const about = { id, messageType: 'X', messageVersion: 1, body: new Uint8Array(), destination: address }
  return {
    envelope: newEnvelope({ ...about, options: undefined, parent: undefined, now: new Date(0) }),
    claim: { id, endpoint: address, owner, epoch: 1 },
    lane: undefined,
  }
}

describe('a durable endpoint whose node comes back under a new id', () => {
  it('forgets what waits under the former id, and keeps what it has claimed under the new one', async () => {
    const { clock, node, endpoint, handled, gates, claims, message } = scene()
    endpoint.open()
    const former = [message(node.id), message(node.id)]
    claims[0]!.answer(former)
    await clock.advance(0)
    node.renew()
    // Registering takes a while; meanwhile the endpoint claims under the new id.
    endpoint.wake()
    const renewed = message(node.id)
    claims[1]!.answer([renewed])
    await clock.advance(0)
    endpoint.forgetWaiting()
    gates.shift()!()
    await clock.advance(0)
    expect(handled).toEqual([former[0], renewed])
  })

  it('does not handle what is handed over under the former id, and claims again instead', async () => {
    const { clock, node, endpoint, handled, claims, message } = scene()
    endpoint.open()
    claims[0]!.answer([])
    await clock.advance(0)
    expect(endpoint.hold()).toBe(true)
    const sealed = message(node.id)
    node.renew()
    endpoint.deliver(sealed)
    await clock.advance(0)
    expect(handled).toEqual([])
    expect(claims.map(({ owner }) => owner === node.id)).toEqual([false, true])
  })
})

describe('a durable endpoint that closes', () => {
  it('waits for the claim under way, so that the node signs off after it', async () => {
    const { clock, node, endpoint, handled, claims, message } = scene()
    endpoint.open()
    let closed = false
    const closing = endpoint.close().then(() => (closed = true))
    await clock.advance(1_000)
    expect(closed).toBe(false)
    claims[0]!.answer([message(node.id)])
    await closing
    expect(handled).toEqual([])
  })

  it('does not wait for the next try of a claim that failed', async () => {
    const { clock, endpoint, claims } = scene()
    endpoint.open()
    claims[0]!.fail(new Error('away'))
    await clock.advance(0)
    await endpoint.close()
    expect(clock.waiting).toBe(0)
  })
})

describe('a durable endpoint whose handlers are quicker than their settlements', () => {
  /** `parallelism: 1, buffer: 10`; handlers end at once, settlements when the test says so. */
  function quickScene(sequential = false) {
    const clock = new ManualClock()
    const node = new NodeIdentity(clock)
    const begun: Delivery[] = []
    const settlements: (() => void)[] = []
    const limits: number[] = []
    let stored = 30
    const incoming = {
      claim: async ({ limit, owner }) => {
        limits.push(limit)
        return Array.from({ length: Math.min(limit, stored) }, () => {
          stored -= 1
          return claimedBy(owner)
        })
      },
    } as Partial<IncomingMessages> as IncomingMessages
    const handle = async (delivery: Delivery, turn: Turn): Promise<void> => {
      begun.push(delivery)
      await Promise.resolve()
      turn.end()
      await new Promise<void>((resolve) => settlements.push(resolve))
    }
    const settings = { address, mode: 'durable', parallelism: 1, sequential, onDeadLetter: 'release', timeoutMs: 1_000, buffer: 10 } as const
    const parts = { incoming, node, clock, log: keptLog(), handle, giveUp: async () => {} }
    return { clock, begun, settlements, limits, endpoint: new DurableEndpoint(settings, parts) }
  }

  it('begins the next message before the last one is settled, so that settlements gather', async () => {
    const { clock, endpoint, begun, settlements } = quickScene()
    endpoint.open()
    await clock.advance(0)
    expect(begun.length).toBeGreaterThan(1)
    expect(settlements.length).toBe(begun.length)
  })

  it('has never more unsettled messages in memory than its buffer holds', async () => {
    const { clock, endpoint, begun, settlements, limits } = quickScene()
    endpoint.open()
    await clock.advance(0)
    expect(begun).toHaveLength(10)
    for (let settled = 1; settled < 5; settled++) settlements.shift()!()
    await clock.advance(0)
    expect(begun, 'no claim for one each time that one leaves').toHaveLength(10)
    settlements.shift()!()
    await clock.advance(0)
    expect(begun).toHaveLength(15)
    expect(limits).toEqual([10, 5])
  })

  it('begins the next message of a sequential endpoint only when the last one is settled', async () => {
    const { clock, endpoint, begun, settlements } = quickScene(true)
    endpoint.open()
    await clock.advance(0)
    expect(begun).toHaveLength(1)
    settlements.shift()!()
    await clock.advance(0)
    expect(begun).toHaveLength(2)
  })

  it('waits for a turn when handlers must run once more, and never runs more than its parallelism at a time', async () => {
    const events: string[] = []
    const gates: (() => void)[] = []
    const queue = new WorkQueue(1, async (delivery, turn) => {
      const { id } = delivery.envelope
      events.push(`${id} begins`)
      turn.end()
      await new Promise<void>((resolve) => gates.push(resolve))
      await turn.again()
      events.push(`${id} again`)
      await new Promise<void>((resolve) => gates.push(resolve))
      turn.end()
    }, () => undefined)
    const delivery = (id: string): Delivery => ({ ...claimedBy('n'), envelope: { ...claimedBy('n').envelope, id } })
    queue.push(delivery('a'))
    queue.push(delivery('b'))
    for (const open of gates.splice(0)) open()
    await new Promise(setImmediate)
    expect(events).toEqual(['a begins', 'b begins', 'a again'])
    gates.shift()!()
    await new Promise(setImmediate)
    expect(events).toEqual(['a begins', 'b begins', 'a again', 'b again'])
    gates.shift()!()
    await queue.idle()
  })
})
