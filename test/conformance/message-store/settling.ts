import { describe, expect } from 'vitest'
import { firstEpoch, type Claim, type Settlement } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, messages, rules, sceneTests, uuid } from './scene.ts'

const kinds: readonly ((held: Claim) => Settlement)[] = [
  (held) => complete(held, message()),
  (held) => ({ kind: 'retry', claim: held, delayMs: 0, attempts: 2 }),
  (held) => ({ kind: 'keep', claim: held, attempts: 2 }),
  (held) => ({ kind: 'release', claim: held }),
  (held) => ({ kind: 'discard', claim: held }),
  (held) => ({ kind: 'park', claim: held, reason: 'unknown' }),
  (held) => deadLetter(held),
]

export function settling(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('settle', () => {
    it('resolves at once with nothing for nothing', async (_, store) => {
      expect(await store.incoming.settle([])).toEqual([])
    })

    it('completes: the message is gone and what it sent is stored', async (scene, store) => {
      const owner = await scene.node(store)
      const sent = [message(), message({ destination: 'local://audit' }), message({}, { owner })]
      await insert(store, message())
      const { claim: held } = await claimOne(store, owner)
      expect(await store.incoming.settle([complete(held, ...sent)])).toEqual(['settled'])
      expect(await store.incoming.holds(held)).toBe(false)
      expect(idsOf(await claim(store, owner))).toEqual(idsOf([sent[0]!]))
      expect(idsOf(await claim(store, owner, 10, 'local://audit'))).toEqual(idsOf([sent[1]!]))
      expect(await store.incoming.holds({ id: sent[2]!.envelope.id, endpoint, owner, epoch: firstEpoch })).toBe(true)
    })

    it('keeps the order of what is sent', async (scene, store) => {
      const sent = messages(50)
      await insert(store, message())
      const owner = await scene.node(store)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim, ...sent)])
      expect(idsOf(await claim(store, owner))).toEqual(idsOf(sent))
    })

    it('retries: counted, and claimable again after the delay', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 2_000, attempts: 1 }])
      expect(await countsAt(store)).toMatchObject({ ready: 0, blocked: 0, claimed: 0, scheduled: 1 })
      scene.place.advance(1_000)
      await store.incoming.releaseDue(10)
      expect(await claim(store, owner)).toEqual([])
      scene.place.advance(1_500)
      await store.incoming.releaseDue(10)
      expect((await claimOne(store, owner)).envelope.attempts).toBe(1)
    })

    it('retries at once where there is no delay', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      await store.incoming.settle([{ kind: 'retry', claim: (await claimOne(store, owner)).claim, delayMs: 0, attempts: 1 }])
      expect((await claimOne(store, owner)).envelope.attempts).toBe(1)
    })

    it('releases: unhandled, no attempt counted, in its old place', async (scene, store) => {
      const all = messages(3)
      await insert(store, ...all)
      const owner = await scene.node(store)
      const [first] = await claim(store, owner, 1)
      await store.incoming.settle([{ kind: 'release', claim: first!.claim }])
      const claimed = await claim(store, owner)
      expect(idsOf(claimed)).toEqual(idsOf(all))
      expect(claimed[0]!.envelope.attempts).toBe(0)
    })

    it('discards: the message is gone', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      expect(await store.incoming.settle([{ kind: 'discard', claim: (await claimOne(store, owner)).claim }])).toEqual(['settled'])
      expect(await store.incoming.counts()).toEqual([])
    })

    it('answers for each of a mixed batch, in the order asked', async (scene, store) => {
      await insert(store, ...messages(kinds.length))
      const claims = (await claim(store, await scene.node(store))).map(({ claim: held }) => held)
      const settlements = kinds.flatMap((kind, at) => [kind(claims[at]!), kind({ ...claims[at]!, id: uuid() })])
      expect(await store.incoming.settle(settlements)).toEqual(kinds.flatMap(() => ['settled', 'lost']))
      expect(await countsAt(store)).toMatchObject({ ready: 3, blocked: 0, claimed: 1, parked: 1, deadLettered: 1 })
    })

    it('lets the first settlement that ends a claim count', async (scene, store) => {
      await insert(store, message())
      const { claim: held } = await claimOne(store, await scene.node(store))
      const sent = message()
      const outcomes = await store.incoming.settle([{ kind: 'release', claim: held }, complete(held, sent), complete(held, sent)])
      expect(outcomes).toEqual(['settled', 'lost', 'lost'])
      expect(await countsAt(store)).toMatchObject({ ready: 1 })
    })

    it('keeps a claim for the settlement that follows, also in one batch', async (scene, store) => {
      const owner = await scene.node(store)
      const knowing = await scene.process('conformance', rules([['PlaceOrder', 1]]))
      const failure = { number: 4, at: new Date('2026-11-24T10:00:00.000Z'), type: 'E', message: 'm', node: owner }
      const kept = { attempts: 4, connectionLosses: 2, failures: [failure] }
      for (const kind of kinds) {
        await insert(store, message())
        const { claim: held } = await claimOne(store, owner)
        const batch: Settlement[] = [{ kind: 'keep', claim: held, ...kept }, { kind: 'keep', claim: held, attempts: 5 }, kind(held), kind(held)]
        const { kind: last } = batch[2]!
        expect(await store.incoming.settle(batch), last).toEqual(['settled', 'settled', 'settled', last === 'keep' ? 'settled' : 'lost'])
        if (last === 'keep') await store.incoming.settle([{ kind: 'release', claim: held }])
        if (last === 'complete' || last === 'discard') expect(await store.incoming.isKnown(held.id, endpoint), last).toBe(true)
        const counted = { attempts: last === 'retry' || last === 'keep' ? 2 : 5, connectionLosses: 2, failures: [failure] }
        if (last === 'dead-letter') {
          const [letter] = await store.deadLetters.list({ limit: 1 })
          expect(letter?.envelope).toMatchObject({ id: held.id, connectionLosses: 2, failures: [failure] })
        } else if (last !== 'complete' && last !== 'discard') {
          const [again] = await knowing.incoming.claim({ owner, endpoint, limit: 1, parked: true })
          expect(again?.envelope, last).toMatchObject({ id: held.id, ...counted })
          await store.incoming.settle([{ kind: 'discard', claim: again!.claim }])
        } else await store.incoming.settle((await claim(store, owner)).map((sent) => ({ kind: 'discard', claim: sent.claim })))
      }
    })

    it('loses what was kept behind the end of its claim', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const { claim: held } = await claimOne(store, owner)
      expect(await store.incoming.settle([{ kind: 'release', claim: held }, { kind: 'keep', claim: held, attempts: 3 }])).toEqual(['settled', 'lost'])
      expect((await claimOne(store, owner)).envelope.attempts).toBe(0)
    })

    it('changes nothing for a claim that is lost, whatever the settlement', async (scene, store) => {
      await insert(store, message())
      const owner = await scene.node(store)
      const { claim: old } = await claimOne(store, owner)
      await store.incoming.settle([{ kind: 'release', claim: old }])
      const { claim: held } = await claimOne(store, owner)
      const forged = [old, { ...held, owner: uuid() }, { ...held, endpoint: 'local://elsewhere' }, { ...held, epoch: held.epoch + 1 }]
      for (const kind of kinds) {
        for (const lost of forged) expect(await store.incoming.settle([kind(lost)])).toEqual(['lost'])
      }
      expect(await store.incoming.holds(held)).toBe(true)
      expect(await store.incoming.counts()).toEqual([
        { endpoint, ready: 0, blocked: 0, claimed: 1, scheduled: 0, parked: 0, deadLettered: 0 },
      ])
    })

    it('settles a claim once when two try at the same time', async (scene, store) => {
      const other = await scene.process()
      const owner = await scene.node(store)
      for (let round = 0; round < 20; round++) {
        await insert(store, message())
        const { claim: held } = await claimOne(store, owner)
        const [first, second] = await Promise.all([
          store.incoming.settle([complete(held)]),
          other.incoming.settle([{ kind: 'discard', claim: held }]),
        ])
        expect([...first, ...second].sort()).toEqual(['lost', 'settled'])
      }
    })
  })
}
