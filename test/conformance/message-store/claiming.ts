import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function claiming(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('claim', () => {
    it('resolves with an empty list when there is nothing', async (scene, store) => {
      expect(await claim(store, await scene.node(store))).toEqual([])
    })

    it('takes the oldest first, at most so many', async (scene, store) => {
      const all = messages(5)
      await insert(store, ...all)
      const owner = await scene.node(store)
      expect(idsOf(await claim(store, owner, 2))).toEqual(idsOf(all.slice(0, 2)))
      expect(idsOf(await claim(store, owner, 10))).toEqual(idsOf(all.slice(2)))
    })

    it('takes those of one endpoint alone', async (scene, store) => {
      await insert(store, message({ destination: 'local://elsewhere' }))
      expect(await claim(store, await scene.node(store))).toEqual([])
    })

    it('gives a message to one node', async (scene, store) => {
      const other = await scene.process()
      await insert(store, ...messages(10))
      const [mine, theirs] = [await scene.node(store), await scene.node(other)]
      const [first, second] = await Promise.all([claim(store, mine, 6), claim(other, theirs, 6)])
      const all = [...idsOf(first), ...idsOf(second)]
      expect(new Set(all).size).toBe(all.length)
    })

    it('gives each of many messages to one of several nodes that claim all the time', async (scene, store) => {
      const stores = [store, await scene.process(), await scene.process()]
      const all = messages(600)
      await insert(store, ...all)
      const handled = await Promise.all(
        stores.map(async (one) => {
          const owner = await scene.node(one)
          const mine: string[] = []
          for (;;) {
            const page = await claim(one, owner, 7)
            if (page.length === 0) return mine
            mine.push(...idsOf(page))
            const outcomes = await one.incoming.settle(page.map((claimed) => complete(claimed.claim)))
            expect(new Set(outcomes)).toEqual(new Set(['settled']))
          }
        }),
      )
      // A node may find rows locked and stop early; what is left is claimable.
      const left = idsOf(await claim(store, uuid(), 1_000))
      expect([...handled.flat(), ...left].sort()).toEqual(idsOf(all).sort())
    })

    it('raises the epoch each time', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const first = await claimOne(store, owner)
      await store.incoming.settle([{ kind: 'release', claim: first.claim }])
      const second = await claimOne(store, owner)
      expect(second.claim.epoch).toBeGreaterThan(first.claim.epoch)
      expect(await store.incoming.holds(first.claim)).toBe(false)
      expect(await store.incoming.holds(second.claim)).toBe(true)
    })

    it('tells who holds what', async (scene, store) => {
      const [mine, theirs] = [await scene.node(store), await scene.node(store)]
      await insert(store, ...messages(3))
      const claimed = await claim(store, mine, 2)
      await claim(store, theirs, 1)
      const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
      expect([...(await store.incoming.ownedBy(mine))].sort(byId)).toEqual(claimed.map(({ claim: held }) => held).sort(byId))
      expect(await store.incoming.ownedBy(uuid())).toEqual([])
      expect(await store.incoming.holds({ ...claimed[0]!.claim, owner: theirs })).toBe(false)
      expect(await store.incoming.holds({ ...claimed[0]!.claim, endpoint: 'local://elsewhere' })).toBe(false)
    })
  })
}
