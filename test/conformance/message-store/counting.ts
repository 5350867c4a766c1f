import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, deadLetter, insert, message, messages, sceneTests } from './scene.ts'

export function counting(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('counts', () => {
    it('tells of every endpoint and state', async (scene, store) => {
      const owner = await scene.node(store)
      await insert(store, ...messages(6))
      const claimed = (await claim(store, owner, 5)).map(({ claim: held }) => held)
      await store.incoming.settle([
        { kind: 'retry', claim: claimed[0]!, delayMs: 1_000, attempts: 1 },
        { kind: 'park', claim: claimed[1]!, reason: 'unknown' },
        deadLetter(claimed[2]!),
      ])
      const scheduledFor = new Date(scene.place.clock.now().getTime() + 60_000)
      await insert(store, message({ scheduledFor }), message({ destination: 'local://audit' }, { lane: 'a' }))
      expect([...(await store.incoming.counts())].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))).toEqual([
        { endpoint: 'local://audit', ready: 1, blocked: 0, claimed: 0, scheduled: 0, parked: 0, deadLettered: 0 },
        { endpoint: 'local://orders', ready: 1, blocked: 0, claimed: 2, scheduled: 2, parked: 1, deadLettered: 1 },
      ])
    })

    it('tells of an endpoint that has dead letters alone', async (scene, store) => {
      await insert(store, message())
      const [claimed] = await claim(store, await scene.node(store))
      await store.incoming.settle([deadLetter(claimed!.claim)])
      expect(await store.incoming.counts()).toEqual([
        { endpoint: 'local://orders', ready: 0, blocked: 0, claimed: 0, scheduled: 0, parked: 0, deadLettered: 1 },
      ])
    })

    it('changes nothing', async (scene, store) => {
      await insert(store, ...messages(3))
      await store.incoming.counts()
      await store.incoming.counts()
      expect(await claim(store, await scene.node(store))).toHaveLength(3)
    })
  })
}
