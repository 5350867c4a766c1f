import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transport, TransportDelivery, TransportListener } from '../../runtime/contracts/transport.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import { envelope } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { RabbitmqNode } from '../support/rabbitmq-node.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { RabbitScene } from './rabbitmq-scene.ts'

const within = 60_000
let node: RabbitmqNode
beforeAll(async () => {
  node = await RabbitmqNode.start()
}, 150_000)
afterAll(() => node.drop())

/** Sends without pause until it is told to stop; what the broker has confirmed is in `sent`. */
function flood(transport: Transport, address: string) {
  const sent: string[] = []
  const over = new AbortController()
  const sender = transport.sender(address)
  const home = (async () => {
    for (let batch = 0; !over.signal.aborted; batch++) {
      const messages = Array.from({ length: 20 }, (_, n) => envelope({ id: `${batch} ${n}`, destination: address }))
      const outcomes = await sender.send(messages).catch(() => [])
      outcomes.forEach(({ kind }, at) => kind === 'sent' && sent.push(messages[at]!.id))
    }
    await sender.close()
  })()
  return {
    sent,
    stop: async () => {
      over.abort()
      await home
    },
  }
}

function inbox(transport: Transport, address: string): { readonly ids: Set<string>; readonly listener: TransportListener } {
  const ids = new Set<string>()
  const receive = (deliveries: readonly TransportDelivery[]): void => {
    for (const delivery of deliveries) {
      ids.add(delivery.headers[headerNames.id]!)
      void delivery.ack()
    }
  }
  return { ids, listener: transport.listen(address, { unsettled: 50, receive }) }
}

describe('a broker', () => {
  it.each(['classic', 'quorum'] as const)('that is killed in the middle of the work has every message of %s queues that it confirmed', async (queueType) => {
    const scene = await RabbitScene.fresh(node.url)
    const transport = await scene.open({ provision: true, queueType })
    const address = `rabbitmq://queue/${scene.queue('a')}`
    const traffic = flood(transport, address)
    await eventually('the work is in full swing', () => traffic.sent.length > 5_000, within)
    await node.kill()
    const before = traffic.sent.length
    await node.up()
    await eventually('more is sent', () => traffic.sent.length > before + 200, within)
    await traffic.stop()
    const { ids, listener } = inbox(transport, address)
    await eventually('all that was confirmed is there', () => traffic.sent.every((id) => ids.has(id)), within)
    await listener.stop()
    await scene.endAfterCrash()
  }, 240_000)

  it('that closes all connections is connected to again, in both directions', async () => {
    const scene = await RabbitScene.fresh(node.url)
    const transport = await scene.open({ provision: true })
    const address = `rabbitmq://queue/${scene.queue('a')}`
    const { ids, listener } = inbox(transport, address)
    const traffic = flood(transport, address)
    await eventually('messages come', () => ids.size > 100, within)
    await node.ctl('close_all_connections', 'the test says so')
    await eventually('it has noticed', () => scene.log.has('the connection to the broker is lost'), within)
    const before = ids.size
    await eventually('messages come again', () => ids.size > before + 100, within)
    await traffic.stop()
    await eventually('all that was confirmed has come', () => traffic.sent.every((id) => ids.has(id)), within)
    await listener.stop()
    await scene.endAfterCrash()
  }, 240_000)

  it('that is short of memory takes nothing and is not asked to; what it has is received meanwhile', async () => {
    const scene = await RabbitScene.fresh(node.url)
    const transport = await scene.open({ provision: true })
    const address = `rabbitmq://queue/${scene.queue('a')}`
    const sender = transport.sender(address)
    await sender.send([envelope(), envelope()])
    await node.ctl('set_vm_memory_high_watermark', '0')
    try {
      const blocked = await eventually(
        'nothing is taken',
        async () => {
          const [outcome] = await sender.send([envelope({ id: 'blocked' })])
          return outcome!.kind === 'failed' && outcome!.detail.includes('takes no messages now') && outcome
        },
        within,
      )
      expect(blocked).toMatchObject({ kind: 'failed' })
      expect(scene.log.has('the broker takes no messages now')).toBe(true)
      const { ids, listener } = inbox(transport, address)
      await eventually('what it has is received', () => ids.size >= 2, within)
      await listener.stop()
    } finally {
      await node.ctl('set_vm_memory_high_watermark', '0.4')
    }
    await eventually('messages are taken again', async () => (await sender.send([envelope()]))[0]!.kind === 'sent', within)
    await sender.close()
    await scene.end()
  }, 240_000)

  it('whose network falls silent, with connections that seem open, is found out', async () => {
    const proxy = await tcpFaultProxy('127.0.0.1', node.port)
    const scene = await RabbitScene.fresh(node.url)
    const transport = await scene.openAt(`amqp://guest:guest@127.0.0.1:${proxy.port}`, { provision: true, heartbeat: 1 })
    const address = `rabbitmq://queue/${scene.queue('a')}`
    const { ids, listener } = inbox(transport, address)
    const sender = transport.sender(address)
    await sender.send([envelope({ id: 'before' })])
    await eventually('it has come', () => ids.has('before'), within)
    proxy.silence()
    const outcomes = await sender.send([envelope({ id: 'meanwhile' })]).catch((error: unknown) => [{ kind: 'failed', detail: String(error) }])
    expect(outcomes).toMatchObject([{ kind: 'failed' }])
    await eventually('the listener knows', () => !listener.connected, within)
    proxy.mend()
    await eventually('messages are sent again', async () => (await sender.send([envelope({ id: 'after' })]).catch(() => []))[0]?.kind === 'sent', within)
    await eventually('and received', () => ids.has('after'), within)
    await sender.close()
    await scene.end()
    await proxy.close()
  }, 240_000)
})
