import { describe, expect } from 'vitest'
import type { SendOutcome } from '../../../runtime/contracts/transport.ts'
import { toHeaders } from '../../../runtime/envelope/travel-headers.ts'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import { sceneTests } from './scene.ts'

const sent: SendOutcome = { kind: 'sent' }

export function sending(harness: TransportHarness): void {
  const it = sceneTests(harness)

  describe('send', () => {
    it('carries headers and bodies byte for byte', async (scene, transport) => {
      const bodies = [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, at) => at), new TextEncoder().encode('{"ü":"\u{1F600}"}')]
      const messages = bodies.map((body, at) =>
        scene.message({
          body,
          contentType: 'application/octet-stream',
          messageVersion: at + 1,
          causationId: 'cause',
          tenantId: 'Ærø',
          orderingKey: 'customer 7',
          topic: 'orders.placed',
          deliverBy: new Date('2099-12-31T23:59:59.999Z'),
          headers: { plain: 'value', Upper: 'Case', 'ünïcode \u{1F600}': '\u{1F680} "quoted" \\ \n' },
        }),
      )
      const inbox = scene.accept(transport)
      await eventually('somebody listens', () => inbox.listener.connected)
      expect(await scene.send(transport, ...messages)).toEqual([sent, sent, sent])
      const came = await inbox.until(3)
      expect(came.map(({ headers }) => headers)).toEqual(messages.map(toHeaders))
      expect(came.map(({ body }) => Buffer.from(body).toString('hex'))).toEqual(bodies.map((body) => Buffer.from(body).toString('hex')))
    })

    it('keeps the order of what is sent, in one call and from call to call', async (scene, transport) => {
      const messages = Array.from({ length: 90 }, () => scene.message())
      const inbox = scene.accept(transport)
      await eventually('somebody listens', () => inbox.listener.connected)
      const sender = transport.sender(messages[0]!.destination)
      for (let at = 0; at < 90; at += 30) await sender.send(messages.slice(at, at + 30))
      await inbox.until(90)
      expect(inbox.ids()).toEqual(messages.map(({ id }) => id))
      await sender.close()
    })

    it('reaches whoever listens later', async (scene, transport) => {
      const one = scene.message()
      await scene.post(transport, one)
      await scene.listen(await scene.process()).until(1)
    })

    it('answers for each: one that is refused stops no other', async (scene, transport) => {
      const { largestMessage } = harness.capabilities
      if (largestMessage === undefined) return
      const [first, second] = [scene.message(), scene.message()]
      const inbox = scene.accept(transport)
      await eventually('somebody listens', () => inbox.listener.connected)
      const outcomes = await scene.send(transport, first, scene.message({ body: new Uint8Array(largestMessage + 1) }), second)
      expect(outcomes).toMatchObject([sent, { kind: 'refused', reason: 'too-large', detail: expect.any(String) }, sent])
      await inbox.until(2)
      expect(inbox.ids()).toEqual([first.id, second.id])
    })

    it('fails while the other side is down, and works with the same sender when it is back', async (scene, transport) => {
      const one = scene.message()
      const inbox = scene.accept(await scene.process())
      await eventually('somebody listens', () => inbox.listener.connected)
      const sender = transport.sender(one.destination)
      expect(await sender.send([one])).toEqual([sent])
      await scene.place.down()
      const outcome = await sender.send([one]).catch((error: unknown) => [{ kind: 'failed', detail: String(error) }])
      expect(outcome).toMatchObject([{ kind: 'failed' }])
      await scene.place.up()
      await eventually('sending works again', async () => (await sender.send([one]).catch(() => []))[0]?.kind === 'sent')
      await sender.close()
      await sender.close()
    })

    it('keeps a message until its time, where the transport says that it does', async (scene, transport) => {
      if (!harness.capabilities.schedules) return
      const due = Date.now() + 700
      const inbox = scene.listen(transport)
      expect(await scene.send(transport, scene.message({ scheduledFor: new Date(due) }), scene.message())).toEqual([sent, sent])
      await eventually('both have come', () => inbox.came.length === 2)
      expect(Date.now()).toBeGreaterThanOrEqual(due)
    })
  })

  describe('a transport', () => {
    it('spells an address once, and refuses what is none', async (scene, transport) => {
      const { to, at } = scene.place.queue('a')
      expect(transport.address(to, 'send')).toBe(to)
      expect(transport.address(at, 'listen')).toBe(at)
      expect(() => transport.address(scene.place.noAddress, 'send')).toThrow(expect.objectContaining({ code: 'JASPER_UNKNOWN_DESTINATION' }))
    })

    it('opens also when the other side is down, and closes at any time, twice', async (scene) => {
      await scene.place.transport().close()
      await scene.place.down()
      const transport = await scene.process()
      const inbox = scene.listen(transport)
      if (harness.isDirect !== true) expect(inbox.listener.connected).toBe(false)
      await scene.place.up()
      await eventually('the listener is connected', () => inbox.listener.connected)
      await transport.close()
      await transport.close()
    })

    it('finds nothing wrong where all is well, and rejects while it cannot look', async (scene, transport) => {
      const { to, at } = scene.place.queue('a')
      const inbox = scene.accept(transport)
      await eventually('somebody listens', () => inbox.listener.connected)
      const places = [{ address: to, use: 'send' }, { address: at, use: 'listen' }] as const
      expect(await transport.check(places, { provision: true })).toEqual([])
      expect(await transport.check(places, { provision: false })).toEqual([])
      await scene.place.down()
      await expect(transport.check(places, { provision: false })).rejects.toThrow()
      await scene.place.up()
    })
  })
}
