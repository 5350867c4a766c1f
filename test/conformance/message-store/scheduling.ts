import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { changingSchedules } from './changing-schedules.ts'
import { listingSchedules } from './listing-schedules.ts'
import { claim, complete, countsAt, idsOf, insert, message, sceneTests, type Scene } from './scene.ts'

export function scheduling(harness: MessageStoreHarness): void {
  changingSchedules(harness)
  listingSchedules(harness)
  const it = sceneTests(harness)
  const dueIn = (scene: Scene, ms: number, destination = 'local://orders') =>
    message({ scheduledFor: new Date(scene.place.clock.now().getTime() + ms), destination })

  describe('scheduled messages', () => {
    it('are not claimable before they are due', async (scene, store) => {
      const later = dueIn(scene, 10_000)
      await insert(store, later)
      const owner = await scene.node(store)
      scene.place.advance(9_000)
      expect(await store.incoming.releaseDue(10)).toMatchObject({ endpoints: [], more: false })
      expect(await claim(store, owner)).toEqual([])
      scene.place.advance(1_500)
      expect(await store.incoming.releaseDue(10)).toEqual({ endpoints: ['local://orders'], more: false, nextDueInMs: undefined })
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([later]))
    })

    it('are ready at once when they are due already', async (scene, store) => {
      await insert(store, dueIn(scene, -5_000))
      expect(await claim(store, await scene.node(store))).toHaveLength(1)
    })

    it('keep the instant that their sender chose', async (scene, store) => {
      const later = dueIn(scene, 10_000)
      await insert(store, later)
      scene.place.advance(11_000)
      await store.incoming.releaseDue(10)
      const [claimed] = await claim(store, await scene.node(store))
      expect(claimed!.envelope.scheduledFor).toEqual(later.envelope.scheduledFor)
    })

    it('are released up to a limit, and the report says that there are more', async (scene, store) => {
      await insert(store, ...Array.from({ length: 5 }, (_, at) => dueIn(scene, 1_000 + at)))
      scene.place.advance(5_000)
      expect(await store.incoming.releaseDue(3)).toEqual({ endpoints: ['local://orders'], more: true, nextDueInMs: 0 })
      expect(await store.incoming.releaseDue(3)).toEqual({ endpoints: ['local://orders'], more: false, nextDueInMs: undefined })
      expect(await claim(store, await scene.node(store))).toHaveLength(5)
    })

    it('are released soonest first', async (scene, store) => {
      const [third, first, second] = [dueIn(scene, 3_000), dueIn(scene, 1_000), dueIn(scene, 2_000)]
      await insert(store, third, first, second)
      scene.place.advance(10_000)
      const owner = await scene.node(store)
      for (const expected of [first, second, third]) {
        await store.incoming.releaseDue(1)
        expect(idsOf(await claim(store, owner))).toEqual(idsOf([expected]))
      }
    })

    it('are reported with the endpoints that have something new, each once', async (scene, store) => {
      await insert(store, dueIn(scene, 1_000), dueIn(scene, 1_100), dueIn(scene, 1_200, 'local://audit'), dueIn(scene, 90_000, 'local://late'))
      scene.place.advance(2_000)
      const report = await store.incoming.releaseDue(10)
      expect([...report.endpoints].sort()).toEqual(['local://audit', 'local://orders'])
    })

    it('are reported with the time until the next, never too short', async (scene, store) => {
      await insert(store, dueIn(scene, 60_000), dueIn(scene, 5_000))
      const { nextDueInMs } = await store.incoming.releaseDue(10)
      expect(nextDueInMs).toBeGreaterThan(3_000)
      expect(nextDueInMs).toBeLessThanOrEqual(5_001)
      scene.place.advance(nextDueInMs!)
      expect(await store.incoming.releaseDue(10)).toMatchObject({ endpoints: ['local://orders'] })
    })

    it('are each released once when several nodes do it at once', async (scene, store) => {
      const other = await scene.process()
      await insert(store, ...Array.from({ length: 200 }, () => dueIn(scene, 1_000)))
      scene.place.advance(2_000)
      await Promise.all([store, other, store, other].map((one) => one.incoming.releaseDue(60)))
      while ((await store.incoming.releaseDue(60)).more);
      expect(await countsAt(store)).toMatchObject({ ready: 200, scheduled: 0 })
    })

    it('arrive when they are due: in the order of due times, behind what waits already', async (scene, store) => {
      const [second, first] = [dueIn(scene, 2_000), dueIn(scene, 1_000)]
      const waiting = message()
      await insert(store, second, first, waiting)
      scene.place.advance(3_000)
      await store.incoming.releaseDue(10)
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([waiting, first, second]))
    })

    it('of one instant arrive in the order in which they were sent', async (scene, store) => {
      const at = new Date(scene.place.clock.now().getTime() + 1_000)
      const sent = Array.from({ length: 20 }, () => message({ scheduledFor: at }))
      for (const one of sent) await insert(store, one)
      scene.place.advance(2_000)
      while ((await store.incoming.releaseDue(7)).more);
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf(sent))
    })

    it('may be sent by a handler', async (scene, store) => {
      const owner = await scene.node(store)
      await insert(store, message())
      const [claimed] = await claim(store, owner)
      await store.incoming.settle([complete(claimed!.claim, dueIn(scene, 3_000))])
      expect(await claim(store, owner)).toEqual([])
      scene.place.advance(4_000)
      await store.incoming.releaseDue(10)
      expect(await claim(store, owner)).toHaveLength(1)
    })
  })
}
