import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import {
  claim, claimOne, claimParked, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, messages, rules, sceneTests, type Scene,
} from './scene.ts'

export function lanes(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('lanes', () => {
    it('claims one message of a lane at a time, oldest first', async (scene, store) => {
      const lane = messages(3, 'a')
      await insert(store, ...lane)
      const owner = await scene.node(store)
      for (const { envelope } of lane) {
        const { claim: held, envelope: claimed } = await claimOne(store, owner)
        expect(claimed.id).toBe(envelope.id)
        expect(await claim(store, owner)).toEqual([])
        await store.incoming.settle([complete(held)])
      }
    })

    it('claims from several lanes, and what has none, together', async (scene, store) => {
      const [a1, b1, free1, a2, free2] = [message({}, { lane: 'a' }), message({}, { lane: 'b' }), message(), message({}, { lane: 'a' }), message()]
      await insert(store, a1, b1, free1, a2, free2)
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([a1, b1, free1, free2]))
    })

    it('holds equal lanes of two endpoints apart', async (scene, store) => {
      await insert(store, message({}, { lane: 'a' }), message({ destination: 'local://audit' }, { lane: 'a' }))
      const owner = await scene.node(store)
      await claimOne(store, owner)
      expect(await claim(store, owner, 10, 'local://audit')).toHaveLength(1)
    })

    it('gives one claim to a message before which another was cancelled', async (scene, store) => {
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      const [head, later] = [message({}, { lane: 'a' }), message({ scheduledFor }, { lane: 'a' })]
      await insert(store, head, later)
      await store.scheduled.cancel(later.envelope.id)
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([head]))
    })

    it('goes on with what was replayed before the one that holds it, once that one is released', async (scene, store) => {
      const [first, second] = messages(2, 'a')
      await insert(store, first!, second!)
      const owner = await scene.node(store)
      await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim)])
      const { claim: held } = await claimOne(store, owner)
      await store.deadLetters.replay([{ id: first!.envelope.id, endpoint }])
      expect(await claim(store, owner)).toEqual([])
      await store.incoming.settle([{ kind: 'release', claim: held }])
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([first!]))
    })

    it('is held back by one that waits for a retry, and goes on with that one', async (scene, store) => {
      const [head, next] = messages(2, 'a')
      await insert(store, head!, next!)
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 5_000, attempts: 1 }])
      expect(await claim(store, owner)).toEqual([])
      scene.place.advance(6_000)
      await store.incoming.releaseDue(10)
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([head!]))
    })

    it('goes on with the same message after a release', async (scene, store) => {
      const [head, next] = messages(2, 'a')
      await insert(store, head!, next!)
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'release', claim: (await claimOne(store, owner)).claim }])
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([head!]))
    })

    it('is not held back by a dead letter, or one whose time has not come', async (scene, store) => {
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      const [later, dead, next] = [message({ scheduledFor }, { lane: 'a' }), ...messages(2, 'a')]
      await insert(store, later, dead!, next!)
      const owner = await scene.node(store)
      await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim)])
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([next!]))
    })

    it('is named by its claims', async (scene, store) => {
      await insert(store, message({}, { lane: 'a' }), message())
      expect((await claim(store, await scene.node(store))).map(({ lane }) => lane)).toEqual(['a', undefined])
    })

    it('is held back by a parked message, and goes on with that one', async (scene, store) => {
      const knowing = await scene.process('conformance', rules([['PlaceOrder', 1]]))
      const [head, next] = messages(2, 'a')
      await insert(store, head!, next!, message({}, { lane: 'b' }))
      const [ignorant, owner] = [await scene.node(store), await scene.node(knowing)]
      await store.incoming.settle([{ kind: 'park', claim: (await claim(store, ignorant))[0]!.claim, reason: 'unknown' }])
      expect(await claim(store, ignorant)).toEqual([])
      const [first, ...rest] = await claimParked(knowing, owner)
      expect([first!.envelope.id, rest]).toEqual([head!.envelope.id, []])
      expect(await claimParked(knowing, owner)).toEqual([])
      await knowing.incoming.settle([complete(first!.claim)])
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([next!]))
    })

    it('goes on when a parked message has become a dead letter', async (scene, store) => {
      const [head, next] = messages(2, 'a')
      await insert(store, head!, next!)
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'park', claim: (await claimOne(store, owner)).claim, reason: 'unknown' }])
      scene.place.advance(2_000)
      await store.incoming.expireParked(1_000, 100)
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([next!]))
    })

    it('is held by a dead letter where the endpoint says block, until that is replayed, which goes first', async (scene, store) => {
      const blocking = await scene.process('conformance', rules([], { onDeadLetter: 'block' }))
      const [head, next, last] = messages(3, 'a')
      const other = message({}, { lane: 'b' })
      await insert(store, head!, next!, last!, other)
      const owner = await scene.node(blocking)
      const [held] = await claim(blocking, owner, 1)
      await blocking.incoming.settle([deadLetter(held!.claim)])
      expect(idsOf(await claim(blocking, owner))).toEqual(idsOf([other]))
      expect((await blocking.nodes.beat(owner, [endpoint])).claimable).toEqual([])
      expect(await countsAt(blocking)).toMatchObject({ ready: 2, blocked: 2, deadLettered: 1, claimed: 1 })
      await blocking.deadLetters.replay([held!.claim])
      expect(await countsAt(blocking)).toMatchObject({ ready: 3, blocked: 0 })
      for (const { envelope } of [head!, next!, last!]) {
        const { claim: now, envelope: claimed } = await claimOne(blocking, owner)
        expect(claimed.id).toBe(envelope.id)
        await blocking.incoming.settle([complete(now)])
      }
    })

    it('is held by a dead letter until that is discarded', async (scene) => {
      const blocking = await scene.process('conformance', rules([], { onDeadLetter: 'block' }))
      const [head, next] = messages(2, 'a')
      await insert(blocking, head!, next!)
      const owner = await scene.node(blocking)
      const { claim: held } = await claimOne(blocking, owner)
      await blocking.incoming.settle([deadLetter(held)])
      expect(await claim(blocking, owner)).toEqual([])
      await blocking.deadLetters.discard([held])
      expect(idsOf([await claimOne(blocking, owner)])).toEqual(idsOf([next!]))
    })

    it('lets what came before a dead letter pass, so that several are replayed one by one', async (scene) => {
      const releasing = await scene.process()
      const blocking = await scene.process('conformance', rules([], { onDeadLetter: 'block' }))
      const [first, second, third] = messages(3, 'a')
      await insert(releasing, first!, second!, third!)
      const owner = await scene.node(releasing)
      const dead = []
      for (let turn = 0; turn < 2; turn++) {
        const { claim: held } = await claimOne(releasing, owner)
        dead.push(held)
        await releasing.incoming.settle([deadLetter(held)])
      }
      expect(await claim(blocking, owner)).toEqual([])
      await blocking.deadLetters.replay([dead[0]!])
      const again = await claimOne(blocking, owner)
      expect(again.envelope.id).toBe(first!.envelope.id)
      await blocking.incoming.settle([complete(again.claim)])
      expect(await claim(blocking, owner)).toEqual([])
      await blocking.deadLetters.discard([dead[1]!])
      expect(idsOf([await claimOne(blocking, owner)])).toEqual(idsOf([third!]))
    })

    it('takes a message whose time has come behind what waits already, and never beside another', async (scene, store) => {
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      const [later, first, second] = [message({ scheduledFor }, { lane: 'a' }), ...messages(2, 'a')]
      await insert(store, later, first!, second!)
      const owner = await scene.node(store)
      const { claim: held } = await claimOne(store, owner)
      scene.place.advance(61_000)
      await store.incoming.releaseDue(10)
      expect(await claim(store, owner)).toEqual([])
      await store.incoming.settle([complete(held)])
      const next = await claimOne(store, owner)
      expect(idsOf([next])).toEqual(idsOf([second!]))
      await store.incoming.settle([complete(next.claim)])
      expect(idsOf([await claimOne(store, owner)])).toEqual(idsOf([later]))
    })

    it('keeps its order through a take-over', async (scene, store) => {
      const other = await scene.process()
      const lane = messages(3, 'a')
      await insert(store, ...lane)
      const dead = await scene.node(other)
      await claimOne(other, dead)
      await store.nodes.takeOver(dead, 10)
      expect(idsOf([await claimOne(store, await scene.node(store))])).toEqual(idsOf([lane[0]!]))
    })

    it('finds other lanes behind a long one', async (scene, store) => {
      await insert(store, ...messages(1_500, 'long'))
      const behind = Array.from({ length: 30 }, (_, at) => message({}, { lane: `short ${at}` }))
      await insert(store, ...behind)
      const owner = await scene.node(store)
      const claimed = new Set<string>()
      for (let page = await claim(store, owner, 10); page.length > 0; page = await claim(store, owner, 10)) {
        for (const id of idsOf(page)) claimed.add(id)
      }
      expect(claimed.size).toBe(31)
      for (const id of idsOf(behind)) expect(claimed).toContain(id)
    })

    it('is never held twice, and keeps its order, when several nodes race for it', async (scene, store) => {
      const stores = [store, await scene.process(), await scene.process()]
      const perLane = 25
      const names = ['a', 'b', 'c']
      const sent = Array.from({ length: perLane }, () => names.map((lane) => message({}, { lane }))).flat()
      await insert(store, ...sent)
      const handled = await raceThrough(scene, stores, sent.length)
      for (const lane of names) {
        const ids = sent.filter((one) => one.lane === lane).map((one) => one.envelope.id)
        expect(handled.filter((id) => ids.includes(id))).toEqual(ids)
      }
    }, 60_000)
  })
}

/** Claims and completes through all stores at once until so many are done; retries and releases some. */
async function raceThrough(scene: Scene, stores: readonly MessageStore[], count: number): Promise<string[]> {
  const handled: string[] = []
  const running = new Set<string>()
  const laneOf = new Map<string, string>()
  let turn = 0
  await Promise.all(
    stores.map(async (store) => {
      const owner = await scene.node(store)
      while (handled.length < count) {
        const page = await store.incoming.claim({ owner, endpoint: 'local://orders', limit: 2 })
        if (page.length === 0) await otherEvents()
        await Promise.all(
          page.map(async ({ claim: held, envelope }) => {
            const lane = laneOf.get(envelope.id) ?? envelope.id
            expect(running).not.toContain(lane)
            running.add(lane)
            await otherEvents()
            running.delete(lane)
            const again = ++turn % 5 === 0
            if (!again) handled.push(envelope.id)
            const [outcome] = await store.incoming.settle([again ? { kind: 'release', claim: held } : complete(held)])
            expect(outcome).toBe('settled')
          }),
        )
      }
    }),
  )
  return handled
}

const otherEvents = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
