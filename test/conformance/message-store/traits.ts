import { describe, expect } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, complete, countsAt, endpoint, insert, message, sceneTests, uuid } from './scene.ts'

const someId = uuid()
const someMessage = message()
const someClaim = { id: someId, endpoint, owner: someId, epoch: 1 }

/** Every operation, in a form that may be repeated. */
const operations: Readonly<Record<string, (store: MessageStore) => Promise<unknown>>> = {
  insert: (store) => store.incoming.insert([someMessage], { mayExist: true }),
  claim: (store) => store.incoming.claim({ owner: someId, endpoint, limit: 5 }),
  settle: (store) => store.incoming.settle([complete(someClaim)]),
  holds: (store) => store.incoming.holds(someClaim),
  ownedBy: (store) => store.incoming.ownedBy(someId),
  releaseDue: (store) => store.incoming.releaseDue(10),
  claimParked: (store) => store.incoming.claim({ owner: someId, endpoint, limit: 5, parked: true }),
  expireParked: (store) => store.incoming.expireParked(1_000, 100),
  forgetCompleted: (store) => store.incoming.forgetCompleted(10),
  counts: (store) => store.incoming.counts(),
  'outgoing.claim': (store) => store.outgoing.claim({ owner: someId, endpoint, limit: 5 }),
  'outgoing.settle': (store) => store.outgoing.settle([complete(someClaim)]),
  'outgoing.holds': (store) => store.outgoing.holds(someClaim),
  'outgoing.ownedBy': (store) => store.outgoing.ownedBy(someId),
  'outgoing.releaseDue': (store) => store.outgoing.releaseDue(10),
  'outgoing.parkUnserved': (store) => store.outgoing.parkUnserved(10),
  'outgoing.releaseParked': (store) => store.outgoing.releaseParked(['demo'], 100),
  'outgoing.counts': (store) => store.outgoing.counts(),
  'deadLetters.list': (store) => store.deadLetters.list({ limit: 10 }),
  'deadLetters.summary': (store) => store.deadLetters.summary({}),
  'deadLetters.inOrder': (store) => store.deadLetters.inOrder({}, { limit: 10 }),
  'deadLetters.edit': (store) => store.deadLetters.edit({ id: someId, endpoint }, Uint8Array.of(1)),
  'deadLetters.expire': (store) => store.deadLetters.expire(1_000, 10),
  'deadLetters.replay': (store) => store.deadLetters.replay([{ id: someId, endpoint }]),
  'deadLetters.discard': (store) => store.deadLetters.discard([{ id: someId, endpoint }]),
  'operations.owner': (store) => store.operations.owner(),
  'operations.nodes': (store) => store.operations.nodes(),
  'operations.backlog': (store) => store.operations.backlog(),
  'operations.clear': (store) => store.operations.clear(),
  'nodes.register': (store) => store.nodes.register({ id: someId, host: 'h', pid: 1 }),
  'nodes.beat': (store) => store.nodes.beat(someId, [endpoint]),
  'nodes.takeOver': (store) => store.nodes.takeOver(uuid(), 10),
  'nodes.releaseOrphans': (store) => store.nodes.releaseOrphans(10),
  'nodes.leave': (store) => store.nodes.leave(someId),
  'wakeUps.listen': (store) => store.wakeUps.listen(() => undefined),
}

export function traits(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('every operation', () => {
    it('may be done twice', async (_, store) => {
      for (const operation of Object.values(operations)) {
        await operation(store)
        await operation(store)
      }
    })

    it('may be done at the same time as itself and all others, from two processes', async (scene, store) => {
      const other = await scene.process()
      const all = Object.values(operations)
      await Promise.all([...all, ...all].flatMap((operation) => [operation(store), operation(other)]))
    })

    it('rejects before open and after close, and changes nothing', async (scene, store) => {
      const unopened = scene.unopened()
      const other = await scene.process()
      await store.close()
      for (const [name, operation] of Object.entries(operations)) {
        await expect(operation(unopened), name).rejects.toMatchObject({ code: 'JASPER_STORE_CLOSED' })
        await expect(operation(store), name).rejects.toMatchObject({ code: 'JASPER_STORE_CLOSED' })
      }
      expect(await other.incoming.counts()).toEqual([])
    })

    it('leaves the store able to work', async (scene, store) => {
      for (const operation of Object.values(operations)) await operation(store)
      await store.nodes.releaseOrphans(10)
      await insert(store, message())
      const owner = await scene.node(store)
      const claimed = await claim(store, owner)
      expect(await store.incoming.settle(claimed.map((one) => complete(one.claim)))).toEqual(claimed.map(() => 'settled'))
      expect(await countsAt(store)).toMatchObject({ claimed: 0 })
    })
  })
}
