import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, deadLetter, insert, message, messages, sceneTests, uuid } from './scene.ts'

export function operating(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('an operator', () => {
    it('sees whose messages they are', async (_, store) => {
      expect(await store.operations.owner()).toBe('conformance')
    })

    it('sees every node, its life and its claims, in the order in which they came', async (scene, store) => {
      const other = await scene.process()
      const [one, two] = [uuid(), uuid()]
      await store.nodes.register({ id: one, host: 'here', pid: 11 })
      await other.nodes.register({ id: two, host: 'there', pid: 12 })
      await insert(store, ...messages(3))
      await claim(store, two, 2)
      scene.place.advance(4_000)
      await other.nodes.beat(two, [])
      const nodes = await store.operations.nodes()
      expect(nodes).toMatchObject([
        { id: one, host: 'here', pid: 11, lockHeld: true, declaredDead: false, claims: 0 },
        { id: two, host: 'there', pid: 12, lockHeld: true, declaredDead: false, claims: 2 },
      ])
      expect(nodes[0]!.startedAt).toBeInstanceOf(Date)
      expect(nodes[0]!.beatAgeMs).toBeGreaterThanOrEqual(3_900)
      expect(nodes[1]!.beatAgeMs).toBeLessThan(3_000)
    })

    it('sees a node that others have declared dead, until all that it had is free', async (scene, store) => {
      const dead = await scene.node(store)
      await insert(store, ...messages(3))
      await claim(store, dead)
      await store.nodes.takeOver(dead, 2)
      expect(await store.operations.nodes()).toMatchObject([{ id: dead, declaredDead: true, lockHeld: false, claims: 1 }])
      await store.nodes.takeOver(dead, 2)
      expect(await store.operations.nodes()).toEqual([])
    })

    it('sees how long the first in line has waited, by endpoint, since it was sent or since its chosen time', async (scene, store) => {
      const now = scene.place.clock.now().getTime()
      const ago = (ms: number) => new Date(now - ms)
      expect(await store.operations.backlog()).toEqual([])
      await insert(
        store,
        message({ sentAt: ago(60_000) }),
        message({ sentAt: ago(5_000) }),
        message({ sentAt: ago(30_000), destination: 'local://audit' }, { lane: 'a' }),
        message({ sentAt: ago(90_000), scheduledFor: ago(10_000), destination: 'local://later', headers: { odd: '\0' } }),
        message({ sentAt: ago(90_000), scheduledFor: new Date(now + 60_000), destination: 'local://tomorrow' }),
      )
      const inSeconds = (ms: number) => Math.round(ms / 5_000) * 5
      const waited = async () => (await store.operations.backlog()).map(({ endpoint, waitedMs }) => [endpoint, inSeconds(waitedMs)])
      expect(await waited()).toEqual([['local://audit', 30], ['local://later', 10], ['local://orders', 60]])
      await claim(store, await scene.node(store), 1)
      expect(await waited()).toEqual([['local://audit', 30], ['local://later', 10], ['local://orders', 5]])
    })

    it('clears all messages, what is remembered of them, and the claims on them; nodes and owner stay', async (scene, store) => {
      const owner = await scene.node(store)
      const now = scene.place.clock.now().getTime()
      const done = message()
      await insert(store, done)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
      await insert(store, ...messages(2, 'lane'), message({ scheduledFor: new Date(now + 60_000) }))
      await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim)])
      const { claim: held } = await claimOne(store, owner)
      expect(await store.operations.clear()).toBe(3)
      expect(await store.incoming.counts()).toEqual([])
      expect(await store.deadLetters.list({ limit: 10 })).toEqual([])
      expect(await store.incoming.settle([complete(held)])).toEqual(['lost'])
      expect((await store.nodes.beat(owner, [])).alive).toBe(true)
      await insert(store, done)
      expect(await claim(store, owner)).toHaveLength(1)
      expect(await store.operations.clear()).toBe(1)
      expect(await store.operations.clear()).toBe(0)
    })
  })
}
