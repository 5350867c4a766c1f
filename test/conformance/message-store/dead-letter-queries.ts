import { describe, expect } from 'vitest'
import type { DeadLetterFilter, DeadLetterId, MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, endpoint, idsOf, insert, message, sceneTests, uuid, type Scene } from './scene.ts'

interface Death {
  readonly at?: string
  readonly type?: string
  readonly error?: string
  readonly says?: string
  readonly lane?: string
}

/** Dead letters, one second apart, in the order given; resolves with their ids. */
async function deaths(scene: Scene, store: MessageStore, list: readonly Death[]): Promise<readonly string[]> {
  const owner = await scene.node(store)
  const ids: string[] = []
  for (const { at = endpoint, type = 'PlaceOrder', error = 'Error', says = 'it broke', lane } of list) {
    const one = message({ destination: at, messageType: type }, lane === undefined ? {} : { lane })
    await insert(store, one)
    const [claimed] = await claim(store, owner, 1, at)
    const stored = { type: error, message: says, stack: undefined }
    await store.incoming.settle([{ kind: 'dead-letter', claim: claimed!.claim, attempts: 1, error: stored }])
    ids.push(one.envelope.id)
    scene.place.advance(1_000)
  }
  return ids
}

const audit = 'local://audit'
const mixed: readonly Death[] = [
  { type: 'A', error: 'Timeout', says: 'Gateway timed out' },
  { type: 'B', error: 'Timeout', says: '100% of _ it' },
  { type: 'A', error: 'NotFound', at: audit, says: 'No such order' },
  { type: 'A', error: 'Timeout', says: 'gateway TIMED out again' },
]

export function deadLetterQueries(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)
  const named = async (store: MessageStore, filter: DeadLetterFilter) =>
    idsOf(await store.deadLetters.list({ limit: 10, ...filter }))

  describe('dead letters are found', () => {
    it('by id, endpoint, type, error and its text, alone and together', async (scene, store) => {
      const [a, b, c, d] = await deaths(scene, store, mixed)
      expect(await named(store, { errorType: 'Timeout' })).toEqual([d, b, a])
      expect(await named(store, { errorText: 'TIMED OUT' })).toEqual([d, a])
      expect(await named(store, { errorText: '100% of _' })).toEqual([b])
      expect(await named(store, { errorText: '%' })).toEqual([b])
      expect(await named(store, { errorText: 'order\0' })).toEqual([])
      expect(await named(store, { ids: [a!, c!, uuid(), 'no id'] })).toEqual([c, a])
      expect(await named(store, { ids: [] })).toEqual([])
      expect(await named(store, { messageType: 'A', errorType: 'Timeout' })).toEqual([d, a])
      expect(await named(store, { messageType: 'A', endpoint: audit, errorText: 'such' })).toEqual([c])
      expect(await named(store, { messageType: 'A', endpoint: audit, errorType: 'Timeout' })).toEqual([])
    })

    it('by time: from an instant on, and before another', async (scene, store) => {
      const ids = await deaths(scene, store, [{}, {}, {}])
      const instants = (await store.deadLetters.list({ limit: 10 })).map(({ deadLetteredAt }) => deadLetteredAt).reverse()
      expect(await named(store, { from: instants[1]! })).toEqual([ids[2], ids[1]])
      expect(await named(store, { until: instants[1]! })).toEqual([ids[0]])
      expect(await named(store, { from: instants[1]!, until: instants[2]! })).toEqual([ids[1]])
    })

    it('page by page, whatever came or went between', async (scene, store) => {
      const ids = await deaths(scene, store, Array.from({ length: 7 }, () => ({})))
      const first = await store.deadLetters.list({ limit: 3 })
      await deaths(scene, store, [{}])
      await store.deadLetters.discard([{ id: first[2]!.envelope.id, endpoint }])
      const second = await store.deadLetters.list({ limit: 3, after: first.at(-1)!.cursor })
      const third = await store.deadLetters.list({ limit: 3, after: second.at(-1)!.cursor })
      expect(idsOf([...first, ...second, ...third] as never)).toEqual([...ids].reverse())
      expect(await store.deadLetters.list({ limit: 3, after: third.at(-1)!.cursor })).toEqual([])
    })

    it('page by page also where many died at the same instant', async (scene, store) => {
      const all = Array.from({ length: 6 }, () => message())
      await insert(store, ...all)
      const claimed = await claim(store, await scene.node(store))
      const error = { type: 'E', message: 'm', stack: undefined }
      await store.incoming.settle(claimed.map((one) => ({ kind: 'dead-letter', claim: one.claim, attempts: 1, error })))
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await store.deadLetters.list({ limit: 2, after })
        if (page.length === 0) break
        seen.push(...idsOf(page))
        after = page.at(-1)!.cursor
      }
      expect(seen).toEqual(idsOf([...all].reverse()))
    })

    it('behind a cursor, and a text that is none is refused', async (_, store) => {
      for (const after of ['', 'x', '1', '1.2.3.4', "1.2' or true", '99999999999999999999.1']) {
        await expect(store.deadLetters.list({ limit: 1, after }), after).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
        await expect(store.deadLetters.inOrder({}, { limit: 1, after }), after).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
      }
    })
  })

  describe('dead letters are counted', () => {
    it('by endpoint, message type and error type, most first, with the oldest and the newest', async (scene, store) => {
      await deaths(scene, store, mixed)
      const groups = await store.deadLetters.summary({})
      expect(groups.map(({ oldest: _o, newest: _n, ...group }) => group)).toEqual([
        { endpoint, messageType: 'A', errorType: 'Timeout', count: 2 },
        { endpoint: audit, messageType: 'A', errorType: 'NotFound', count: 1 },
        { endpoint, messageType: 'B', errorType: 'Timeout', count: 1 },
      ])
      const [newest, , , oldest] = await store.deadLetters.list({ limit: 4 })
      expect(groups[0]).toMatchObject({ oldest: oldest!.deadLetteredAt, newest: newest!.deadLetteredAt })
      expect(await store.deadLetters.summary({ errorText: 'such' })).toMatchObject([{ errorType: 'NotFound', count: 1 }])
      expect(await store.deadLetters.summary({ ids: [] })).toEqual([])
    })
  })

  describe('dead letters in the order of arrival', () => {
    const all = async (store: MessageStore, filter: DeadLetterFilter, limit: number, between?: () => Promise<unknown>) => {
      const seen: DeadLetterId[] = []
      let after: string | undefined
      do {
        const page = await store.deadLetters.inOrder(filter, { limit, after })
        expect(page.ids.length).toBeLessThanOrEqual(limit)
        seen.push(...page.ids)
        after = page.next
        await between?.()
      } while (after !== undefined)
      return seen.map(({ id }) => id)
    }

    it('come as their messages came, however often they died again', async (scene, store) => {
      const ids = await deaths(scene, store, [{}, {}, {}])
      const owner = await scene.node(store)
      await store.deadLetters.replay([{ id: ids[0]!, endpoint }])
      const [again] = await claim(store, owner)
      await store.incoming.settle([{ kind: 'dead-letter', claim: again!.claim, attempts: 1, error: { type: 'E', message: 'm', stack: undefined } }])
      expect(await named(store, {})).toEqual([ids[0], ids[2], ids[1]])
      expect(await all(store, {}, 10)).toEqual(ids)
      expect(await all(store, {}, 1)).toEqual(ids)
      expect(await all(store, { errorType: 'Error' }, 2)).toEqual([ids[1], ids[2]])
    })

    it('leave out what came after the first page, and what came back and died again', async (scene, store) => {
      const ids = await deaths(scene, store, [{}, {}, {}])
      const seen = await all(store, {}, 1, async () => {
        scene.place.advance(1_000)
        await deaths(scene, store, [{}])
      })
      expect(seen).toEqual(ids)
    })

    it('are none where none match', async (_, store) => {
      expect(await store.deadLetters.inOrder({ endpoint: audit }, { limit: 10 })).toEqual({ ids: [], next: undefined })
    })
  })

  describe('a dead letter that is edited', () => {
    it('has another body and nothing else, and comes back with it', async (scene, store) => {
      const [id] = await deaths(scene, store, [{}])
      const [before] = await store.deadLetters.list({ limit: 1 })
      expect(before!.editedAt).toBeUndefined()
      const body = Uint8Array.of(123, 0, 255, 125)
      expect(await store.deadLetters.edit({ id: id!, endpoint }, body)).toBe(true)
      const [after] = await store.deadLetters.list({ limit: 1 })
      expect(after!.editedAt).toBeInstanceOf(Date)
      expect(Buffer.from(after!.envelope.body)).toEqual(Buffer.from(body))
      expect({ ...after, editedAt: undefined, envelope: { ...after!.envelope, body: before!.envelope.body } }).toEqual(before)
      await store.deadLetters.replay([{ id: id!, endpoint }])
      const [claimed] = await claim(store, await scene.node(store))
      expect(Buffer.from(claimed!.envelope.body)).toEqual(Buffer.from(body))
    })

    it('must be there', async (_, store) => {
      expect(await store.deadLetters.edit({ id: uuid(), endpoint }, Uint8Array.of(1))).toBe(false)
      expect(await store.deadLetters.edit({ id: 'no id', endpoint }, Uint8Array.of(1))).toBe(false)
    })
  })

  describe('dead letters expire', () => {
    it('the oldest first, up to a limit, and never before their time', async (scene, store) => {
      const ids = await deaths(scene, store, [{}, {}, {}])
      expect(await store.deadLetters.expire(60_000, 10)).toBe(0)
      scene.place.advance(58_500)
      expect(await store.deadLetters.expire(60_000, 1)).toBe(1)
      expect(await named(store, {})).toEqual([ids[2], ids[1]])
      scene.place.advance(60_000)
      expect(await store.deadLetters.expire(60_000, 10)).toBe(2)
      expect(await store.deadLetters.expire(60_000, 10)).toBe(0)
    })
  })
}
