import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { Envelope } from '../../../runtime/envelope/envelope.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, comparable, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function deadLettering(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const bury = async (store: MessageStore, owner: string, ...list: readonly Partial<Envelope>[]) => {
    const dead = list.map((over) => message(over))
    for (const one of dead) {
      await insert(store, one)
      const [claimed] = await claim(store, owner, 1, one.envelope.destination)
      await store.incoming.settle([deadLetter(claimed!.claim)])
    }
    return dead
  }

  describe('dead letters', () => {
    it('keep the raw body, the envelope, the error and the attempts', async (scene, store) => {
      const body = Uint8Array.of(0, 255, 123, 34, 92)
      const [dead] = await bury(store, await scene.node(store), { body, headers: { a: 'b' }, tenantId: 't' })
      const [letter] = await store.deadLetters.list({ limit: 10 })
      expect(comparable(letter!.envelope)).toEqual({ ...comparable(dead!.envelope), attempts: 4 })
      expect(letter!.error).toEqual({ type: 'Error', message: 'it broke', stack: 'at line 1' })
      expect(letter!.deadLetteredAt).toBeInstanceOf(Date)
    })

    it('keep errors without a stack, and with characters of any kind', async (scene, store) => {
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      const error = { type: 'Ошибка', message: 'half \ud800 and NUL \0', stack: undefined }
      await store.incoming.settle([{ kind: 'dead-letter', claim: held, attempts: 1, error }])
      const [letter] = await store.deadLetters.list({ limit: 10 })
      expect(letter!.error).toMatchObject({ type: 'Ошибка', stack: undefined })
      expect(letter!.error.message).toMatch(/^half . and NUL .$/u)
    })

    it('are no longer claimable', async (scene, store) => {
      const owner = await scene.node(store)
      await bury(store, owner, {})
      expect(await claim(store, owner)).toEqual([])
      expect(await countsAt(store)).toMatchObject({ deadLettered: 1, ready: 0, claimed: 0 })
    })

    it('are listed newest first, up to a limit, by endpoint and type', async (scene, store) => {
      const [a, b, c] = await bury(
        store, await scene.node(store), { messageType: 'A' }, { messageType: 'B', destination: 'local://audit' }, { messageType: 'B' },
      )
      const list = async (query: object) => idsOf(await store.deadLetters.list({ limit: 10, ...query }))
      expect(await list({})).toEqual(idsOf([c!, b!, a!]))
      expect(await list({ limit: 2 })).toEqual(idsOf([c!, b!]))
      expect(await list({ endpoint })).toEqual(idsOf([c!, a!]))
      expect(await list({ messageType: 'B' })).toEqual(idsOf([c!, b!]))
      expect(await list({ messageType: 'B', endpoint: 'local://audit' })).toEqual(idsOf([b!]))
    })

    it('are replayed to their own endpoint with the same id and no attempts counted', async (scene, store) => {
      const owner = await scene.node(store)
      const [here, there] = await bury(store, owner, {}, { destination: 'local://audit' })
      const ids = [here!, there!].map(({ envelope }) => ({ id: envelope.id, endpoint: envelope.destination }))
      expect(await store.deadLetters.replay([...ids, { id: uuid(), endpoint }, { id: ids[0]!.id, endpoint: 'local://audit' }])).toBe(2)
      expect(await store.deadLetters.replay(ids)).toBe(0)
      const { envelope } = await claimOne(store, owner)
      expect(comparable(envelope)).toEqual(comparable({ ...here!.envelope, attempts: 0 }))
      expect(idsOf(await claim(store, owner, 10, 'local://audit'))).toEqual(idsOf([there!]))
    })

    it('keep lineage, tenant, headers, ordering key and body through a replay', async (scene, store) => {
      const owner = await scene.node(store)
      const kept = {
        body: Uint8Array.of(0, 255, 123),
        correlationId: 'order 7',
        conversationId: uuid(),
        causationId: uuid(),
        replyTo: 'local://replies',
        tenantId: 'acme',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        orderingKey: 'customer 1',
        headers: { a: 'b', nul: '\0' },
      }
      const [dead] = await bury(store, owner, kept)
      await store.deadLetters.replay([{ id: dead!.envelope.id, endpoint }])
      expect(comparable((await claimOne(store, owner)).envelope)).toEqual(comparable({ ...dead!.envelope, attempts: 0 }))
    })

    it('come back without a deadline that has passed, and with one that has not', async (scene, store) => {
      const owner = await scene.node(store)
      const now = scene.place.clock.now().getTime()
      const [past, open] = await bury(store, owner, { deliverBy: new Date(now - 1_000) }, { deliverBy: new Date(now + 60_000) })
      await store.deadLetters.replay([past!, open!].map(({ envelope }) => ({ id: envelope.id, endpoint })))
      const deadlines = (await claim(store, owner)).map(({ envelope }) => envelope.deliverBy)
      expect(deadlines).toEqual([undefined, new Date(now + 60_000)])
    })

    it('stay where a message of the same id waits at the endpoint already', async (scene, store) => {
      const owner = await scene.node(store)
      const [dead] = await bury(store, owner, { headers: { life: 'first' } })
      await store.incoming.insert([dead!], { mayExist: false })
      expect(await store.deadLetters.replay([{ id: dead!.envelope.id, endpoint }])).toBe(0)
      expect(await countsAt(store)).toMatchObject({ ready: 1, deadLettered: 1 })
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      expect(await store.deadLetters.replay([{ id: dead!.envelope.id, endpoint }])).toBe(1)
    })

    it('are replayed once when two operators do it at the same time', async (scene, store) => {
      const other = await scene.process()
      const dead = await bury(store, await scene.node(store), {}, {}, {}, {})
      const ids = dead.map(({ envelope }) => ({ id: envelope.id, endpoint }))
      const counts = await Promise.all([store, other, store].map((one) => one.deadLetters.replay(ids)))
      expect(counts.reduce((sum, count) => sum + count)).toBe(4)
      expect(await countsAt(store)).toMatchObject({ ready: 4, deadLettered: 0 })
    })

    it('pass the dedup window when they are replayed, and are known again when completed', async (scene, store) => {
      const owner = await scene.node(store)
      const [dead] = await bury(store, owner, {})
      const id = { id: dead!.envelope.id, endpoint }
      await store.deadLetters.replay([id])
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      await insert(store, dead!)
      expect(await claim(store, owner)).toEqual([])
    })

    it('come back with claims of their former life lost', async (scene, store) => {
      const owner = await scene.node(store)
      await insert(store, message())
      const { claim: former } = await claimOne(store, owner)
      await store.incoming.settle([deadLetter(former)])
      await store.deadLetters.replay([{ id: former.id, endpoint }])
      const { claim: held } = await claimOne(store, owner)
      expect(await store.incoming.settle([complete(former)])).toEqual(['lost'])
      expect(await store.incoming.holds(held)).toBe(true)
    })

    it('come back to the lane and the place that they had', async (scene, store) => {
      const owner = await scene.node(store)
      const lane = messages(3, 'a')
      await insert(store, ...lane)
      for (let dead = 0; dead < 2; dead++) await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim)])
      await store.deadLetters.replay([...lane].reverse().map(({ envelope }) => ({ id: envelope.id, endpoint })))
      for (const expected of lane) {
        const claimed = await claimOne(store, owner)
        expect(claimed.envelope.id).toBe(expected.envelope.id)
        await store.incoming.settle([complete(claimed.claim)])
      }
    })

    it('are discarded, and the number of those that were there is told', async (scene, store) => {
      const [dead] = await bury(store, await scene.node(store), {}, {})
      const id = { id: dead!.envelope.id, endpoint }
      expect(await store.deadLetters.discard([id, { id: uuid(), endpoint }])).toBe(1)
      expect(await store.deadLetters.discard([id])).toBe(0)
      expect(await store.deadLetters.list({ limit: 10 })).toHaveLength(1)
      expect(await store.deadLetters.replay([])).toBe(0)
    })
  })
}
