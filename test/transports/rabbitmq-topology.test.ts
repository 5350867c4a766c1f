import { afterEach, describe, expect, it } from 'vitest'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import type { SendOutcome, TransportDelivery } from '../../runtime/contracts/transport.ts'
import type { ExchangeOptions } from '../../runtime/transports/rabbitmq/index.ts'
import { envelope } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { RabbitScene } from './rabbitmq-scene.ts'

const scenes: RabbitScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.end()
})
async function fresh(): Promise<RabbitScene> {
  const scene = await RabbitScene.fresh()
  scenes.push(scene)
  return scene
}

async function send(transport: Awaited<ReturnType<RabbitScene['open']>>, address: string, ...over: Partial<Envelope>[]): Promise<readonly SendOutcome[]> {
  const sender = transport.sender(transport.address(address, 'send'))
  try {
    return await sender.send(over.map((one) => envelope({ destination: address, ...one })))
  } finally {
    await sender.close()
  }
}

describe('an exchange', () => {
  const routes: readonly [type: NonNullable<ExchangeOptions['type']>, key: string, args: Record<string, string>, taken: Partial<Envelope>, passed: Partial<Envelope>][] = [
    ['topic', 'order.*', {}, { messageType: 'order.placed' }, { messageType: 'invoice.sent' }],
    ['topic', 'orders.placed.*', {}, { topic: 'orders.placed.eu', messageType: 'Other' }, { topic: 'orders.rejected.eu', messageType: 'orders.placed.eu' }],
    ['direct', 'Placed', {}, { messageType: 'Placed' }, { messageType: 'Rejected' }],
    ['headers', '', { 'x-match': 'all', region: 'eu' }, { headers: { region: 'eu' } }, { headers: { region: 'us' } }],
  ]

  it.each(routes)('of type %s takes what its bindings say, and what they do not is unroutable', async (type, key, args, taken, passed) => {
    const scene = await fresh()
    const [events, queue] = [scene.exchange('events'), scene.queue('a')]
    const queues = { [queue]: { bindings: [{ exchange: events, key, arguments: args }] } }
    const transport = await scene.open({ provision: true, exchanges: { [events]: { type } }, queues })
    const outcomes = await send(transport, `rabbitmq://exchange/${events}`, taken, passed)
    expect(outcomes).toMatchObject([{ kind: 'sent' }, { kind: 'refused', reason: 'unroutable', detail: expect.stringContaining('NO_ROUTE') }])
    expect(await scene.admin.waiting(queue)).toBe(1)
  })

  it('of type fanout passes everything on, also to another exchange', async () => {
    const scene = await fresh()
    const [all, some, first, second] = [scene.exchange('all'), scene.exchange('some'), scene.queue('a'), scene.queue('b')]
    const transport = await scene.open({
      provision: true,
      exchanges: { [all]: { type: 'fanout' }, [some]: { bindings: [{ exchange: all }] } },
      queues: { [first]: { bindings: [{ exchange: all }] }, [second]: { type: 'quorum', bindings: [{ exchange: some, key: 'x.#' }] } },
    })
    expect(await send(transport, `rabbitmq://exchange/${all}?key=x.y`, {})).toEqual([{ kind: 'sent' }])
    expect([await scene.admin.waiting(first), await scene.admin.waiting(second)]).toEqual([1, 1])
  })

  it('that is missing refuses what is sent to it, each message for itself', async () => {
    const scene = await fresh()
    const transport = await scene.open()
    const outcomes = await send(transport, `rabbitmq://exchange/${scene.exchange('nowhere')}`, {}, {}, {})
    expect(outcomes).toMatchObject(outcomes.map(() => ({ kind: 'refused', reason: 'unroutable', detail: expect.stringContaining('NOT_FOUND') })))
    expect(outcomes).toHaveLength(3)
  })
})

describe('a queue', () => {
  it('that is missing refuses what is sent to it, and is waited for by who listens', async () => {
    const scene = await fresh()
    const transport = await scene.open()
    const queue = scene.queue('a')
    expect(await send(transport, `rabbitmq://queue/${queue}`, {})).toMatchObject([{ kind: 'refused', reason: 'unroutable' }])
    const came: TransportDelivery[] = []
    const listener = transport.listen(`rabbitmq://queue/${queue}`, { unsettled: 5, receive: (deliveries) => void came.push(...deliveries) })
    await eventually('it says so', () => scene.log.has('nothing can be received here'))
    expect(listener.connected).toBe(false)
    await scene.admin.on((channel) => channel.assertQueue(queue, { durable: true, arguments: {} }))
    await scene.admin.put(queue, {}, 'x')
    await eventually('it is received', () => came.length === 1)
    await listener.stop()
  })

  it('that is deleted underneath is made again, by who listens and by who sends', async () => {
    const scene = await fresh()
    const transport = await scene.open({ provision: true })
    const [queue, other] = [scene.queue('a'), scene.queue('b')]
    const came: TransportDelivery[] = []
    const listener = transport.listen(`rabbitmq://queue/${queue}`, { unsettled: 5, receive: (deliveries) => void came.push(...deliveries) })
    await eventually('it listens', () => listener.connected)
    await scene.admin.put(queue, {}, 'before')
    await eventually('it is received', () => came.length === 1)
    await scene.admin.remove([queue])
    await eventually('the delivery is gone', () => came[0]!.gone)
    expect(await came[0]!.ack()).toBe('lost')
    await eventually('it listens again', () => listener.connected)
    await scene.admin.put(queue, {}, 'after')
    await eventually('it is received', () => came.length === 2)
    expect(await came[1]!.ack()).toBe('settled')
    await listener.stop()

    const sender = transport.sender(`rabbitmq://queue/${other}`)
    expect(await sender.send([envelope(), envelope()])).toEqual([{ kind: 'sent' }, { kind: 'sent' }])
    await scene.admin.remove([other])
    expect(await sender.send([envelope(), envelope()])).toEqual([{ kind: 'sent' }, { kind: 'sent' }])
    expect(await scene.admin.waiting(other)).toBe(2)
    await sender.close()
  })

  it('with a time to live passes what has expired to its dead letters, and so does what is rejected', async () => {
    const scene = await fresh()
    const [queue, dead] = [scene.queue('a'), scene.queue('dead')]
    const transport = await scene.open({ provision: true, queues: { [queue]: { messageTtl: 600_000, deadLetter: { exchange: '', key: dead } } } })
    await send(transport, `rabbitmq://queue/${queue}`, { deliverBy: new Date(Date.now() + 200) })
    await eventually('it is among the dead letters', async () => (await scene.admin.waiting(dead)) === 1)
    const came: TransportDelivery[] = []
    const listener = transport.listen(`rabbitmq://queue/${queue}`, { unsettled: 5, receive: (deliveries) => void came.push(...deliveries) })
    await send(transport, `rabbitmq://queue/${queue}`, {})
    await eventually('it is received', () => came.length === 1)
    expect(await came[0]!.deadLetter('because')).toBe('settled')
    await eventually('it is there too', async () => (await scene.admin.waiting(dead)) === 2)
    await listener.stop()
    const letter = await scene.admin.on((channel) => channel.get(dead, { noAck: true }))
    expect(letter).toMatchObject({ properties: { headers: { 'x-first-death-reason': 'expired' } } })
  })

  it('with a single active consumer is received by one, and by the other when that has gone', async () => {
    const scene = await fresh()
    const queue = scene.queue('a')
    const options = { provision: true, queues: { [queue]: { singleActiveConsumer: true } } } as const
    const both = await Promise.all([scene.open(options), scene.open(options)])
    const came: string[][] = [[], []]
    const listeners = both.map((transport, at) =>
      transport.listen(`rabbitmq://queue/${queue}`, {
        unsettled: 10,
        receive: (deliveries) => {
          for (const delivery of deliveries) {
            came[at]!.push(delivery.headers[headerNames.id]!)
            void delivery.ack()
          }
        },
      }),
    )
    await eventually('both are there', () => listeners.every(({ connected }) => connected))
    const ids = Array.from({ length: 40 }, (_, n) => ({ id: `order ${n}` }))
    await send(both[0], `rabbitmq://queue/${queue}`, ...ids.slice(0, 20))
    await eventually('half have come', () => came.flat().length === 20)
    const first = came.findIndex((list) => list.length > 0)
    expect(came[first]).toEqual(ids.slice(0, 20).map(({ id }) => id))
    await listeners[first]!.stop()
    await send(both[0], `rabbitmq://queue/${queue}`, ...ids.slice(20))
    await eventually('all have come', () => came.flat().length === 40)
    expect(came[1 - first]).toEqual(ids.slice(20).map(({ id }) => id))
  })
})

describe('a check', () => {
  it('names what is missing, makes it when it is told to, and makes it once', async () => {
    const scene = await fresh()
    const [events, queue] = [scene.exchange('events'), scene.queue('a')]
    const transport = await scene.open({ queues: { [queue]: { bindings: [{ exchange: events }] } } })
    const places = [{ address: `rabbitmq://exchange/${events}`, use: 'send' }] as const
    const problems = await transport.check(places, { provision: false })
    expect(problems).toMatchObject([expect.stringContaining(`exchange ${events}: `), expect.stringContaining(`queue ${queue}: `)])
    for (let time = 0; time < 2; time++) expect(await transport.check(places, { provision: true })).toEqual([])
    expect(await transport.check(places, { provision: false })).toEqual([])
    expect(await send(transport, `rabbitmq://exchange/${events}`, {})).toEqual([{ kind: 'sent' }])
  })

  it('leaves alone what belongs to others', async () => {
    const scene = await fresh()
    const [events, queue] = [scene.exchange('events'), scene.queue('a')]
    const transport = await scene.open({ exchanges: { [events]: { external: true } }, queues: { [queue]: { external: true } } })
    const problems = await transport.check([], { provision: true })
    expect(problems).toHaveLength(2)
    await expect(scene.admin.on((channel) => channel.checkQueue(queue))).rejects.toThrow('NOT_FOUND')
  })

  it('tells where a queue is there and other than it should be', async () => {
    const scene = await fresh()
    const queue = scene.queue('a')
    await scene.admin.on((channel) => channel.assertQueue(queue, { durable: true, arguments: { 'x-max-length': 5 } }))
    const transport = await scene.open({ queues: { [queue]: {} } })
    expect(await transport.check([], { provision: true })).toMatchObject([expect.stringContaining('x-max-length')])
  })
})

describe('who may not come in', () => {
  it('is told at the start, and nobody is told the password', async () => {
    const scene = await fresh()
    await expect(scene.open({}, 'nobody:hunter2')).rejects.toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('does not let us in') }))
    await expect(scene.open({}, 'nobody:hunter2')).rejects.not.toThrow(/hunter2/)
    expect(JSON.stringify(scene.log.lines)).not.toContain('hunter2')
  })
})
