import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, sceneTests, uuid, type Scene } from './scene.ts'

const audit = 'local://audit'

export function changingSchedules(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const dueIn = (scene: Scene, ms: number) => message({ scheduledFor: new Date(scene.place.clock.now().getTime() + ms) })
  const inMs = (scene: Scene, ms: number) => new Date(scene.place.clock.now().getTime() + ms)
  const nothing = async (store: MessageStore) =>
    expect(await store.incoming.releaseDue(10)).toEqual({ endpoints: [], more: false, nextDueInMs: undefined })

  describe('the schedule of a message', () => {
    it('may be cancelled: it never becomes due', async (scene, store) => {
      const [cancelled, other] = [dueIn(scene, 1_000), dueIn(scene, 1_000)]
      await insert(store, cancelled, other)
      expect(await store.scheduled.cancel(cancelled.envelope.id)).toEqual({ [endpoint]: 'changed' })
      scene.place.advance(2_000)
      await store.incoming.releaseDue(10)
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([other]))
    })

    it('is cancelled at every endpoint that it went to', async (scene, store) => {
      const one = dueIn(scene, 1_000)
      await insert(store, one, { ...one, envelope: { ...one.envelope, destination: audit } })
      expect(await store.scheduled.cancel(one.envelope.id)).toEqual({ [audit]: 'changed', [endpoint]: 'changed' })
      expect([await countsAt(store), await countsAt(store, audit)]).toMatchObject([{ scheduled: 0 }, { scheduled: 0 }])
    })

    it('that was cancelled is as if never sent: nobody knows the id, and it may be sent again', async (scene, store) => {
      const one = dueIn(scene, 1_000)
      await insert(store, one)
      await store.scheduled.cancel(one.envelope.id)
      expect(await store.scheduled.cancel(one.envelope.id)).toEqual({})
      await insert(store, one)
      expect(await countsAt(store)).toMatchObject({ scheduled: 1 })
    })

    it('is not changed by the id of another', async (scene, store) => {
      await insert(store, dueIn(scene, 1_000))
      expect(await store.scheduled.cancel(uuid())).toEqual({})
      expect(await store.scheduled.reschedule(uuid(), inMs(scene, 5_000))).toEqual({})
      expect(await countsAt(store)).toMatchObject({ scheduled: 1 })
    })

    it('may be moved: not due at the old time, due at the new, which its envelope names', async (scene, store) => {
      const later = dueIn(scene, 1_000)
      await insert(store, later)
      const at = inMs(scene, 5_000)
      expect(await store.scheduled.reschedule(later.envelope.id, at)).toEqual({ [endpoint]: 'changed' })
      scene.place.advance(3_000)
      expect(await store.incoming.releaseDue(10)).toMatchObject({ endpoints: [] })
      scene.place.advance(3_000)
      expect(await store.incoming.releaseDue(10)).toMatchObject({ endpoints: [endpoint] })
      const claimed = await claimOne(store, await scene.node(store))
      expect({ ...claimed.envelope, body: undefined }).toEqual({ ...later.envelope, body: undefined, scheduledFor: at })
      await nothing(store)
    })

    it('may be moved forward, and keeps headers that no database text could hold', async (scene, store) => {
      const later = message({ scheduledFor: inMs(scene, 60_000), headers: { note: 'a\0b "jasper-scheduled-for":"x"' } })
      await insert(store, later)
      await store.scheduled.reschedule(later.envelope.id, inMs(scene, 1_000))
      scene.place.advance(2_000)
      await store.incoming.releaseDue(10)
      expect((await claimOne(store, await scene.node(store))).envelope.headers).toEqual(later.envelope.headers)
    })

    it('that is moved into the past is ready at once, behind what waits already', async (scene, store) => {
      const later = dueIn(scene, 60_000)
      const waiting = message()
      await insert(store, later, waiting)
      expect(await store.scheduled.reschedule(later.envelope.id, inMs(scene, -1_000))).toEqual({ [endpoint]: 'changed' })
      expect(idsOf(await claim(store, await scene.node(store)))).toEqual(idsOf([waiting, later]))
      await nothing(store)
    })

    it('is moved at every endpoint that it went to', async (scene, store) => {
      const one = dueIn(scene, 1_000)
      await insert(store, one, { ...one, envelope: { ...one.envelope, destination: audit } })
      await store.scheduled.reschedule(one.envelope.id, inMs(scene, 5_000))
      scene.place.advance(2_000)
      expect(await store.incoming.releaseDue(10)).toMatchObject({ endpoints: [] })
      scene.place.advance(4_000)
      expect([...(await store.incoming.releaseDue(10)).endpoints].sort()).toEqual([audit, endpoint])
    })

    it('is beyond change once it was due, and the answer says what became of it', async (scene, store) => {
      const owner = await scene.node(store)
      const both = async (id: string) => [await store.scheduled.cancel(id), await store.scheduled.reschedule(id, inMs(scene, 60_000))]
      const one = dueIn(scene, 1_000)
      const { id } = one.envelope
      await insert(store, one)
      scene.place.advance(2_000)
      await store.incoming.releaseDue(10)
      expect(await both(id), 'it waits').toEqual([{ [endpoint]: 'due' }, { [endpoint]: 'due' }])
      const first = await claimOne(store, owner)
      expect(await both(id), 'it is being handled').toEqual([{ [endpoint]: 'due' }, { [endpoint]: 'due' }])
      await store.incoming.settle([{ kind: 'retry', claim: first.claim, delayMs: 1_000, attempts: 1 }])
      expect(await both(id), 'an attempt failed').toEqual([{ [endpoint]: 'due' }, { [endpoint]: 'due' }])
      scene.place.advance(2_000)
      await store.incoming.releaseDue(10)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      expect(await both(id), 'it was handled').toEqual([{ [endpoint]: 'handled' }, { [endpoint]: 'handled' }])
    })

    it('is beyond change when it is a dead letter', async (scene, store) => {
      const one = message()
      await insert(store, one)
      await store.incoming.settle([deadLetter((await claimOne(store, await scene.node(store))).claim)])
      expect(await store.scheduled.cancel(one.envelope.id)).toEqual({ [endpoint]: 'dead-lettered' })
      expect(await store.scheduled.reschedule(one.envelope.id, inMs(scene, 1_000))).toEqual({ [endpoint]: 'dead-lettered' })
    })

    it('is told for each endpoint by itself', async (scene, store) => {
      const one = dueIn(scene, 1_000)
      await insert(store, message({ id: one.envelope.id, destination: audit }), one)
      expect(await store.scheduled.cancel(one.envelope.id)).toEqual({ [audit]: 'due', [endpoint]: 'changed' })
    })

    it('is cancelled, moved or due, and never two of these, whatever comes at the same time', async (scene, store) => {
      const other = await scene.process()
      const all = Array.from({ length: 90 }, () => dueIn(scene, 1_000))
      await insert(store, ...all)
      scene.place.advance(2_000)
      const at = inMs(scene, 60_000)
      const [answers] = await Promise.all([
        Promise.all(
          all.map(async ({ envelope: { id } }, n) => {
            const one = n % 2 === 0 ? store : other
            const first = await (n % 3 === 0 ? one.scheduled.reschedule(id, at) : one.scheduled.cancel(id))
            return [first, await other.scheduled.cancel(id)] as const
          }),
        ),
        ...[store, other, store, other].map(async (one) => {
          while ((await one.incoming.releaseDue(5)).more);
        }),
      ])
      const owner = await scene.node(store)
      const handled = new Set(idsOf(await claim(store, owner, 1_000)))
      for (const [n, [first, second]] of answers.entries()) {
        const { id } = all[n]!.envelope
        const wasMoved = n % 3 === 0 && first[endpoint] === 'changed'
        expect(first[endpoint], `message ${n}`).toBe(handled.has(id) ? 'due' : 'changed')
        const again = handled.has(id) ? { [endpoint]: 'due' } : wasMoved ? { [endpoint]: 'changed' } : {}
        expect(second, `message ${n}, cancelled again`).toEqual(again)
      }
      expect(await countsAt(store)).toMatchObject({ ready: 0, scheduled: 0, claimed: handled.size })
    })

    it('cancelled by several at once is cancelled by one; the others do not know it', async (scene, store) => {
      const other = await scene.process()
      for (let round = 0; round < 10; round++) {
        const one = dueIn(scene, 60_000)
        await insert(store, one)
        const answers = await Promise.all([store, other, store, other].map((each) => each.scheduled.cancel(one.envelope.id)))
        expect(answers.filter((answer) => answer[endpoint] === 'changed')).toHaveLength(1)
        expect(answers.filter((answer) => Object.keys(answer).length === 0)).toHaveLength(3)
      }
    })
  })
}
