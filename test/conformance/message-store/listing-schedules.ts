import { describe, expect } from 'vitest'
import type { MessageStore, ScheduledMessage, ScheduledQuery } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claimOne, comparable, endpoint, idsOf, insert, message, sceneTests, uuid, type Scene } from './scene.ts'

export function listingSchedules(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const inMs = (scene: Scene, ms: number) => new Date(scene.place.clock.now().getTime() + ms)
  const dueIn = (scene: Scene, ms: number, over: object = {}) => message({ scheduledFor: inMs(scene, ms), ...over })
  /** All pages, one after the other. */
  const walk = async (store: MessageStore, query: ScheduledQuery): Promise<readonly ScheduledMessage[]> => {
    const { messages, next } = await store.scheduled.list(query)
    return next === undefined ? messages : [...messages, ...(await walk(store, { ...query, after: next }))]
  }

  describe('a list of what is scheduled', () => {
    it('shows what waits for its time, whole, soonest first', async (scene, store) => {
      const [late, soon] = [dueIn(scene, 9_000), dueIn(scene, 3_000, { headers: { a: 'b' }, tenantId: 't' })]
      await insert(store, late, soon, message())
      const { messages, next } = await store.scheduled.list({ limit: 10 })
      expect(next).toBeUndefined()
      expect(messages.map((one) => ({ ...one, envelope: comparable(one.envelope) }))).toEqual(
        [soon, late].map(({ envelope }) => ({ envelope: comparable(envelope), endpoint, dueAt: envelope.scheduledFor })),
      )
    })

    it('shows nothing that waits for another attempt, or whose time has come', async (scene, store) => {
      await insert(store, message(), dueIn(scene, 1_000, { destination: 'local://audit' }))
      const { claim } = await claimOne(store, await scene.node(store))
      await store.incoming.settle([{ kind: 'retry', claim, delayMs: 60_000, attempts: 1 }])
      scene.place.advance(2_000)
      await store.incoming.releaseDue(10)
      expect(await store.scheduled.list({ limit: 10 })).toEqual({ messages: [], next: undefined })
    })

    it('follows the times that were changed', async (scene, store) => {
      const [first, second] = [dueIn(scene, 1_000), dueIn(scene, 2_000)]
      await insert(store, first, second)
      await store.scheduled.reschedule(first.envelope.id, inMs(scene, 60_000))
      expect(idsOf((await store.scheduled.list({ limit: 10 })).messages as never)).toEqual(idsOf([second, first]))
    })

    it('may be narrowed by endpoint, message type and time, of which the end is not included', async (scene, store) => {
      const [a, b, c] = [
        dueIn(scene, 1_000, { messageType: 'A' }),
        dueIn(scene, 2_000, { messageType: 'B' }),
        dueIn(scene, 3_000, { messageType: 'A', destination: 'local://audit' }),
      ] as const
      await insert(store, a, b, c)
      const found = async (query: Partial<ScheduledQuery>) =>
        (await store.scheduled.list({ limit: 10, ...query })).messages.map((one) => one.envelope.id)
      expect(await found({ endpoint })).toEqual(idsOf([a, b]))
      expect(await found({ messageType: 'A' })).toEqual(idsOf([a, c]))
      expect(await found({ endpoint, messageType: 'A' })).toEqual(idsOf([a]))
      expect(await found({ from: b.envelope.scheduledFor! })).toEqual(idsOf([b, c]))
      expect(await found({ until: b.envelope.scheduledFor! })).toEqual(idsOf([a]))
    })

    it('comes in pages that together show each message once, those of one instant in the order of their ids', async (scene, store) => {
      const together = inMs(scene, 5_000)
      const all = Array.from({ length: 23 }, (_, n) => (n % 4 === 0 ? dueIn(scene, 1_000 * n + 500) : message({ scheduledFor: together })))
      const twice = message({ id: all[1]!.envelope.id, scheduledFor: together, destination: 'local://audit' })
      await insert(store, ...all, twice)
      const expected = [...all, twice]
        .map(({ envelope: { scheduledFor, id, destination } }) => `${scheduledFor!.toISOString()} ${id} ${destination}`)
        .sort()
      const shown = await walk(store, { limit: 5 })
      expect(shown.map((one) => `${one.dueAt.toISOString()} ${one.envelope.id} ${one.endpoint}`)).toEqual(expected)
    })

    it('goes on where it was, whatever comes and goes between two pages', async (scene, store) => {
      const all = Array.from({ length: 6 }, (_, n) => dueIn(scene, 1_000 * (n + 1)))
      await insert(store, ...all)
      const first = await store.scheduled.list({ limit: 3 })
      await store.scheduled.cancel(all[2]!.envelope.id)
      await insert(store, dueIn(scene, 500))
      const rest = await store.scheduled.list({ limit: 3, after: first.next! })
      expect(rest.messages.map((one) => one.envelope.id)).toEqual(idsOf(all.slice(3)))
    })

    it('refuses a place that no page has said', async (_scene, store) => {
      for (const after of ['', 'tomorrow', uuid(), `2026-01-01 ${uuid()} local://x`]) {
        await expect(store.scheduled.list({ limit: 1, after })).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
      }
    })
  })
}
