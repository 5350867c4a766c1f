import { describe, expect } from 'vitest'
import type { IncomingMessages, NewMessage } from '../../../runtime/contracts/message-store.ts'
import type { SqlResult, SqlStatement } from '../../../runtime/contracts/statement.ts'
import { eventually } from '../../support/eventually.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, idsOf, insert, message, messages, sceneTests, uuid } from './scene.ts'

type Execute = (statement: SqlStatement) => Promise<SqlResult>

async function joined(incoming: IncomingMessages, execute: Execute, sends: readonly NewMessage[], notify = false): Promise<void> {
  const joining = incoming.join(sends, { notify })
  const { statement, verify } = joining.store(await execute(joining.identify))
  verify(await execute(statement))
}

export function joining(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('isKnown', () => {
    it('tells whether a message is stored, was completed within the dedup window, or is a dead letter', async (scene, store) => {
      const known = (id: string, at = endpoint) => store.incoming.isKnown(id, at)
      const [stored, later] = [message(), message({ scheduledFor: new Date(scene.place.clock.now().getTime() + 60_000) })]
      expect(await known(stored.envelope.id)).toBe(false)
      await insert(store, stored, later)
      expect(await known(stored.envelope.id)).toBe(true)
      expect(await known(later.envelope.id)).toBe(true)
      expect(await known(stored.envelope.id, 'local://elsewhere')).toBe(false)

      const owner = await scene.node(store)
      const { claim: held } = await claimOne(store, owner)
      expect(await known(stored.envelope.id)).toBe(true)
      await store.incoming.settle([complete(held)])
      expect(await known(stored.envelope.id)).toBe(true)
      scene.place.advance(2 * 60 * 60 * 1_000)
      expect(await known(stored.envelope.id)).toBe(false)

      const [dead] = messages(1)
      await insert(store, dead!)
      await store.incoming.settle([deadLetter((await claim(store, owner)).find(({ claim: { id } }) => id === dead!.envelope.id)!.claim)])
      expect(await known(dead!.envelope.id)).toBe(true)
    })
  })

  if (harness.capabilities.dialect === undefined) {
    describe('join', () => {
      it('is refused by a store without a dialect', async (_, store) => {
        expect(() => store.incoming.join([], { notify: true })).toThrow(expect.objectContaining({ code: 'JASPER_NOT_SUPPORTED' }))
      })
    })
    return
  }

  describe('join', () => {
    it('stores messages without owners with the commit, in their order, not before', async (scene, store) => {
      const owner = await scene.node(store)
      const sent = messages(3)
      await scene.place.transaction!(async (execute) => {
        await joined(store.incoming, execute, sent)
        expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 0 })
      })
      expect(await countsAt(store)).toMatchObject({ ready: 3, claimed: 0 })
      expect(idsOf(await claim(store, owner))).toEqual(idsOf(sent))
    })

    it('stores nothing when the transaction rolls back', async (scene, store) => {
      const failing = scene.place.transaction!(async (execute) => {
        await joined(store.incoming, execute, messages(3))
        throw new Error('the caller changed its mind')
      })
      await expect(failing).rejects.toThrow('changed its mind')
      expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 0 })
    })

    it('stores nothing in another transaction than the one that was identified, and says so', async (scene, store) => {
      const sends = store.incoming.join(messages(3), { notify: true })
      let identified: SqlResult | undefined
      await scene.place.transaction!(async (execute) => void (identified = await execute(sends.identify)))
      await scene.place.transaction!(async (execute) => {
        const { statement, verify } = sends.store(identified!)
        const result = await execute(statement)
        expect(() => verify(result)).toThrow(expect.objectContaining({ code: 'JASPER_NOT_A_TRANSACTION' }))
      })
      expect(await countsAt(store)).toMatchObject({ ready: 0, claimed: 0 })
    })

    it('passes over what is known', async (scene, store) => {
      const [first, second] = messages(2)
      await insert(store, first!)
      await scene.place.transaction!((execute) => joined(store.incoming, execute, [first!, second!]))
      expect(await countsAt(store)).toMatchObject({ ready: 2 })
    })

    it('wakes the other processes when it commits, where that is asked for', async (scene, store) => {
      const other = await scene.process()
      const woken: (readonly string[])[] = []
      await other.wakeUps.listen((endpoints) => void woken.push(endpoints))
      await scene.place.transaction!((execute) => joined(store.incoming, execute, [message({ destination: 'local://silent' })], false))
      await scene.place.transaction!((execute) => joined(store.incoming, execute, [message({ destination: 'local://loud' })], true))
      await eventually('the wake-up arrives', () => woken.length > 0)
      expect(woken).toEqual([['local://loud']])
    })

    it('has values that every library passes on, and one part more than values', async (_, store) => {
      const sends = store.incoming.join([message(), message({ id: uuid() })], { notify: true })
      for (const { parts, values } of [sends.identify, sends.store({ rows: [{ transaction: '1' }], affected: 1 }).statement]) {
        expect(parts).toHaveLength(values.length + 1)
        expect(values.every((value) => value === null || value instanceof Uint8Array || ['string', 'number', 'boolean'].includes(typeof value))).toBe(true)
      }
    })
  })
}
