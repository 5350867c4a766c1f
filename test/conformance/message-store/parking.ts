import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { Envelope } from '../../../runtime/envelope/envelope.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimParked, countsAt, endpoint, idsOf, insert, message, rules, sceneTests } from './scene.ts'

export function parking(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const park = async (store: MessageStore, owner: string, ...list: readonly Partial<Envelope>[]) => {
    const parked = list.map((over) => message(over))
    await insert(store, ...parked)
    const claimed = await claim(store, owner)
    await store.incoming.settle(claimed.map(({ claim: held }) => ({ kind: 'park', claim: held, reason: 'no chain\0 for it' })))
    return parked
  }

  describe('parked messages', () => {
    it('are not claimable, and no attempt is counted', async (scene, store) => {
      const knowing = await scene.process('conformance', rules([['PlaceOrder', 1]]))
      const owner = await scene.node(knowing)
      await park(store, owner, { attempts: 2 })
      expect(await claim(knowing, owner)).toEqual([])
      expect(await countsAt(store)).toMatchObject({ parked: 1, claimed: 0, ready: 0 })
      const [claimed] = await claimParked(knowing, owner)
      expect(claimed!.envelope.attempts).toBe(2)
      expect(await countsAt(store)).toMatchObject({ parked: 0, claimed: 1, ready: 0 })
      expect(await knowing.incoming.settle([{ kind: 'release', claim: claimed!.claim }])).toEqual(['settled'])
      expect(await countsAt(store)).toMatchObject({ parked: 0, ready: 1 })
    })

    it('are claimed by those who know type and version, oldest first, with what is ready', async (scene, store) => {
      const knowing = await scene.process('conformance', rules([['A', 2], ['B', 1], ['C', 9]]))
      const [ignorant, owner] = [await scene.node(store), await scene.node(knowing)]
      const [, second, third] = await park(
        store, ignorant, { messageType: 'A' }, { messageType: 'A', messageVersion: 2 }, { messageType: 'B' }, { messageType: 'C' },
      )
      const fresh = message({ messageType: 'B' })
      await insert(store, fresh)
      expect((await store.nodes.beat(ignorant, [endpoint])).parked).toEqual([])
      expect((await knowing.nodes.beat(owner, [endpoint, 'local://elsewhere'])).parked).toEqual([endpoint])
      expect(await claimParked(store, ignorant, 0)).toEqual([])
      expect(idsOf(await claimParked(knowing, owner, 2))).toEqual(idsOf([second!, third!]))
      expect(idsOf(await claimParked(knowing, owner))).toEqual(idsOf([fresh]))
      expect((await knowing.nodes.beat(owner, [endpoint])).parked).toEqual([])
      expect(await countsAt(store)).toMatchObject({ parked: 2 })
    })

    it('are claimed once, by whoever comes first', async (scene, store) => {
      const stores = [await scene.process('conformance', rules([['PlaceOrder', 1]])), await scene.process('conformance', rules([['PlaceOrder', 1]]))]
      const parked = await park(store, await scene.node(store), ...Array.from({ length: 30 }, () => ({})))
      const pages = await Promise.all(
        stores.map(async (one) => {
          const owner = await scene.node(one)
          return [...(await claimParked(one, owner, 10)), ...(await claimParked(one, owner, 20))]
        }),
      )
      expect(pages.flat().map(({ envelope }) => envelope.id).sort()).toEqual(idsOf(parked).sort())
    })

    it('become dead letters, the oldest first, a page at a time', async (scene, store) => {
      const owner = await scene.node(store)
      const [old] = await park(store, owner, {})
      scene.place.advance(1_000)
      const [young] = await park(store, owner, {})
      scene.place.advance(15_000)
      expect(await store.incoming.expireParked(12_000, 1)).toBe(1)
      const dead = async () => idsOf(await store.deadLetters.list({ limit: 10 })).sort()
      expect(await dead()).toEqual(idsOf([old!]))
      expect(await store.incoming.expireParked(12_000, 1)).toBe(1)
      expect(await dead()).toEqual(idsOf([old!, young!]).sort())
    })

    it('become dead letters when they have waited too long', async (scene, store) => {
      const owner = await scene.node(store)
      const [old] = await park(store, owner, {})
      scene.place.advance(10_000)
      await park(store, owner, {})
      scene.place.advance(5_000)
      expect(await store.incoming.expireParked(12_000, 10)).toBe(1)
      expect(await store.incoming.expireParked(12_000, 10)).toBe(0)
      const [letter] = await store.deadLetters.list({ limit: 10 })
      expect(letter!.envelope.id).toBe(old!.envelope.id)
      expect(letter!.error).toMatchObject({ type: 'JASPER_UNKNOWN_MESSAGE', message: expect.stringContaining('no chain') })
      expect(await countsAt(store)).toMatchObject({ parked: 1, deadLettered: 1 })
    })
  })
}
