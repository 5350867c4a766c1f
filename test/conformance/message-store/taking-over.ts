import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, complete, countsAt, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function takingOver(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('take-over', () => {
    it('frees the claims of a dead node, and every copy of them is lost', async (scene, store) => {
      const other = await scene.process()
      const dead = await scene.node(other)
      const all = messages(3)
      await insert(store, ...all)
      const held = (await claim(other, dead)).map(({ claim: one }) => one)
      expect(await store.nodes.takeOver(dead, 100)).toEqual({ released: 3, endpoints: ['local://orders'], finished: true })
      expect(await other.incoming.settle(held.map((one) => complete(one)))).toEqual(['lost', 'lost', 'lost'])
      const again = await claim(store, await scene.node(store))
      expect(idsOf(again)).toEqual(idsOf(all))
      again.forEach(({ claim: one }, at) => expect(one.epoch).toBeGreaterThan(held[at]!.epoch + 1))
    })

    it('keeps the dead node from beating again', async (scene, store) => {
      const other = await scene.process()
      const [mine, dead] = [await scene.node(store), await scene.node(other)]
      await insert(other, ...Array.from({ length: 3 }, () => message({}, { owner: dead })))
      expect(await store.nodes.takeOver(dead, 2)).toMatchObject({ released: 2, finished: false })
      expect(await other.nodes.beat(dead, [])).toMatchObject({ alive: false })
      const { others } = await store.nodes.beat(mine, [])
      expect(others).toMatchObject([{ id: dead, lockHeld: false }])
      await other.nodes.register({ id: dead, host: 'h', pid: 1 })
      expect(await other.nodes.beat(dead, [])).toMatchObject({ alive: false })
    })

    it('goes page by page, oldest first, and forgets the node when nothing is left', async (scene, store) => {
      const other = await scene.process()
      const [mine, dead] = [await scene.node(store), await scene.node(other)]
      const all = messages(5)
      await insert(store, ...all)
      await claim(other, dead)
      expect(await store.nodes.takeOver(dead, 2)).toMatchObject({ released: 2, finished: false })
      expect(idsOf(await claim(store, mine))).toEqual(idsOf(all.slice(0, 2)))
      expect(await store.nodes.takeOver(dead, 2)).toMatchObject({ released: 2, finished: false })
      expect(await store.nodes.takeOver(dead, 2)).toMatchObject({ released: 1, finished: true })
      expect((await store.nodes.beat(mine, [])).others).toEqual([])
      expect(await store.nodes.takeOver(dead, 2)).toEqual({ released: 0, endpoints: [], finished: true })
    })

    it('may be done by any number of nodes at once', async (scene, store) => {
      const [dying, second] = [await scene.process(), await scene.process()]
      const dead = await scene.node(dying)
      await insert(store, ...messages(300))
      await claim(dying, dead, 300)
      const drain = async (one: MessageStore): Promise<number> => {
        let released = 0
        for (;;) {
          const page = await one.nodes.takeOver(dead, 40)
          released += page.released
          if (page.finished) return released
        }
      }
      const released = await Promise.all([store, second, store, second].map(drain))
      expect(released.reduce((sum, one) => sum + one)).toBe(300)
      expect(await countsAt(store)).toMatchObject({ ready: 300, claimed: 0 })
    })

    it('leaves the claims of others', async (scene, store) => {
      const other = await scene.process()
      const [mine, dead] = [await scene.node(store), await scene.node(other)]
      await insert(store, ...messages(2))
      const [held] = await claim(store, mine, 1)
      await claim(other, dead, 1)
      await store.nodes.takeOver(dead, 100)
      expect(await store.incoming.holds(held!.claim)).toBe(true)
    })

    it('frees what belongs to owners that are no registered nodes', async (scene, store) => {
      const mine = await scene.node(store)
      await insert(store, ...messages(5), message({ destination: 'local://audit' }))
      const [held] = await claim(store, mine, 1)
      await claim(store, uuid(), 2)
      await claim(store, uuid(), 2)
      await claim(store, uuid(), 1, 'local://audit')
      expect([...(await store.nodes.releaseOrphans(100))].sort()).toEqual(['local://audit', 'local://orders'])
      expect(await store.nodes.releaseOrphans(100)).toEqual([])
      expect(await store.incoming.holds(held!.claim)).toBe(true)
      expect(await countsAt(store)).toMatchObject({ ready: 4, claimed: 1 })
    })

    it('frees orphans up to a limit', async (scene, store) => {
      await insert(store, ...messages(5))
      await claim(store, uuid())
      await store.nodes.releaseOrphans(2)
      expect(await countsAt(store)).toMatchObject({ ready: 2, claimed: 3 })
      await scene.node(store)
    })
  })
}
