import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import type { App } from '../../runtime/host/app.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import type { AmqpMessage } from '../../runtime/transports/rabbitmq/amqp.ts'
import { rabbitmq } from '../../runtime/transports/rabbitmq/index.ts'
import { chainsOf, keptLog, registration, type Numbered, type Run } from '../runtime/small-app.ts'
import { eventually } from '../support/eventually.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { RabbitScene } from './rabbitmq-scene.ts'

type Small = App<Record<string, { message: Numbered; reply: unknown }>>

/** An app that answers `Price` with `Quote`. */
async function answering(scene: RabbitScene, queue: string, before: (run: Run) => Promise<void> = async () => undefined): Promise<Small> {
  const price = async (run: Run): Promise<Numbered> => {
    await before(run)
    const quote = { n: run.message.n * 2 }
    run.cascade('Quote', quote)
    return quote
  }
  const app: Small = buildApp(
    {
      chains: chainsOf({ Price: price }),
      messages: ['Price', 'Quote'].map((name) => registration(name)),
      routes: defineRoutes(({ listen }) => listen(`rabbitmq://queue/${queue}`)),
    },
    { name: 'answering', store: inMemory(), transports: [rabbitmq({ url: scene.url, provision: true })], log: keptLog() },
  )
  await app.start()
  await eventually('it listens', () => app.describe().endpoints.some(({ connected }) => connected === true))
  return app
}

it('a client that knows nothing of ours asks by reply-to and correlation-id, and is answered there', async () => {
  const scene = await RabbitScene.fresh()
  const queue = scene.queue('prices')
  const app = await answering(scene, queue)
  try {
    const answer = await scene.admin.on(async (channel) => {
      const answered = new Promise<AmqpMessage | null>((resolve, reject) => {
        // The broker's own way to reply without a queue; it demands no acknowledgement.
        channel.consume('amq.rabbitmq.reply-to', resolve, { noAck: true }).catch(reject)
      })
      const headers = { 'jasper-message-type': 'Price' }
      const properties = { replyTo: 'amq.rabbitmq.reply-to', correlationId: 'my question', messageId: randomUUID(), headers }
      channel.publish('', queue, Buffer.from('{"n":21}'), { ...properties, persistent: true, mandatory: true }, () => undefined)
      return await answered
    })
    expect(JSON.parse(answer!.content.toString())).toEqual({ n: 42 })
    expect(answer!.properties).toMatchObject({ correlationId: 'my question', type: 'Quote' })
  } finally {
    await app.stop()
    await scene.end()
  }
})

it('a reply waits at the broker while the connection of its caller is away', async () => {
  const scene = await RabbitScene.fresh()
  const queue = scene.queue('prices')
  const proxy = await tcpFaultProxy('127.0.0.1', Number(new URL(scene.url).port || 5672))
  let goOn: () => void = () => undefined
  let isAsked = false
  const there = await answering(scene, queue, async () => {
    isAsked = true
    await new Promise<void>((resolve) => (goOn = resolve))
  })
  const url = Object.assign(new URL(scene.url), { hostname: '127.0.0.1', port: String(proxy.port) }).href
  const app: Small = buildApp(
    {
      chains: [],
      messages: ['Price', 'Quote'].map((name) => registration(name)),
      routes: defineRoutes(({ publish }) => void publish('Price').to(`rabbitmq://queue/${queue}`)),
    },
    { name: 'asking', store: inMemory(), transports: [rabbitmq({ url })], log: keptLog() },
  )
  await app.start()
  try {
    const reply = app.bus.request('Price', { n: 4 }, { expects: 'Quote', timeout: '50s' })
    reply.catch(() => undefined)
    await eventually('it is being handled', () => isAsked)
    proxy.cut()
    goOn()
    await eventually('it is handled', async () => (await there.counts()).every(({ ready, claimed }) => ready + claimed === 0))
    proxy.mend()
    expect(await reply).toEqual({ n: 8 })
    expect(app.requests.counts()).toEqual({ waiting: 0, late: 0 })
  } finally {
    await app.stop()
    await there.stop()
    await proxy.close()
    await scene.end()
  }
}, 60_000)
