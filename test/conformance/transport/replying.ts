import { describe, expect } from 'vitest'
import type { SendOutcome, Transport } from '../../../runtime/contracts/transport.ts'
import type { Envelope } from '../../../runtime/envelope/envelope.ts'
import { headerNames } from '../../../runtime/envelope/headers.ts'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import { sceneTests } from './scene.ts'

export function replying(harness: TransportHarness): void {
  const it = sceneTests(harness)

  describe('a reply', () => {
    it('reaches the process that listens at the address in the message, through whoever received it', async (scene, asking) => {
      const address = asking.replyAddress?.()
      if (address === undefined) return
      expect(asking.address(address, 'send')).toBe(address)
      expect(asking.replyAddress!()).not.toBe(address)
      const replies = scene.listenAt(address, asking)
      await eventually('replies can come', () => replies.listener.connected)
      const answering = await scene.process()
      const inbox = scene.listen(answering)
      await scene.post(asking, scene.message({ replyTo: address }))
      const [request] = await inbox.until(1)
      const replyTo = answering.address(request!.headers[headerNames.replyTo]!, 'send')
      const body = new TextEncoder().encode('{"n":2}')
      const reply = { ...scene.message(), destination: replyTo, causationId: request!.headers[headerNames.id], body }
      const outcome = sendReply(answering, reply)
      const [came] = await replies.until(1)
      expect(came!.headers).toMatchObject({ [headerNames.id]: reply.id, [headerNames.causationId]: reply.causationId })
      expect(new Uint8Array(came!.body)).toEqual(body)
      expect(await came!.ack()).toBe('settled')
      expect(await outcome).toEqual([{ kind: 'sent' }])
      expect(inbox.came).toHaveLength(1)
    })

    it('for a process that has gone is refused or forgotten, and stops no other', async (scene, asking) => {
      const address = asking.replyAddress?.()
      if (address === undefined) return
      const replies = scene.listenAt(address, asking)
      await eventually('replies can come', () => replies.listener.connected)
      const answering = await scene.process()
      const inbox = scene.listen(answering)
      await scene.post(asking, scene.message({ replyTo: address }))
      const [request] = await inbox.until(1)
      await replies.listener.stop()
      const destination = answering.address(request!.headers[headerNames.replyTo]!, 'send')
      const [outcome] = await sendReply(answering, { ...scene.message(), destination })
      if (outcome!.kind === 'refused') expect(outcome!.reason).toBe('unroutable')
      else expect(outcome).toEqual({ kind: 'sent' })
      await scene.post(asking, scene.message())
      await inbox.until(2)
      expect(replies.came).toEqual([])
    })
  })
}

/** As the runtime sends it: to a place that is not to be made. */
async function sendReply(transport: Transport, reply: Envelope): Promise<readonly SendOutcome[]> {
  const sender = transport.sender(reply.destination, 'reply')
  try {
    return await sender.send([reply])
  } finally {
    await sender.close()
  }
}
