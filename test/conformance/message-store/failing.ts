import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, deadLetter, endpoint, failures, idsOf, insert, message, messages, sceneTests } from './scene.ts'

export function failing(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('a failed attempt', () => {
    it('is counted and its claim stays, where another follows at once', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const { claim: held } = await claimOne(store, owner)
      expect(await store.incoming.settle([{ kind: 'keep', claim: held, attempts: 1, failures: failures(1) }])).toEqual(['settled'])
      expect(await store.incoming.holds(held)).toBe(true)
      expect(await claim(store, owner)).toEqual([])
      expect(await store.incoming.settle([{ kind: 'release', claim: held }])).toEqual(['settled'])
      expect((await claimOne(store, owner)).envelope).toMatchObject({ attempts: 1, failures: failures(1, { node: expect.any(String) }) })
    })

    it('leaves its history with the message, through a retry, a take-over and a replay', async (scene, store) => {
      await insert(store, message())
      const [dying, owner] = [await scene.node(store), await scene.node(store)]
      const history = failures(2)
      await store.incoming.settle([
        { kind: 'retry', claim: (await claimOne(store, dying)).claim, delayMs: 0, attempts: 2, connectionLosses: 3, failures: history },
      ])
      expect((await claimOne(store, dying)).envelope).toMatchObject({ attempts: 2, connectionLosses: 3, failures: history })
      await store.nodes.takeOver(dying, 10)
      const again = await claimOne(store, owner)
      expect(again.envelope).toMatchObject({ attempts: 2, connectionLosses: 3, failures: history })
      const longer = [...history, ...failures(1)]
      const error = { type: 'Error', message: 'it broke', stack: undefined }
      await store.incoming.settle([{ kind: 'dead-letter', claim: again.claim, attempts: 3, error, failures: longer }])
      const [letter] = await store.deadLetters.list({ limit: 1 })
      expect(letter!.envelope).toMatchObject({ attempts: 3, connectionLosses: 3, failures: longer })
      await store.deadLetters.replay([{ id: again.claim.id, endpoint }])
      expect((await claimOne(store, owner)).envelope).toMatchObject({ attempts: 0, connectionLosses: 0, failures: longer })
    })

    it('changes neither history nor losses where nothing is said of them', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const history = failures(1)
      const { claim: held } = await claimOne(store, owner)
      await store.incoming.settle([{ kind: 'retry', claim: held, delayMs: 0, attempts: 1, connectionLosses: 2, failures: history }])
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 0, attempts: 2 }])
      await store.incoming.settle([deadLetter((await claimOne(store, owner)).claim, 3)])
      const [letter] = await store.deadLetters.list({ limit: 1 })
      expect(letter!.envelope).toMatchObject({ attempts: 3, connectionLosses: 2, failures: history })
    })

    it('is remembered whatever characters its error holds', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const odd = failures(1, { type: 'Ошибка', message: 'half \ud800 and NUL \0 "quoted" \\' })
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 0, attempts: 1, failures: odd }])
      const [failure] = (await claimOne(store, owner)).envelope.failures
      expect(failure).toMatchObject({ number: 1, at: odd[0]!.at, type: 'Ошибка' })
      expect(failure!.message).toMatch(/^half . and NUL . "quoted" \\$/u)
    })

    it('puts its message behind all that wait at its endpoint, where that is asked', async (scene, store) => {
      const all = messages(3)
      await insert(store, ...all)
      const owner = await scene.node(store)
      const [first] = await claim(store, owner, 1)
      await store.incoming.settle([{ kind: 'retry', claim: first!.claim, delayMs: 0, attempts: 1, toEnd: true }])
      const later = message()
      await insert(store, later)
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([all[1]!, all[2]!, all[0]!, later]))
    })

    it('leaves a message with a lane in its place, also where the end is asked for', async (scene, store) => {
      const lane = messages(2, 'a')
      await insert(store, ...lane)
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 0, attempts: 1, toEnd: true }])
      for (const expected of lane) {
        const claimed = await claimOne(store, owner)
        expect(claimed.envelope.id).toBe(expected.envelope.id)
        await store.incoming.settle([complete(claimed.claim)])
      }
    })
  })
}
