import { describe, expect } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import { sceneTests } from './scene.ts'

export function receiving(harness: TransportHarness): void {
  const it = sceneTests(harness)

  describe('a delivery', () => {
    it('that is acknowledged is gone for good', async (scene, transport) => {
      const inbox = scene.listen(transport)
      await scene.post(transport, scene.message())
      const [delivery] = await inbox.until(1)
      expect(await delivery!.ack()).toBe('settled')
      await inbox.listener.stop()
      expect(await scene.place.count('a')).toEqual({ waiting: 0, unsettled: 0 })
    })

    it('that is not settled goes back when its listener stops, and counts as delivered before', async (scene, transport) => {
      const inbox = scene.listen(transport)
      const one = scene.message()
      await scene.post(transport, one)
      const [first] = await inbox.until(1)
      expect(first).toMatchObject({ redeliveries: 0, gone: false })
      await inbox.listener.stop()
      expect(first!.gone).toBe(true)
      expect(await first!.ack()).toBe('lost')
      const second = scene.listen(await scene.process())
      await second.until(1)
      expect(second.ids()).toEqual([one.id])
      expect(second.came[0]!.redeliveries).toBeGreaterThan(0)
    })

    it('that is requeued comes again, the same, and counts', async (scene, transport) => {
      const inbox = scene.listen(transport)
      const one = scene.message({ headers: { a: 'b' } })
      await scene.post(transport, one)
      await inbox.until(1)
      expect(await inbox.came[0]!.requeue()).toBe('settled')
      await inbox.until(2)
      expect(inbox.came[1]!.headers).toEqual(inbox.came[0]!.headers)
      expect(inbox.came[1]!.redeliveries).toBeGreaterThan(0)
    })

    it('that is dead-lettered never comes again', async (scene, transport) => {
      const inbox = scene.listen(transport)
      await scene.post(transport, scene.message())
      await inbox.until(1)
      expect(await inbox.came[0]!.deadLetter('because')).toBe('settled')
      await scene.post(transport, scene.message())
      await inbox.until(2)
      expect(await scene.place.count('a')).toEqual({ waiting: 0, unsettled: 1 })
    })

    it('is settled once: a second word is lost, and reaches no other delivery', async (scene, transport) => {
      const inbox = scene.listen(transport)
      await scene.post(transport, scene.message(), scene.message())
      await inbox.until(2)
      expect(await inbox.came[0]!.ack()).toBe('settled')
      expect(await inbox.came[0]!.ack()).toBe('lost')
      expect(await inbox.came[0]!.requeue()).toBe('lost')
      expect(await scene.place.count('a')).toEqual({ waiting: 0, unsettled: 1 })
    })

    it('whose connection is lost goes back, and settling it is lost', async (scene, transport) => {
      const inbox = scene.listen(transport)
      const one = scene.message()
      await scene.post(transport, one)
      const [first] = await inbox.until(1)
      await scene.place.down()
      await eventually('the delivery is gone', () => first!.gone)
      expect(await first!.ack()).toBe('lost')
      await scene.place.up()
      await inbox.until(2)
      expect(inbox.ids()).toEqual([one.id, one.id])
      expect(await first!.ack()).toBe('lost')
      expect(await inbox.came[1]!.ack()).toBe('settled')
    })
  })

  describe('a place where messages of one key are in order', () => {
    it('says so, and no other does', async (scene, transport) => {
      const keepsOrder = (at: string): boolean => transport.ordersByKeyAt?.(at) ?? transport.capabilities.ordersByKey
      expect(keepsOrder(scene.place.queue('a').at)).toBe(harness.capabilities.ordersByKey)
      const ordered = scene.place.ordered?.('a')
      if (ordered !== undefined) expect(keepsOrder(ordered.at)).toBe(true)
    })

    it('delivers them in order, to one process at a time, and to the next where the first left off', async (scene, transport) => {
      const ordered = scene.place.ordered?.('a')
      if (ordered === undefined) return
      const messages = Array.from({ length: 20 }, () => scene.message({ orderingKey: 'customer 7', destination: ordered.to }))
      const first = scene.listenAt(ordered.at, transport)
      await eventually('the first is connected', () => first.listener.connected)
      const second = scene.listenAt(ordered.at, await scene.process())
      await scene.post(transport, ...messages)
      await first.until(20)
      for (const delivery of first.came.slice(0, 8)) await delivery.ack()
      expect(second.came).toEqual([])
      await first.listener.stop()
      await second.until(12)
      expect(first.ids()).toEqual(messages.map(({ id }) => id))
      expect(second.ids()).toEqual(messages.slice(8).map(({ id }) => id))
    })
  })

  describe('a listener', () => {
    it('never has more unsettled deliveries than it asked for', async (scene, transport) => {
      const inbox = scene.listen(transport, { unsettled: 3 })
      await scene.post(transport, ...Array.from({ length: 10 }, () => scene.message()))
      await inbox.until(3)
      expect(await scene.place.count('a')).toEqual({ waiting: 7, unsettled: 3 })
      await inbox.came[0]!.ack()
      await inbox.until(4)
      expect((await scene.place.count('a')).unsettled).toBe(3)
    })

    it('that pauses is given nothing, can settle what it has, and goes on', async (scene, transport) => {
      const inbox = scene.listen(transport)
      await scene.post(transport, scene.message())
      await inbox.until(1)
      await inbox.listener.pause()
      await scene.post(transport, scene.message())
      expect(await inbox.came[0]!.ack()).toBe('settled')
      await eventually('the other message waits', async () => (await scene.place.count('a')).waiting === 1)
      expect(inbox.came).toHaveLength(1)
      inbox.listener.resume()
      await inbox.until(2)
    })

    it('competes with others: each message goes to one of them', async (scene, transport) => {
      if (harness.isDirect === true) return
      const [first, second] = [scene.listen(transport), scene.listen(await scene.process())]
      await eventually('both are connected', () => first.listener.connected && second.listener.connected)
      await scene.post(transport, ...Array.from({ length: 40 }, () => scene.message()))
      await eventually('all have come', () => first.came.length + second.came.length >= 40)
      expect(new Set([...first.ids(), ...second.ids()]).size).toBe(40)
    })

    it('stops twice without harm, and is given nothing more', async (scene, transport) => {
      const inbox = scene.listen(transport)
      await inbox.listener.stop()
      await inbox.listener.stop()
      await scene.post(transport, scene.message())
      await eventually('the message waits', async () => (await scene.place.count('a')).waiting === 1)
      expect(inbox.came).toEqual([])
    })

    it('is given what another system sent, as it is', async (scene, transport) => {
      await scene.place.put('a', { 'x-own': 'value' }, 'not even JSON')
      const inbox = scene.listen(transport)
      const [delivery] = await inbox.until(1)
      expect(delivery!.headers).toMatchObject({ 'x-own': 'value' })
      expect(Buffer.from(delivery!.body).toString()).toBe('not even JSON')
    })
  })
}
