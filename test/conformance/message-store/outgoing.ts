import { describe, expect } from 'vitest'
import type { Claim, ClaimedMessage, MessageStore, NewMessage, Settlement } from '../../../runtime/contracts/message-store.ts'
import { firstEpoch } from '../../../runtime/contracts/message-store.ts'
import type { Envelope } from '../../../runtime/envelope/envelope.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, comparable, complete, countsAt, deadLetter, endpoint, envelope, idsOf, insert, message, sceneTests, uuid } from './scene.ts'

const destination = 'demo://queue/orders'

function leaving(over: Partial<Envelope> = {}, more: Partial<NewMessage> = {}): NewMessage {
  return { envelope: envelope({ destination, ...over }), owner: undefined, lane: undefined, outgoing: true, ...more }
}

const leavingOnes = (count: number, more: Partial<NewMessage> = {}): NewMessage[] => Array.from({ length: count }, () => leaving({}, more))

async function claimOut(store: MessageStore, owner: string, limit = 100, at = destination): Promise<readonly ClaimedMessage[]> {
  return await store.outgoing.claim({ owner, endpoint: at, limit })
}

async function oneOut(store: MessageStore, owner: string): Promise<Claim> {
  const claimed = await claimOut(store, owner)
  expect(claimed).toHaveLength(1)
  return claimed[0]!.claim
}

async function outAt(store: MessageStore, at = destination) {
  const found = (await store.outgoing.counts()).find((counts) => counts.destination === at)
  return found ?? { destination: at, ready: 0, claimed: 0, scheduled: 0, parked: 0 }
}

async function nodeWith(store: MessageStore, schemes: readonly string[]): Promise<string> {
  const id = uuid()
  await store.nodes.register({ id, host: 'test', pid: 1, schemes })
  return id
}

export function outgoing(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('outgoing messages', () => {
    it('are stored apart from those that are handled here, one id at both', async (scene, store) => {
      const both = leaving({ destination: endpoint })
      await insert(store, both, { ...both, outgoing: false })
      expect(await store.incoming.counts()).toMatchObject([{ endpoint, ready: 1 }])
      expect(await store.outgoing.counts()).toEqual([{ destination: endpoint, ready: 1, claimed: 0, scheduled: 0, parked: 0 }])
      const owner = await scene.node(store)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      const [left] = await claimOut(store, owner, 10, endpoint)
      expect(comparable(left!.envelope)).toEqual(comparable(both.envelope))
    })

    it('are stored with the completion of a message, in their order, and not when its claim is lost', async (scene, store) => {
      const owner = await scene.node(store)
      const sent = leavingOnes(3)
      await insert(store, message())
      const { claim: held } = await claimOne(store, owner)
      expect(await store.incoming.settle([complete({ ...held, epoch: 9 }, ...sent)])).toEqual(['lost'])
      expect(await store.outgoing.counts()).toEqual([])
      expect(await store.incoming.settle([complete(held, ...sent, message())])).toEqual(['settled'])
      expect(idsOf(await claimOut(store, owner))).toEqual(idsOf(sent))
      expect(await countsAt(store)).toMatchObject({ ready: 1 })
    })

    it('are claimed oldest first, each once, with a raised epoch', async (scene, store) => {
      const all = leavingOnes(5)
      await insert(store, ...all)
      const [first, second] = [await scene.node(store), await scene.node(store)]
      expect(idsOf(await claimOut(store, first, 2))).toEqual(idsOf(all.slice(0, 2)))
      const rest = await claimOut(store, second)
      expect(idsOf(rest)).toEqual(idsOf(all.slice(2)))
      await store.outgoing.settle(rest.map(({ claim }) => ({ kind: 'release', claim })))
      expect((await claimOut(store, second))[0]!.claim.epoch).toBe(rest[0]!.claim.epoch + 1)
    })

    it('of one lane are claimed one at a time, and one that waits holds its lane', async (scene, store) => {
      const [first, second] = leavingOnes(2, { lane: 'customer 7' })
      const free = leaving()
      await insert(store, first!, second!, free)
      const owner = await scene.node(store)
      const claimed = await claimOut(store, owner)
      expect(idsOf(claimed)).toEqual(idsOf([first!, free]))
      await store.outgoing.settle([{ kind: 'retry', claim: claimed[0]!.claim, delayMs: 1_000, attempts: 1 }])
      expect(await claimOut(store, owner)).toEqual([])
      scene.place.advance(1_500)
      expect(await store.outgoing.releaseDue(10)).toMatchObject({ endpoints: [destination], more: false })
      const [again] = await claimOut(store, owner)
      expect(again!.envelope).toMatchObject({ id: first!.envelope.id, attempts: 1 })
    })

    it('with an owner begin with the first epoch, and are nobody else\'s', async (scene, store) => {
      const owner = await scene.node(store)
      const owned = leaving({}, { owner })
      await insert(store, owned)
      const held = { id: owned.envelope.id, endpoint: destination, owner, epoch: firstEpoch }
      expect(await claimOut(store, await scene.node(store))).toEqual([])
      expect(await store.outgoing.holds(held)).toBe(true)
      expect(await store.incoming.holds(held)).toBe(false)
      expect(await store.outgoing.ownedBy(owner)).toEqual([held])
      expect(await store.incoming.ownedBy(owner)).toEqual([])
      expect(await store.outgoing.settle([complete(held)])).toEqual(['settled'])
      expect(await store.outgoing.holds(held)).toBe(false)
    })

    it('that were sent are forgotten: the same id may be sent again, though not beside itself', async (scene, store) => {
      const twice = leaving()
      await insert(store, twice)
      await insert(store, twice)
      const owner = await scene.node(store)
      await store.outgoing.settle([complete(await oneOut(store, owner))])
      await insert(store, twice)
      await oneOut(store, owner)
    })

    it('wait for their time, unless somebody else keeps it', async (scene, store) => {
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 5_000)
      const kept = leaving({ scheduledFor }, { timeKeptElsewhere: true })
      await insert(store, leaving({ scheduledFor }), kept)
      expect(await outAt(store)).toMatchObject({ ready: 1, scheduled: 1 })
      const owner = await nodeWith(store, ['demo'])
      const [ready] = await claimOut(store, owner)
      expect(comparable(ready!.envelope)).toEqual(comparable(kept.envelope))
      const { nextSendDueInMs, nextDueInMs } = await store.nodes.beat(owner, [])
      expect(nextDueInMs).toBeUndefined()
      expect(nextSendDueInMs).toBeGreaterThan(3_000)
      scene.place.advance(6_000)
      await store.outgoing.releaseDue(10)
      await oneOut(store, owner)
    })

    it('that can never be sent are dead letters of their destination, and replay to where they were', async (scene, store) => {
      const lost = leaving({ headers: { a: 'b' } })
      await insert(store, lost)
      const owner = await scene.node(store)
      await store.outgoing.settle([deadLetter(await oneOut(store, owner), 2)])
      const [letter] = await store.deadLetters.list({ limit: 10 })
      expect(letter).toMatchObject({ outgoing: true, error: { message: 'it broke' } })
      expect(comparable(letter!.envelope)).toEqual(comparable({ ...lost.envelope, attempts: 2 }))
      await insert(store, lost)
      expect(await store.outgoing.counts()).toEqual([])
      expect(await store.deadLetters.replay([{ id: lost.envelope.id, endpoint: destination }])).toBe(1)
      expect(await store.incoming.counts()).toEqual([])
      const [again] = await claimOut(store, owner)
      expect(comparable(again!.envelope)).toEqual(comparable(lost.envelope))
    })

    it('that came to where they are handled, although their sending failed, are dead letters of their handling', async (scene, store) => {
      const [sent, owner] = [leaving(), await scene.node(store)]
      const arrived = message({ ...sent.envelope })
      const error = { type: 'Sending', message: 'no answer', stack: undefined }
      const unsent = (held: Claim): Settlement => ({ kind: 'dead-letter', claim: held, attempts: 1, error })
      await insert(store, sent)
      await store.outgoing.settle([unsent(await oneOut(store, owner))])
      await insert(store, arrived)
      await store.incoming.settle([deadLetter((await claim(store, owner, 1, destination))[0]!.claim)])
      const letters = async () => (await store.deadLetters.list({ limit: 10 })).map((letter) => [letter.outgoing, letter.error.message])
      expect(await letters()).toEqual([[false, 'it broke']])
      await insert(store, sent)
      await store.outgoing.settle([unsent(await oneOut(store, owner))])
      expect(await letters()).toEqual([[false, 'it broke']])
      expect(await store.outgoing.counts()).toEqual([])
    })

    it('of a dead node are freed with its other claims, up to the limit, and every copy is lost', async (scene, store) => {
      const other = await scene.process()
      const dead = await scene.node(other)
      await insert(store, message(), ...leavingOnes(3))
      const { claim: incoming } = await claimOne(other, dead)
      const held = (await claimOut(other, dead)).map(({ claim }) => claim)
      expect(await store.nodes.takeOver(dead, 2)).toMatchObject({ released: 2, finished: false })
      const last = await store.nodes.takeOver(dead, 100)
      expect(last).toMatchObject({ released: 2, endpoints: [destination], finished: true })
      expect(await other.incoming.settle([complete(incoming)])).toEqual(['lost'])
      expect(await other.outgoing.settle(held.map((one) => complete(one)))).toEqual(['lost', 'lost', 'lost'])
      expect(await claimOut(store, await scene.node(store))).toHaveLength(3)
    })

    it('of owners that are no nodes, and of one that leaves, are freed', async (scene, store) => {
      const leaver = await scene.node(store)
      await insert(store, ...leavingOnes(4))
      await claimOut(store, uuid(), 2)
      await claimOut(store, leaver, 2)
      expect(await store.nodes.releaseOrphans(10)).toEqual([destination])
      expect(await outAt(store)).toMatchObject({ ready: 2, claimed: 2 })
      await store.nodes.leave(leaver)
      expect(await outAt(store)).toMatchObject({ ready: 4, claimed: 0 })
    })

    it('are seen by the beat of a node that announced their scheme, and of no other', async (scene, store) => {
      const [without, withDemo] = [await scene.node(store), await nodeWith(store, ['demo', 'tcp'])]
      await insert(store, ...leavingOnes(3), leaving({ destination: 'tcp://b' }), leaving({ destination: 'amqp://c' }))
      expect((await store.nodes.beat(without, [])).sendable).toEqual([])
      expect([...(await store.nodes.beat(withDemo, [])).sendable].sort()).toEqual([destination, 'tcp://b'])
      await claimOut(store, withDemo)
      expect((await store.nodes.beat(withDemo, [])).sendable).toEqual(['tcp://b'])
    })

    it('that no living node has a transport for are parked, and released to one that has', async (scene, store) => {
      const other = await scene.process()
      const serving = await nodeWith(other, ['demo'])
      await insert(store, ...leavingOnes(2), leaving({ destination: 'tcp://b' }))
      expect(await store.outgoing.parkUnserved(100)).toBe(1)
      expect(await outAt(store, 'tcp://b')).toMatchObject({ ready: 0, parked: 1 })
      expect(await claimOut(store, serving, 10, 'tcp://b')).toEqual([])
      await store.nodes.leave(serving)
      expect(await store.outgoing.parkUnserved(1)).toBe(1)
      expect(await store.outgoing.parkUnserved(100)).toBe(1)
      expect(await store.outgoing.releaseParked(['demo'], 1)).toEqual({ released: 1, destinations: [destination] })
      expect(await store.outgoing.releaseParked(['demo'], 100)).toEqual({ released: 1, destinations: [destination] })
      expect(await outAt(store)).toMatchObject({ ready: 2, parked: 0 })
      expect(await outAt(store, 'tcp://b')).toMatchObject({ parked: 1 })
      const claimed = await claimOut(store, await nodeWith(store, ['demo']))
      expect(new Set(idsOf(claimed)).size).toBe(claimed.length)
      expect(claimed).toHaveLength(2)
    })

    it('can be parked by their sender', async (scene, store) => {
      await insert(store, leaving())
      const owner = await scene.node(store)
      await store.outgoing.settle([{ kind: 'park', claim: await oneOut(store, owner), reason: 'no transport' }])
      expect(await outAt(store)).toMatchObject({ ready: 0, claimed: 0, parked: 1 })
    })

    it('may announce other schemes under the same id', async (_, store) => {
      const id = await nodeWith(store, [])
      await insert(store, leaving())
      await store.nodes.register({ id, host: 'test', pid: 1, schemes: ['demo'] })
      expect((await store.nodes.beat(id, [])).sendable).toEqual([destination])
      expect(await store.outgoing.parkUnserved(100)).toBe(0)
    })

    if (harness.capabilities.dialect === undefined) return

    it('are part of a transaction that stores for both, and vanish with its rollback', async (scene, store) => {
      const sent = [leaving(), message(), leaving()]
      const failing = scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(undefined, sent)
        verify(await execute(statement))
        throw new Error('changed its mind')
      })
      await expect(failing).rejects.toThrow('changed its mind')
      expect(await store.outgoing.counts()).toEqual([])
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(held, sent)
        verify(await execute(statement))
      })
      expect(idsOf(await claimOut(store, await scene.node(store)))).toEqual(idsOf([sent[0]!, sent[2]!]))
      expect(await countsAt(store)).toMatchObject({ ready: 1, claimed: 0 })
    })
  })
}
