import { describe, expect } from 'vitest'
import { firstEpoch } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, comparable, countsAt, endpoint, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function enlisting(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  if (harness.capabilities.dialect === undefined) {
    describe('enlist', () => {
      it('is refused by a store without a dialect', async (_, store) => {
        expect(() => store.incoming.enlist(undefined, [])).toThrow(expect.objectContaining({ code: 'JASPER_NOT_SUPPORTED' }))
      })
    })
    return
  }

  describe('enlist', () => {
    it('completes the claim and stores what was sent with the commit, not before', async (scene, store) => {
      const owner = await scene.node(store)
      await insert(store, message())
      const { claim: held } = await claimOne(store, owner)
      const sent = [message({ headers: { a: 'b' } }), message({ body: new Uint8Array() }), message({}, { owner })]
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(held, sent)
        verify(await execute(statement))
        expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 1 })
      })
      expect(await store.incoming.holds(held)).toBe(false)
      const claimed = await claim(store, owner)
      expect(claimed.map(({ envelope }) => comparable(envelope))).toEqual(sent.slice(0, 2).map(({ envelope }) => comparable(envelope)))
      expect(await store.incoming.holds({ id: sent[2]!.envelope.id, endpoint, owner, epoch: firstEpoch })).toBe(true)
    })

    it('leaves everything as it was when the transaction rolls back', async (scene, store) => {
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      const failing = scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(held, messages(3))
        verify(await execute(statement))
        throw new Error('the handler changed its mind')
      })
      await expect(failing).rejects.toThrow('changed its mind')
      expect(await store.incoming.holds(held)).toBe(true)
      expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 1 })
    })

    it('says that a claim is lost, and stores nothing of what was sent', async (scene, store) => {
      const other = await scene.process()
      const dead = await scene.node(store)
      await insert(store, message())
      const { claim: held } = await claimOne(store, dead)
      await other.nodes.takeOver(dead, 10)
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(held, messages(3))
        const result = await execute(statement)
        expect(() => verify(result)).toThrow(expect.objectContaining({ code: 'JASPER_CLAIM_LOST' }))
        // A user who swallows it still sends nothing.
      })
      expect(await countsAt(store)).toMatchObject({ ready: 1, claimed: 0 })
    })

    it('has a form that fails in the database when the claim is lost, for adapters that send COMMIT right behind it', async (scene, store) => {
      const other = await scene.process()
      const dead = await scene.node(store)
      await insert(store, message(), message())
      const [first, second] = await claim(store, dead)
      await other.nodes.takeOver(dead, 1)
      const { statement, explain } = store.incoming.enlist(first!.claim, messages(3)).last!
      const running = scene.place.transaction!(async (execute) => void (await execute(statement)))
      const error: unknown = await running.catch((thrown: unknown) => thrown)
      expect(explain(error)).toMatchObject({ code: 'JASPER_CLAIM_LOST' })
      expect(explain(new Error('something else'))).toMatchObject({ message: 'something else' })
      const held = store.incoming.enlist(second!.claim, [message()]).last!
      await scene.place.transaction!(async (execute) => void (await execute(held.statement)))
      expect(await countsAt(store)).toMatchObject({ ready: 2, claimed: 0 })
    })

    it('makes the second of two handlers of one message fail', async (scene, store) => {
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      const run = () =>
        scene.place.transaction!(async (execute) => {
          const { statement, verify } = store.incoming.enlist(held, [message()])
          verify(await execute(statement))
        })
      const outcomes = await Promise.allSettled([run(), run()])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await countsAt(store)).toMatchObject({ ready: 1, claimed: 0 })
    })

    it('only stores when there is no claim', async (scene, store) => {
      const sent = messages(2)
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(undefined, sent)
        verify(await execute(statement))
      })
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf(sent))
    })

    it('is a statement even when there is nothing to settle or send', async (scene, store) => {
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(undefined, [])
        verify(await execute(statement))
      })
    })

    it('has values that every library passes on, and one part more than values', async (scene, store) => {
      const claimOfNobody = { id: uuid(), endpoint, owner: uuid(), epoch: 3 }
      const soon = new Date(scene.place.clock.now().getTime() + 1_000)
      const { statement } = store.incoming.enlist(claimOfNobody, [message({ scheduledFor: soon, deliverBy: soon }), message()])
      expect(statement.parts).toHaveLength(statement.values.length + 1)
      for (const value of statement.values) {
        expect(value === null || value instanceof Uint8Array || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true)
      }
    })

    it('takes any number of messages', async (scene, store) => {
      const sent = messages(6_000)
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(undefined, sent)
        verify(await execute(statement))
      })
      expect(idsOf(await claim(store, await scene.node(store), 10_000))).toEqual(idsOf(sent))
    })

    it('remembers what it completed', async (scene, store) => {
      const handled = message()
      await insert(store, handled)
      const { claim: held } = await claimOne(store, await scene.node(store))
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = store.incoming.enlist(held, [])
        verify(await execute(statement))
      })
      await insert(store, handled)
      expect(await store.incoming.counts()).toEqual([])
    })
  })
}
