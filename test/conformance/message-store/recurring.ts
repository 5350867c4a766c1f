import { describe, expect } from 'vitest'
import type { RecurringStep } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, countsAt, idsOf, message, sceneTests, type Scene } from './scene.ts'

const hourly = { name: 'report', timetable: 'hourly', messageType: 'MakeReport' }

export function recurring(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const inMs = (scene: Scene, ms: number) => new Date(scene.place.clock.now().getTime() + ms)
  const going = (nextAt: Date): RecurringStep => ({ name: 'report', seen: undefined, timetable: 'hourly', nextAt, fired: undefined, messages: [] })

  describe('recurring messages', () => {
    it('are known by the nodes that have declared them, and by none when these have left', async (scene, store) => {
      const node = await scene.node(store)
      await store.recurring.declare(node, [hourly, { ...hourly, name: 'audit' }])
      const { now, rules } = await store.recurring.look()
      expect(rules).toEqual([
        { ...hourly, name: 'audit', setFor: undefined, nextAt: undefined, lastAt: undefined },
        { ...hourly, setFor: undefined, nextAt: undefined, lastAt: undefined },
      ])
      expect(Math.abs(now.getTime() - scene.place.clock.now().getTime())).toBeLessThan(10_000)
      await store.recurring.declare(node, [hourly])
      expect((await store.recurring.look()).rules).toHaveLength(1)
      await store.nodes.leave(node)
      expect((await store.recurring.look()).rules).toEqual([])
    })

    it('are those of the living: a node that was declared dead, or never registered, has none', async (scene, store) => {
      const node = await scene.node(store)
      await store.recurring.declare(node, [hourly])
      await store.nodes.takeOver(node, 10)
      await store.recurring.declare('00000000-0000-7000-8000-000000000000', [hourly])
      expect((await store.recurring.look()).rules).toEqual([])
    })

    it('are as they were declared last, and again as before when that node has left', async (scene, store) => {
      const [first, second] = [await scene.node(store), await scene.node(store)]
      await store.recurring.declare(first, [hourly])
      scene.place.advance(1_000)
      await store.recurring.declare(second, [{ ...hourly, timetable: 'daily' }])
      const timetables = async () => (await store.recurring.look()).rules.map(({ timetable }) => timetable)
      expect(await timetables()).toEqual(['daily'])
      await store.nodes.leave(second)
      expect(await timetables()).toEqual(['hourly'])
    })

    it('go from tick to tick, each tick with its messages', async (scene, store) => {
      const node = await scene.node(store)
      await store.recurring.declare(node, [hourly])
      const [first, second] = [inMs(scene, 1_000), inMs(scene, 9_000)]
      expect(await store.recurring.advance(going(first))).toBe(true)
      scene.place.advance(2_000)
      const one = message()
      const step = { ...going(second), seen: { setFor: 'hourly', nextAt: first }, fired: first, messages: [one] }
      expect(await store.recurring.advance(step)).toBe(true)
      expect((await store.recurring.look()).rules).toEqual([{ ...hourly, setFor: 'hourly', nextAt: second, lastAt: first }])
      expect(idsOf(await claim(store, node))).toEqual(idsOf([one]))
    })

    it('never fire before their tick by the clock of the store', async (scene, store) => {
      const first = inMs(scene, 60_000)
      await store.recurring.advance(going(first))
      const early = { ...going(inMs(scene, 90_000)), seen: { setFor: 'hourly', nextAt: first }, fired: first, messages: [message()] }
      expect(await store.recurring.advance(early)).toBe(false)
      expect(await countsAt(store)).toMatchObject({ ready: 0 })
    })

    it('are set going once, and fire each tick once, however many try at the same time or come late', async (scene, store) => {
      const other = await scene.process()
      const ticks = Array.from({ length: 6 }, (_, n) => inMs(scene, 1_000 * (n + 1)))
      const stores = [store, other, store, other]
      const begun = await Promise.all(stores.map((one) => one.recurring.advance(going(ticks[0]!))))
      expect(begun.filter(Boolean)).toHaveLength(1)
      scene.place.advance(60_000)
      for (let n = 0; n < 5; n++) {
        const step = () => ({ ...going(ticks[n + 1]!), seen: { setFor: 'hourly', nextAt: ticks[n] }, fired: ticks[n], messages: [message()] })
        const taken = await Promise.all(stores.map((one) => one.recurring.advance(step())))
        expect(taken.filter(Boolean), `tick ${n}`).toHaveLength(1)
        expect(await other.recurring.advance(step()), 'who stalled fires nothing').toBe(false)
      }
      expect(await countsAt(store)).toMatchObject({ ready: 5 })
    })

    it('change their timetable: who still has the old one moves nothing', async (scene, store) => {
      const [old, changed] = [inMs(scene, 1_000), inMs(scene, 5_000)]
      await store.recurring.advance(going(old))
      expect(await store.recurring.advance({ ...going(changed), seen: { setFor: 'hourly', nextAt: old }, timetable: 'daily' })).toBe(true)
      scene.place.advance(10_000)
      const stale = { ...going(inMs(scene, 60_000)), seen: { setFor: 'hourly', nextAt: changed }, fired: changed, messages: [message()] }
      expect(await store.recurring.advance(stale)).toBe(false)
      expect(await countsAt(store)).toMatchObject({ ready: 0 })
    })

    it('are forgotten when nobody has them and their next tick is long past', async (scene, store) => {
      const node = await scene.node(store)
      await store.recurring.declare(node, [hourly])
      await store.recurring.advance(going(inMs(scene, 1_000)))
      await store.recurring.advance({ ...going(inMs(scene, 1_000)), name: 'gone' })
      scene.place.advance(10_000)
      expect(await store.recurring.forget(60_000)).toBe(0)
      expect(await store.recurring.forget(5_000)).toBe(1)
      await store.nodes.leave(node)
      expect(await store.recurring.forget(5_000)).toBe(1)
    })
  })
}
