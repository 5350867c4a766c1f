import { describe, expect } from 'vitest'
import type { MessageStore, NewMessage } from '../../../runtime/contracts/message-store.ts'
import { firstEpoch } from '../../../runtime/contracts/message-store.ts'
import { systemClock } from '../../../runtime/timing/system-clock.ts'
import { untilStoreAnswers } from '../../../runtime/timing/until-store-answers.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, type Scene, sceneTests, uuid } from './scene.ts'

const dedupWindowMs = 3_600_000

/** Messages that are handled without a row: `once`, and `storeOnce` for those that have to wait after all. */
export function handlingOnce(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const storeOnce = async (store: MessageStore, one: NewMessage): Promise<boolean> =>
    await untilStoreAnswers(systemClock, () => store.incoming.storeOnce(one))

  describe('storeOnce', () => {
    it('stores a message under the claim that it names, and says so once', async (scene, store) => {
      const owner = await scene.node(store)
      const one = message({}, { owner })
      expect(await storeOnce(store, one)).toBe(true)
      expect(await store.incoming.holds({ id: one.envelope.id, endpoint, owner, epoch: firstEpoch })).toBe(true)
      expect(await storeOnce(store, one)).toBe(false)
      await insert(store, one)
      expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 1 })
    })

    it('stores nothing that is stored, dead, or was completed within the window', async (scene, store) => {
      const [dead, done, stored] = [message(), message(), message()]
      await insert(store, dead, done)
      const [first, second] = await claim(store, await scene.node(store))
      await store.incoming.settle([deadLetter(first!.claim), complete(second!.claim)])
      await insert(store, stored)
      for (const one of [dead, done, stored]) expect(await storeOnce(store, one)).toBe(false)
      expect(await countsAt(store)).toMatchObject({ ready: 1, deadLettered: 1 })
      scene.place.advance(dedupWindowMs + 1_000)
      expect(await storeOnce(store, done)).toBe(true)
    })

    it('leaves a message that is handled, remembered and replayed like any other', async (scene, store) => {
      const one = message()
      expect(await storeOnce(store, one)).toBe(true)
      const owner = await scene.node(store)
      await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim)])
      await store.deadLetters.replay([{ id: one.envelope.id, endpoint }])
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      await insert(store, one)
      expect(await claim(store, owner)).toEqual([])
    })
  })

  if (harness.capabilities.dialect === undefined) {
    describe('once', () => {
      it('is refused by a store without a dialect', async (_, store) => {
        expect(() => store.incoming.once(uuid(), endpoint)).toThrow(expect.objectContaining({ code: 'JASPER_NOT_SUPPORTED' }))
      })
    })
    return
  }

  const once = async (scene: Scene, store: MessageStore, id: string, meanwhile: () => unknown = () => undefined): Promise<void> =>
    await scene.place.transaction!(async (execute) => {
      const { statement, verify } = store.incoming.once(id, endpoint)
      verify(await execute(statement))
      await meanwhile()
    })
  const fails = (): never => {
    throw new Error('the handler failed')
  }
  const known = { code: 'JASPER_DUPLICATE' }

  describe('once', () => {
    it('lets the first transaction of a message pass, and no other within the window', async (scene, store) => {
      const id = uuid()
      await once(scene, store, id)
      await expect(once(scene, store, id)).rejects.toMatchObject(known)
      await insert(store, message({ id }))
      expect(await countsAt(store)).toMatchObject({ ready: 0 })
      scene.place.advance(dedupWindowMs + 1_000)
      await once(scene, store, id)
    })

    it('forgets a transaction that rolls back', async (scene, store) => {
      const id = uuid()
      await expect(once(scene, store, id, fails)).rejects.toThrow('the handler failed')
      await once(scene, store, id)
    })

    it('knows what is stored and what is dead', async (scene, store) => {
      const [stored, dead, kept] = [message(), message(), message()]
      await insert(store, dead)
      await store.incoming.settle([deadLetter((await claimOne(store, await scene.node(store))).claim)])
      await insert(store, stored)
      await storeOnce(store, kept)
      for (const { envelope: { id } } of [dead, stored, kept]) await expect(once(scene, store, id)).rejects.toMatchObject(known)
    })

    it('lets one of two transactions at the same time pass', async (scene, store) => {
      const id = uuid()
      const outcomes = await Promise.allSettled([once(scene, store, id), once(scene, store, id)])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })

    it('keeps a message from being stored while it is handled: its commit wins', async (scene, store) => {
      const one = message()
      let stored: Promise<boolean> | undefined
      await once(scene, store, one.envelope.id, async () => {
        stored = storeOnce(store, one)
        // The insert began before these, and waits by now.
        for (let look = 0; look < 20; look++) expect(await countsAt(store)).toMatchObject({ ready: 0 })
      })
      expect(await stored).toBe(false)
      expect(await countsAt(store)).toMatchObject({ ready: 0 })
    })

    it('lets it be stored when that handling rolls back', async (scene, store) => {
      const one = message()
      let stored: Promise<boolean> | undefined
      const handling = once(scene, store, one.envelope.id, async () => {
        stored = storeOnce(store, one)
        for (let look = 0; look < 20; look++) expect(await countsAt(store)).toMatchObject({ ready: 0 })
        fails()
      })
      await expect(handling).rejects.toThrow('the handler failed')
      expect(await stored).toBe(true)
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([one]))
    })

    it('and storeOnce at the same time: one of the two, whoever comes first', async (scene, store) => {
      let handled = 0
      for (let round = 0; round < 60; round++) {
        const one = message()
        const handle = (): Promise<void> => once(scene, store, one.envelope.id)
        const keep = (): Promise<boolean> => storeOnce(store, one)
        const [first, second] = await Promise.allSettled(round % 2 === 0 ? [handle(), keep()] : [keep(), handle()])
        const [handling, keeping] = round % 2 === 0 ? [first, second] : [second, first]
        const won = [handling.status === 'fulfilled', keeping.status === 'fulfilled' && keeping.value === true]
        expect(won.filter(Boolean)).toHaveLength(1)
        if (won[0]) handled += 1
      }
      expect(await countsAt(store)).toMatchObject({ ready: 60 - handled })
    })
  })
}
