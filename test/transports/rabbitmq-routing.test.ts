import { afterEach, describe, expect, it } from 'vitest'
import { defineRoutes, type RouteBuilder } from '../../runtime/config/index.ts'
import type { App } from '../../runtime/host/app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { rabbitConvention, rabbitmq, type RabbitmqOptions } from '../../runtime/transports/rabbitmq/index.ts'
import { chainsOf, keptLog, registration, type Run } from '../runtime/small-app.ts'
import { eventually } from '../support/eventually.ts'
import { RabbitScene } from './rabbitmq-scene.ts'

type Service = App<Record<string, { message: { readonly n: number }; reply: unknown }>>

const apps: Service[] = []
const scenes: RabbitScene[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  for (const scene of scenes.splice(0)) await scene.end()
})

async function fresh(): Promise<RabbitScene> {
  const scene = await RabbitScene.fresh()
  scenes.push(scene)
  return scene
}

/** A service over the broker. It notes what it handles, and knows the messages of the others. */
async function service(scene: RabbitScene, handles: readonly string[], rules: (routes: RouteBuilder) => void, options: Omit<RabbitmqOptions, 'url'> = {}) {
  const came: string[] = []
  const noted = (name: string) => (run: Run) => came.push(`${name} ${run.message.n} ${run.envelope.topic ?? 'none'}`)
  const handlers = Object.fromEntries(handles.map((name) => [name, noted(name)]))
  const app = buildApp<Record<string, { message: { readonly n: number }; reply: unknown }>>(
    { chains: chainsOf(handlers), messages: ['PlaceOrder', 'OrderPlaced'].map((name) => registration(name)), routes: defineRoutes(rules) },
    { name: 'routing', store: inMemory(), log: keptLog(), transports: [rabbitmq({ url: scene.url, provision: true, ...options })] },
  )
  apps.push(app)
  await app.start()
  await eventually('it listens', () => app.describe().endpoints.every(({ connected }) => connected !== false))
  return { app, came }
}

describe('rabbitConvention', () => {
  it('by exchange brings an event to every service that handles it, the sender included', async () => {
    const scene = await fresh()
    const prefix = scene.queue('')
    scene.exchange('OrderPlaced')
    for (const name of ['shipping', 'billing', 'desk']) scene.queue(`${name}.OrderPlaced`)
    const messages = ({ name }: { readonly name: string }): boolean => name === 'OrderPlaced'
    const by = (service: string) => (routes: RouteBuilder) => routes.convention(rabbitConvention({ by: 'exchange', service, prefix, messages }))
    const [shipping, billing, desk] = [
      await service(scene, ['OrderPlaced'], by('shipping')),
      await service(scene, ['OrderPlaced'], by('billing')),
      await service(scene, ['OrderPlaced'], by('desk')),
    ]
    expect(desk.app.previewRoutes('OrderPlaced').destinations.map(({ address }) => address)).toEqual([`rabbitmq://exchange/${prefix}OrderPlaced`])
    await desk.app.bus.send('OrderPlaced', { n: 1 })
    await eventually('each has it once', () => [shipping, billing, desk].every(({ came }) => came.length === 1))
    expect(await desk.app.transports.check()).toEqual([])
  })

  it('by queue brings a command to the one that handles it, and what is handled here stays here', async () => {
    const scene = await fresh()
    const prefix = scene.queue('')
    for (const name of ['place-order', 'order-placed']) scene.queue(name)
    const nameOf = ({ name }: { readonly name: string }): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
    const rules = (routes: RouteBuilder): void => routes.convention(rabbitConvention({ by: 'queue', prefix, nameOf }))
    const orders = await service(scene, ['PlaceOrder'], rules)
    const desk = await service(scene, ['OrderPlaced'], rules)
    await desk.app.bus.send('PlaceOrder', { n: 1 })
    await desk.app.bus.send('OrderPlaced', { n: 2 })
    await eventually('both are handled', () => orders.came.length === 1 && desk.came.length === 1)
    expect(desk.app.previewRoutes('OrderPlaced').destinations.map(({ address }) => address)).toEqual(['local://order-placed'])
    expect(orders.app.describe().endpoints.map(({ address }) => address)).toContain(`rabbitmq://queue/${prefix}place-order`)
  })
})

describe('bus.toTopic', () => {
  it('sends under a routing key to topic exchanges, and listeners choose by from', async () => {
    const scene = await fresh()
    const [events, fan, eu] = [scene.exchange('events'), scene.exchange('fan'), scene.queue('eu')]
    const options = { exchanges: { [fan]: { type: 'fanout' } } }
    const listening = await service(scene, ['OrderPlaced'], (routes) => {
      routes.listen(`rabbitmq://queue/${eu}`, { from: `rabbitmq://exchange/${events}?key=eu.*` })
    })
    const sending = await service(scene, [], ({ publish }) => publish('OrderPlaced').to(`rabbitmq://exchange/${events}`, `rabbitmq://exchange/${fan}`), options)
    await sending.app.bus.toTopic('eu.placed', 'OrderPlaced', { n: 1 })
    await eventually('it has come', () => listening.came.length === 1)
    expect(listening.came).toEqual(['OrderPlaced 1 eu.placed'])
    await expect(listening.app.bus.toTopic('eu.placed', 'OrderPlaced', { n: 2 })).rejects.toMatchObject({ code: 'JASPER_NO_SUBSCRIBER' })
  })
})
