import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, endpoint, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function pausing(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const pause = (over: { endpoint?: string; forMs?: number; reason?: string } = {}) => {
    return { endpoint, forMs: undefined, reason: 'the bank is closed', by: uuid(), ...over }
  }

  describe('a paused endpoint', () => {
    it('gives nothing to anybody until it is resumed, and loses neither messages nor their order', async (scene, store) => {
      const other = await scene.process()
      const owner = await scene.node(store)
      const all = [...messages(3), ...messages(1, 'a')]
      await insert(store, ...all.slice(0, 2))
      await store.pauses.pause(pause())
      await insert(other, ...all.slice(2))
      expect([await claim(store, owner), await claim(other, await scene.node(other))]).toEqual([[], []])
      expect((await store.nodes.beat(owner, [endpoint])).claimable).toEqual([])
      expect(await other.pauses.resume(endpoint)).toBe(true)
      expect((await store.nodes.beat(owner, [endpoint])).claimable).toEqual([endpoint])
      expect(idsOf(await claim(store, owner))).toEqual(idsOf(all))
    })

    it('leaves other endpoints alone', async (scene, store) => {
      await store.pauses.pause(pause({ endpoint: 'local://audit' }))
      await insert(store, message())
      await claimOne(store, await scene.node(store))
    })

    it('leaves what is claimed to whoever claimed it', async (scene, store) => {
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      await store.pauses.pause(pause())
      expect(await store.incoming.holds(held)).toBe(true)
      expect(await store.incoming.settle([complete(held)])).toEqual(['settled'])
    })

    it('gives nothing of what a dead node had, either', async (scene, store) => {
      const [dead, owner] = [await scene.node(store), await scene.node(store)]
      await insert(store, message())
      await claimOne(store, dead)
      await store.pauses.pause(pause())
      await store.nodes.takeOver(dead, 10)
      expect(await claim(store, owner)).toEqual([])
      await store.pauses.resume(endpoint)
      await claimOne(store, owner)
    })

    it('goes on by itself when its time is over by the clock of the store', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      await store.pauses.pause(pause({ forMs: 5_000 }))
      scene.place.advance(4_000)
      expect(await claim(store, owner)).toEqual([])
      scene.place.advance(1_500)
      expect(await store.pauses.list()).toEqual([])
      await claimOne(store, owner)
      expect(await store.pauses.resume(endpoint)).toBe(false)
    })

    it('is listed and told with each beat: since when, until when, how long, why and by whom', async (scene, store) => {
      const owner = await scene.node(store)
      const [long, short] = [pause({ reason: 'half \ud800 and NUL \0' }), pause({ endpoint: 'local://audit', forMs: 60_000 })]
      for (const one of [long, short]) await store.pauses.pause(one)
      const list = await (await scene.process()).pauses.list()
      expect(list).toMatchObject([
        { endpoint: 'local://audit', since: expect.any(Date), reason: 'the bank is closed', by: short.by },
        { endpoint, since: expect.any(Date), until: undefined, leftMs: undefined, by: long.by },
      ])
      const [{ since, until, leftMs }] = list as [(typeof list)[0]]
      expect(until!.getTime() - since.getTime()).toBeCloseTo(60_000, -2)
      expect(leftMs).toBeGreaterThan(50_000)
      expect(leftMs).toBeLessThanOrEqual(60_000)
      expect((await store.nodes.beat(owner, [])).pauses.map((one) => one.endpoint)).toEqual(['local://audit', endpoint])
    })

    it('stays paused for the longer time when it is paused again', async (_, store) => {
      const left = async () => (await store.pauses.list()).map(({ leftMs }) => leftMs && Math.round(leftMs / 10_000))
      await store.pauses.pause(pause({ forMs: 60_000 }))
      await store.pauses.pause(pause({ forMs: 20_000 }))
      expect(await left()).toEqual([6])
      await store.pauses.pause(pause({ forMs: 120_000 }))
      expect(await left()).toEqual([12])
      await store.pauses.pause(pause())
      await store.pauses.pause(pause({ forMs: 20_000 }))
      expect(await left()).toEqual([undefined])
    })

    it('is resumed once, and one that is not paused is not resumed', async (_, store) => {
      expect(await store.pauses.resume(endpoint)).toBe(false)
      await store.pauses.pause(pause())
      expect(await store.pauses.resume(endpoint)).toBe(true)
      expect(await store.pauses.resume(endpoint)).toBe(false)
    })

    it('outlives the processes', async (scene, store) => {
      await store.pauses.pause(pause())
      await insert(store, message())
      await store.close()
      const later = await scene.process()
      expect(await claim(later, await scene.node(later))).toEqual([])
      expect(await later.pauses.list()).toHaveLength(1)
    })
  })
}
