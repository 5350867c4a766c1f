import { describe, expect } from 'vitest'
import { firstEpoch } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import {
  claim, claimOne, comparable, countsAt, endpoint, envelope, idsOf, insert, message, messages, sceneTests, uuid,
} from './scene.ts'

export function inserting(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('insert', () => {
    it('keeps every member of an envelope', async (scene, store) => {
      const full = envelope({
        messageType: 'orders.place-order ✓',
        messageVersion: 7,
        contentType: 'application/octet-stream',
        body: Uint8Array.from({ length: 256 }, (_, byte) => byte),
        causationId: uuid(),
        replyTo: 'local://replies',
        replyRequested: 'OrderPlaced',
        sagaId: 'saga 5',
        tenantId: 'Ærø',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
        deliverBy: new Date('2099-12-31T23:59:59.999Z'),
        scheduledFor: new Date('2020-02-29T00:00:00.001Z'),
        topic: 'orders.placed',
        orderingKey: 'customer 7',
        attempts: 3,
        headers: { plain: 'value', '': 'empty', 'ünïcode \u{1F600}': '\u{1F680}\n"quoted" \\ \0', __proto__: 'harmless' },
      })
      await insert(store, { envelope: full, owner: undefined, lane: undefined })
      const stored = await claimOne(store, await scene.node(store))
      expect(comparable(stored.envelope)).toEqual(comparable(full))
    })

    it('keeps members that are undefined undefined', async (scene, store) => {
      await insert(store, message())
      const { envelope: stored } = await claimOne(store, await scene.node(store))
      expect(stored.replyTo).toBeUndefined()
      expect(stored.deliverBy).toBeUndefined()
      expect(stored.scheduledFor).toBeUndefined()
      expect(stored.topic).toBeUndefined()
      expect(stored.orderingKey).toBeUndefined()
      expect(stored.headers).toEqual({})
    })

    it('keeps bodies that are empty, of 1 MB, and no text at all', async (scene, store) => {
      const large = new Uint8Array(1_000_000).map((_, at) => (at * 7919) % 251)
      const bodies = [new Uint8Array(), large, Uint8Array.of(0, 255, 254, 92, 120, 0)]
      await insert(store, ...bodies.map((body) => message({ body })))
      const claimed = await claim(store, await scene.node(store))
      expect(claimed.map(({ envelope: { body } }, at) => Buffer.compare(body, bodies[at]!))).toEqual([0, 0, 0])
    })

    it('stores nothing when there is nothing', async (_, store) => {
      await insert(store)
      expect(await store.incoming.counts()).toEqual([])
    })

    it('keeps the order of 10,000 messages in batches', async (scene, store) => {
      const batches = Array.from({ length: 10 }, () => messages(1_000))
      for (const batch of batches) await store.incoming.insert(batch, { mayExist: false })
      const owner = await scene.node(store)
      const claimed: string[] = []
      for (;;) {
        const page = await claim(store, owner, 700)
        if (page.length === 0) break
        claimed.push(...idsOf(page))
      }
      expect(claimed).toEqual(idsOf(batches.flat()))
    })

    it('takes 10,000 messages at once, in their order', async (scene, store) => {
      const all = messages(10_000)
      await store.incoming.insert(all, { mayExist: true })
      expect(idsOf(await claim(store, await scene.node(store), 10_000))).toEqual(idsOf(all))
    })

    it('tells one id at two endpoints apart', async (scene, store) => {
      const id = uuid()
      await insert(store, message({ id }), message({ id, destination: 'local://audit' }))
      const owner = await scene.node(store)
      const [here] = await claim(store, owner)
      await store.incoming.settle([{ kind: 'complete', claim: here!.claim, sends: [] }])
      expect(idsOf(await claim(store, owner, 10, 'local://audit'))).toEqual([id])
    })

    it('stores a message for its owner with the first epoch', async (scene, store) => {
      const owner = await scene.node(store)
      const owned = message({}, { owner })
      await insert(store, owned)
      expect(await claim(store, owner)).toEqual([])
      const held = { id: owned.envelope.id, endpoint, owner, epoch: firstEpoch }
      expect(await store.incoming.holds(held)).toBe(true)
      expect(await store.incoming.settle([{ kind: 'complete', claim: held, sends: [] }])).toEqual(['settled'])
    })

    it('stores an owner that is no registered node as none', async (scene, store) => {
      await insert(store, message({}, { owner: uuid() }))
      await claimOne(store, await scene.node(store))
    })

    it('stores an owner that was declared dead as none', async (scene, store) => {
      const other = await scene.process()
      const dead = await scene.node(other)
      const held = message({}, { owner: dead })
      await insert(other, held)
      await store.nodes.takeOver(dead, 1)
      await insert(other, message({}, { owner: dead }))
      expect(await countsAt(store)).toMatchObject({ ready: 2, claimed: 0 })
    })

    it('never stores a message with a lane for an owner', async (scene, store) => {
      const owner = await scene.node(store)
      await insert(store, message({}, { owner, lane: 'a' }))
      expect(await countsAt(store)).toMatchObject({ ready: 1, claimed: 0 })
    })

    it('never stores a message that waits for its time for an owner', async (scene, store) => {
      const owner = await scene.node(store)
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      await insert(store, message({ scheduledFor }, { owner }))
      expect(await countsAt(store)).toMatchObject({ scheduled: 1, claimed: 0 })
    })
  })
}
