import { describe, expect } from 'vitest'
import { unroutedAddress, type Routing, type UnroutedMessage } from '../../../runtime/contracts/message-store.ts'
import { verbatim } from '../../../runtime/stores/postgres/sql.ts'
import type { MessageStoreHarness } from '../harness.ts'
import { claim, countsAt, endpoint, envelope, sceneTests, uuid, type Scene } from './scene.ts'

const known = [{ messageType: 'PlaceOrder', messageVersion: 1 }]

/** Sends as a user of SQL would; `more` are further arguments. */
async function send(scene: Scene, n: number, { type = 'PlaceOrder', more = '' } = {}): Promise<void> {
  const schema = (scene.place as { readonly schema?: string }).schema ?? 'jasper'
  await scene.place.transaction!(async (execute) => void (await execute(verbatim(`select "${schema}".send('${type}', '{"n": ${n}}'${more})`))))
}

const routed = (message: UnroutedMessage): Routing => ({
  kind: 'routed',
  rows: [{ envelope: envelope({ id: message.id, body: message.body }), owner: undefined, lane: undefined }],
})

export function unrouted(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  if (harness.capabilities.dialect === undefined) {
    describe('unrouted messages', () => {
      it('are none in a store without a dialect', async (_, store) => {
        expect(await store.unrouted.route(known, 10, async () => [])).toBe(0)
        expect(await store.unrouted.park(0, 100, () => 'reason')).toBe(0)
        expect(await store.unrouted.list(10)).toEqual([])
        expect(await store.unrouted.discard([uuid()])).toBe(0)
      })
    })
    return
  }

  describe('unrouted messages', () => {
    it('are taken by type and version, in the order of sending, at most the limit, and stored as they are routed', async (scene, store) => {
      for (const n of [1, 2, 3]) await send(scene, n)
      await send(scene, 4, { type: 'Other' })
      await send(scene, 5, { more: ', version => 2' })
      const seen: string[] = []
      const route = async (messages: readonly UnroutedMessage[]) => {
        seen.push(...messages.map(({ body }) => Buffer.from(body).toString()))
        return messages.map(routed)
      }
      expect(await store.unrouted.route(known, 2, route)).toBe(2)
      expect(await store.unrouted.route(known, 2, route)).toBe(1)
      expect(await store.unrouted.route(known, 2, route)).toBe(0)
      expect(seen).toEqual(['{"n": 1}', '{"n": 2}', '{"n": 3}'])
      expect((await claim(store, await scene.node(store))).map(({ envelope: { body } }) => Buffer.from(body).toString())).toEqual(seen)
      expect((await store.unrouted.list(10)).map(({ messageType }) => messageType)).toEqual(['Other', 'PlaceOrder'])
    })

    it('stay as they are when routing them fails', async (scene, store) => {
      await send(scene, 1)
      const failing = store.unrouted.route(known, 10, async () => {
        throw new TypeError('the router broke')
      })
      await expect(failing).rejects.toThrow('the router broke')
      expect(await store.unrouted.list(10)).toHaveLength(1)
      expect(await countsAt(store)).toMatchObject({ ready: 0 })
    })

    it('are routed by one process at a time', async (scene, store) => {
      await send(scene, 1)
      const other = await scene.process()
      const taken = await store.unrouted.route(known, 10, async (messages) => {
        expect(await other.unrouted.route(known, 10, async (more) => more.map(routed))).toBe('busy')
        expect(await other.unrouted.route([{ messageType: 'Other', messageVersion: 1 }], 10, async (more) => more.map(routed))).toBe(0)
        return messages.map(routed)
      })
      expect(taken).toBe(1)
      expect(await countsAt(store)).toMatchObject({ ready: 1 })
    })

    it('become a dead letter for each envelope where that is what they are routed to', async (scene, store) => {
      await send(scene, 1)
      const error = { type: 'JASPER_DECODE', message: 'it does not fit', stack: undefined }
      await store.unrouted.route(known, 10, async (messages) =>
        messages.map(({ id, body }) => ({ kind: 'dead', envelopes: [envelope({ id, body }), envelope({ id, body, destination: 'local://b' })], error })),
      )
      expect(await countsAt(store)).toMatchObject({ ready: 0, deadLettered: 1 })
      expect(await countsAt(store, 'local://b')).toMatchObject({ deadLettered: 1 })
      expect(await store.unrouted.list(10)).toEqual([])
    })

    it('are parked for the reason given, listed with it, claimable no longer, and routed all the same', async (scene, store) => {
      await send(scene, 1)
      await send(scene, 2, { type: 'Other' })
      const node = await scene.node(store)
      const claimable = async () => (await store.nodes.beat(node, [endpoint, unroutedAddress])).claimable
      expect(await claimable()).toEqual([unroutedAddress])
      expect(await store.unrouted.park(60_000, 100, () => 'too young')).toBe(0)
      scene.place.advance(61_000)
      expect(await store.unrouted.park(60_000, 100, (type) => (type === 'Other' ? 'nobody knows it' : undefined))).toBe(1)
      expect((await store.unrouted.list(10)).map(({ reason }) => reason)).toEqual([undefined, 'nobody knows it'])
      expect(await claimable()).toEqual([unroutedAddress])
      expect(await store.unrouted.park(60_000, 100, () => 'neither')).toBe(1)
      expect(await claimable()).toEqual([])
      expect(await store.unrouted.route(known, 10, async (messages) => messages.map(routed))).toBe(1)
      expect(await claimable()).toEqual([endpoint])
    })

    it('are counted under an address of their own, and cleared with the rest', async (scene, store) => {
      for (const n of [1, 2, 3]) await send(scene, n, { type: n === 1 ? 'Other' : 'PlaceOrder' })
      scene.place.advance(1_000)
      await store.unrouted.park(500, 100, (type) => (type === 'Other' ? 'nobody knows it' : undefined))
      expect(await countsAt(store, unroutedAddress)).toEqual({
        endpoint: unroutedAddress, ready: 2, blocked: 0, claimed: 0, scheduled: 0, parked: 1, deadLettered: 0,
      })
      expect(await store.operations.clear()).toBe(3)
      expect(await store.incoming.counts()).toEqual([])
      expect(await store.unrouted.list(10)).toEqual([])
    })

    it('are forgotten by id', async (scene, store) => {
      await send(scene, 1)
      await send(scene, 2)
      const [first] = await store.unrouted.list(1)
      expect(await store.unrouted.discard([first!.id, uuid()])).toBe(1)
      expect(await store.unrouted.list(10)).toHaveLength(1)
    })
  })
}
