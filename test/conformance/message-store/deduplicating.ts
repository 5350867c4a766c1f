import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, rules, sceneTests } from './scene.ts'

/** The window of every store under test. */
const dedupWindowMs = 3_600_000

export function deduplicating(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('duplicates', () => {
    it('passes over a message that is stored', async (_, store) => {
      const first = message()
      await insert(store, first)
      await insert(store, first, message())
      await store.incoming.insert([first], { mayExist: false })
      expect(await countsAt(store)).toMatchObject({ ready: 2 })
    })

    it('passes over the second of two in one insert', async (scene, store) => {
      const first = message()
      await insert(store, first, { ...first, envelope: { ...first.envelope, correlationId: 'second' } })
      expect((await claimOne(store, await scene.node(store))).envelope.correlationId).toBe('correlation')
    })

    it('passes over one that is claimed, and leaves the claim', async (scene, store) => {
      const first = message()
      await insert(store, first)
      const { claim: held } = await claimOne(store, await scene.node(store))
      await insert(store, first)
      expect(await store.incoming.holds(held)).toBe(true)
    })

    it('passes over one that was completed within the window', async (scene, store) => {
      const first = message()
      await insert(store, first)
      const owner = await scene.node(store)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      scene.place.advance(dedupWindowMs - 1_000)
      await insert(store, first)
      expect(await claim(store, owner)).toEqual([])
    })

    it('stores one that was completed before the window', async (scene, store) => {
      const first = message()
      await insert(store, first)
      const owner = await scene.node(store)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      scene.place.advance(dedupWindowMs + 1_000)
      await insert(store, first)
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([first]))
    })

    it('knows one for as long as the rules of its endpoint say', async (scene) => {
      const store = await scene.process('conformance', rules([], { dedupWindowMs: 10_000 }))
      const [short, long] = [message(), message({ destination: 'local://audit' })]
      await insert(store, short, long)
      const owner = await scene.node(store)
      const held = [...(await claim(store, owner)), ...(await claim(store, owner, 10, 'local://audit'))]
      await store.incoming.settle(held.map((one) => complete(one.claim)))
      scene.place.advance(9_000)
      await insert(store, short, long)
      expect(await store.incoming.counts()).toEqual([])
      expect(await store.incoming.forgetCompleted(10)).toBe(0)
      scene.place.advance(2_000)
      expect(await store.incoming.forgetCompleted(10)).toBe(1)
      await insert(store, short, long)
      expect(await store.incoming.counts()).toMatchObject([{ endpoint, ready: 1 }])
    })

    it('passes over one that was discarded, or is among the dead letters', async (scene, store) => {
      const [discarded, dead] = [message(), message()]
      await insert(store, discarded, dead)
      const owner = await scene.node(store)
      const [first, second] = await claim(store, owner)
      await store.incoming.settle([{ kind: 'discard', claim: first!.claim }, deadLetter(second!.claim)])
      await insert(store, discarded, dead)
      expect(await claim(store, owner)).toEqual([])
    })

    if (harness.capabilities.dialect !== undefined) {
      it('passes over one whose handling commits while it is inserted', async (scene, store) => {
        const first = message()
        await insert(store, first)
        const owner = await scene.node(store)
        const { claim: held } = await claimOne(store, owner)
        let again: Promise<void> | undefined
        await scene.place.transaction!(async (execute) => {
          const { statement, verify } = store.incoming.enlist(held, [])
          verify(await execute(statement))
          again = insert(store, first)
          // The insert began before these, and is at the row by now: stored still, and about to be completed.
          for (let look = 0; look < 20; look++) await countsAt(store)
        })
        await again
        expect(await claim(store, owner)).toEqual([])
        await insert(store, first)
        expect(await claim(store, owner)).toEqual([])
      })
    }

    it('passes over what a handler sends again', async (scene, store) => {
      const sent = message()
      await insert(store, message(), message())
      const owner = await scene.node(store)
      const [first, second] = await claim(store, owner)
      await store.incoming.settle([complete(first!.claim, sent), complete(second!.claim, sent)])
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([sent]))
    })

    it('forgets completed ids after the window, at most so many', async (scene, store) => {
      const owner = await scene.node(store)
      const complete5 = async (): Promise<void> => {
        await insert(store, ...Array.from({ length: 5 }, () => message()))
        await store.incoming.settle((await claim(store, owner)).map((claimed) => complete(claimed.claim)))
      }
      await complete5()
      scene.place.advance(dedupWindowMs / 2)
      await complete5()
      expect(await store.incoming.forgetCompleted(100)).toBe(0)
      scene.place.advance(dedupWindowMs / 2 + 1_000)
      expect(await store.incoming.forgetCompleted(3)).toBe(3)
      expect(await store.incoming.forgetCompleted(100)).toBe(2)
      expect(await store.incoming.forgetCompleted(100)).toBe(0)
    })
  })
}
