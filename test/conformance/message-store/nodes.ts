import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { eventually } from '../../support/eventually.ts'
import { claim, claimOne, countsAt, insert, message, messages, quiet, sceneTests, uuid } from './scene.ts'

export function nodes(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('nodes', () => {
    it('see each other, with host, beat and lock', async (scene, store) => {
      const other = await scene.process()
      const [mine, theirs] = [uuid(), uuid()]
      await store.nodes.register({ id: mine, host: 'here', pid: 1 })
      await other.nodes.register({ id: theirs, host: 'there', pid: 2 })
      await other.nodes.beat(theirs, [])
      const report = await store.nodes.beat(mine, [])
      expect(report).toMatchObject({ alive: true, unbroken: true })
      expect(report.others).toEqual([{ id: theirs, host: 'there', beat: expect.any(String), beatAgeMs: expect.any(Number), lockHeld: true }])
    })

    it('show a new beat each time, and its age by the clock of the store', async (scene, store) => {
      const other = await scene.process()
      const [mine, theirs] = [await scene.node(store), await scene.node(other)]
      const look = async () => (await store.nodes.beat(mine, [])).others[0]!
      await other.nodes.beat(theirs, [])
      const first = await look()
      expect((await look()).beat).toBe(first.beat)
      scene.place.advance(8_000)
      expect((await look()).beatAgeMs).toBeGreaterThanOrEqual(first.beatAgeMs + 7_900)
      await other.nodes.beat(theirs, [])
      const second = await look()
      expect(second.beat).not.toBe(first.beat)
      expect(second.beatAgeMs).toBeLessThan(7_000)
    })

    it('lose their lock when their process ends', async (scene, store) => {
      const other = await scene.process()
      const mine = await scene.node(store)
      await other.nodes.beat(await scene.node(other), [])
      expect((await store.nodes.beat(mine, [])).others[0]!.lockHeld).toBe(true)
      await other.close()
      await eventually('the lock of the closed store is free', async () => !(await store.nodes.beat(mine, [])).others[0]!.lockHeld)
    })

    it('do not get their lock back when their store is opened again', async (scene, store) => {
      const other = await scene.process()
      const [mine, former] = [await scene.node(store), await scene.node(other)]
      await other.close()
      await other.open({ appName: 'conformance', clock: scene.place.clock, log: quiet })
      const fresh = await scene.node(other)
      const { others } = await store.nodes.beat(mine, [])
      expect(others.find(({ id }) => id === fresh)).toMatchObject({ lockHeld: true })
      const isFree = async () => !(await store.nodes.beat(mine, [])).others.find(({ id }) => id === former)!.lockHeld
      await eventually('the lock of the former life is free', isFree)
    })

    it('register twice without harm', async (scene, store) => {
      const id = uuid()
      await Promise.all([1, 2].map(() => store.nodes.register({ id, host: 'h', pid: 1 })))
      await store.nodes.register({ id, host: 'h', pid: 1 })
      expect(await store.nodes.beat(id, [])).toMatchObject({ alive: true, others: [] })
      const other = await scene.process()
      const observer = await scene.node(other)
      await store.close()
      await eventually('one close frees the lock', async () => !(await other.nodes.beat(observer, [])).others[0]!.lockHeld)
    })

    it('are not alive when they were never registered', async (_, store) => {
      expect(await store.nodes.beat(uuid(), [])).toMatchObject({ alive: false })
    })

    it('are gone when they leave, and their claims are free', async (scene, store) => {
      const other = await scene.process()
      const [mine, theirs] = [await scene.node(store), await scene.node(other)]
      await insert(store, ...messages(3))
      const [held] = await claim(other, theirs, 2)
      await other.nodes.leave(theirs)
      await other.nodes.leave(theirs)
      expect((await store.nodes.beat(mine, [])).others).toEqual([])
      expect(await other.nodes.beat(theirs, [])).toMatchObject({ alive: false })
      expect(await countsAt(store)).toMatchObject({ ready: 3, claimed: 0 })
      expect(await other.incoming.holds(held!.claim)).toBe(false)
    })

    it('may register again under a new id in the same process', async (scene, store) => {
      const first = await scene.node(store)
      await store.nodes.leave(first)
      const second = await scene.node(store)
      expect(await store.nodes.beat(second, [])).toMatchObject({ alive: true, others: [], unbroken: true })
    })

    it('are told at a beat which endpoints have something to claim', async (scene, store) => {
      const mine = await scene.node(store)
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      await insert(
        store,
        message({ destination: 'local://free' }),
        message({ destination: 'local://lane' }, { lane: 'a' }),
        message({ destination: 'local://busy-lane' }, { lane: 'a' }),
        message({ destination: 'local://busy-lane' }, { lane: 'a' }),
        message({ destination: 'local://later', scheduledFor }),
        message({ destination: 'local://not-asked' }),
        message({ destination: 'local://owned' }, { owner: mine }),
      )
      await claim(store, mine, 1, 'local://busy-lane')
      const asked = ['local://free', 'local://lane', 'local://busy-lane', 'local://later', 'local://owned', 'local://empty']
      const { claimable } = await store.nodes.beat(mine, asked)
      expect([...claimable].sort()).toEqual(['local://free', 'local://lane'])
    })

    it('are told at a beat when something is due', async (scene, store) => {
      const mine = await scene.node(store)
      expect((await store.nodes.beat(mine, [])).nextDueInMs).toBeUndefined()
      await insert(store, message({ scheduledFor: new Date(scene.place.clock.now().getTime() + 30_000) }), message())
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, mine)).claim, delayMs: 10_000, attempts: 1 }])
      const { nextDueInMs } = await store.nodes.beat(mine, [])
      expect(nextDueInMs).toBeGreaterThan(8_000)
      expect(nextDueInMs).toBeLessThanOrEqual(10_001)
      scene.place.advance(20_000)
      expect((await store.nodes.beat(mine, [])).nextDueInMs).toBe(0)
    })
  })
}
