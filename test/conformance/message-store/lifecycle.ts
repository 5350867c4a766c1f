import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, idsOf, insert, message, quiet, sceneTests } from './scene.ts'

export function lifecycle(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('opening and closing', () => {
    it('says the same about itself as its test does', async (_, store) => {
      expect(store.capabilities).toEqual(harness.capabilities)
    })

    it('describes itself', async (_, store) => {
      expect(store.description).toMatch(/\w/)
    })

    it('opens twice, one after the other and at once', async (scene) => {
      const store = scene.unopened()
      const options = { appName: 'conformance', clock: scene.place.clock, log: quiet }
      await Promise.all([store.open(options), store.open(options)])
      await store.open(options)
      await insert(store, message())
    })

    it('opens from several processes at once', async (scene) => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => scene.process()))
      await Promise.all(stores.map((store) => insert(store, message())))
      const owner = await scene.node(stores[0]!)
      expect(await claim(stores[0]!, owner)).toHaveLength(4)
    })

    it('refuses an application of another name', async (scene) => {
      await expect(scene.process('another')).rejects.toMatchObject({ code: 'JASPER_STORE_OWNED' })
      const again = await scene.process()
      await insert(again, message())
    })

    it('closes twice, before it was opened, and at once', async (scene, store) => {
      const unopened = scene.unopened()
      await unopened.close()
      await Promise.all([store.close(), store.close()])
      await store.close()
    })

    it('closes while it runs', async (scene, store) => {
      const work = Array.from({ length: 20 }, () => insert(store, message()).then(() => 'stored', (error: unknown) => error))
      await store.close()
      for (const outcome of await Promise.all(work)) {
        if (outcome !== 'stored') expect(outcome).toMatchObject({ code: expect.stringMatching(/^JASPER_STORE_(CLOSED|UNREACHABLE)$/) })
      }
      await scene.process()
    })

    it('closes while it opens', async (scene) => {
      const store = scene.unopened()
      const opening = store.open({ appName: 'conformance', clock: scene.place.clock, log: quiet }).catch((error: unknown) => error)
      await store.close()
      const outcome = await opening
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'JASPER_STORE_CLOSED' })
    })

    it('opens again after it was closed, and the messages are there', async (scene, store) => {
      const stored = message()
      await insert(store, stored)
      await store.close()
      await store.open({ appName: 'conformance', clock: scene.place.clock, log: quiet })
      const owner = await scene.node(store)
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([stored]))
    })

    it('has no handle for a library that it does not know', async (_, store) => {
      expect(store.dataHandle('no-such-library')).toBeUndefined()
    })
  })
}
