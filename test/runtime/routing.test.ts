import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { AnyChain, MessageRegistration } from '../../runtime/dispatch/chain.ts'
import { localQueueOf, parseDestination } from '../../runtime/routing/destination.ts'
import { makeRouteTable } from '../../runtime/routing/route-table.ts'
import { Transports } from '../../runtime/routing/transports.ts'
import { demoTransport } from '../support/demo-transport.ts'

const nothing = (): Promise<undefined> => Promise.resolve(undefined)
const chain = (message: string): AnyChain => ({ message, handle: nothing, transaction: undefined, cascades: [], handlers: [] })
const message = (name: string): MessageRegistration => ({ name, version: 1, codec: { encode: JSON.stringify, decode: (json) => json } })
const messages = [message('PlaceOrder'), message('OrderPlaced'), message('OrderLost')]
const chains = [chain('PlaceOrder'), chain('OrderPlaced')]
const table = (routes?: Parameters<typeof makeRouteTable>[2]) => makeRouteTable(chains, messages, routes)

describe('routes to other transports', () => {
  const refused = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) })
  const demo = new Transports([demoTransport({ port: 1 })])
  const over = (describeRoutes: Parameters<typeof defineRoutes>[0]) => makeRouteTable(chains, messages, defineRoutes(describeRoutes), demo)

  it('need a transport that serves their scheme, to send and to listen', () => {
    for (const rules of [
      defineRoutes(({ publish }) => publish('OrderPlaced').to('rabbitmq://queue/x')),
      defineRoutes(({ listen }) => listen('rabbitmq://queue/x')),
      defineRoutes(({ sending }) => sending('rabbitmq://queue/x', {})),
    ]) {
      expect(() => makeRouteTable(chains, messages, rules)).toThrow(refused('JASPER_UNKNOWN_DESTINATION', 'transports: [...]'))
    }
    expect(() => over(({ publish }) => publish('OrderPlaced').to('demo://nowhere'))).toThrow(refused('JASPER_UNKNOWN_DESTINATION', 'demo broker'))
  })

  it('go also for messages that nobody here handles, beside local queues', () => {
    const { destinations, endpoints, senders } = over(({ publish, sending }) => {
      publish('OrderLost').to('demo://queue/lost')
      publish('OrderPlaced').to('demo://queue/placed', 'local://order-placed')
      sending('demo://queue/lost', { batch: 5, onRefused: 'discard', giveUpAfter: '1d' })
    })
    expect(destinations.get('OrderLost')).toEqual(['demo://queue/lost'])
    expect(endpoints.has('demo://queue/lost')).toBe(false)
    expect(senders.get('demo://queue/lost')).toEqual({
      destination: 'demo://queue/lost', batch: 5, buffer: 1_000, onRefused: 'discard', giveUpAfterMs: 86_400_000,
    })
    expect(senders.get('demo://queue/placed')).toMatchObject({ batch: 200, onRefused: 'dead-letter', giveUpAfterMs: undefined })
  })

  it('listen inline through a transport alone, and never inline and sequential', () => {
    expect(over(({ listen }) => listen('demo://queue/x', { mode: 'inline' })).endpoints.get('demo://queue/x')).toMatchObject({ mode: 'inline' })
    expect(() => over(({ listen }) => listen('local://x', { mode: 'inline' }))).toThrow(refused('JASPER_BAD_OPTION', 'local queue'))
    expect(() => over(({ listen }) => listen('demo://queue/x', { mode: 'inline', sequential: true }))).toThrow(refused('JASPER_BAD_OPTION', 'sequential'))
  })

  it('promise order only where the transport orders by key, and say so elsewhere', () => {
    const listening = (options: Parameters<Parameters<Parameters<typeof defineRoutes>[0]>[0]['listen']>[1], ordersByKey: boolean) => {
      const transport = demoTransport({ port: 1 })
      const transports = new Transports([{ ...transport, capabilities: { ...transport.capabilities, ordersByKey } }])
      return makeRouteTable(chains, messages, defineRoutes(({ listen }) => listen('demo://queue/x', options)), transports).endpoints
    }
    for (const options of [{ sequential: true }, { onDeadLetter: 'block' }] as const) {
      expect(() => listening(options, false)).toThrow(refused('JASPER_BAD_OPTION', 'orders by key'))
      expect(listening(options, true).get('demo://queue/x')).toMatchObject(options)
    }
    expect(listening({ onDeadLetter: 'release', sequential: false }, false).has('demo://queue/x')).toBe(true)
    expect(over(({ listen }) => listen('local://order-placed', { sequential: true })).endpoints.get('local://order-placed')).toMatchObject({ sequential: true })
  })

  it('refuse senders of local queues, and options that cannot hold', () => {
    expect(() => over(({ sending }) => sending('local://x', {}))).toThrow(refused('JASPER_BAD_OPTION', 'no sender'))
    expect(() => over(({ sending }) => sending('demo://queue/x', { batch: 0 }))).toThrow(refused('JASPER_BAD_OPTION', 'batch'))
    expect(() => over(({ sending }) => sending('demo://queue/x', { onRefused: 'never' as never }))).toThrow(refused('JASPER_BAD_OPTION', 'onRefused'))
  })

  it('refuse two transports of one scheme, and one that calls itself local', () => {
    expect(() => new Transports([demoTransport({ port: 1 }), demoTransport({ port: 2 })])).toThrow(refused('JASPER_BAD_OPTION', 'Two transports'))
    expect(() => new Transports([demoTransport({ port: 1, scheme: 'local' })])).toThrow(refused('JASPER_BAD_OPTION', 'not allowed'))
    expect(new Transports([demoTransport({ port: 1 }), demoTransport({ port: 2, scheme: 'demo+b' })]).schemes).toEqual(['demo', 'demo+b'])
  })
})

describe('routes', () => {
  it('give each handled message a durable local queue of its own', () => {
    const { destinations, endpoints } = table()
    expect([...destinations]).toEqual([
      ['PlaceOrder', ['local://place-order']],
      ['OrderPlaced', ['local://order-placed']],
      ['OrderLost', []],
    ])
    expect(endpoints.get('local://place-order')).toEqual({
      address: 'local://place-order',
      mode: 'durable',
      parallelism: 5,
      sequential: false,
      onDeadLetter: 'release',
      timeoutMs: 60_000,
      buffer: 1_000,
    })
  })

  it('replace the local queue, unless it is listed too', () => {
    const replaced = table(defineRoutes(({ publish }) => publish('OrderPlaced').to('local://audit')))
    expect(replaced.destinations.get('OrderPlaced')).toEqual(['local://audit'])
    const both = table(defineRoutes(({ publish }) => publish('OrderPlaced').to('local://audit', 'local://order-placed')))
    expect(both.destinations.get('OrderPlaced')).toEqual(['local://audit', 'local://order-placed'])
  })

  it('set how an endpoint receives', () => {
    const { endpoints } = table(
      defineRoutes(({ listen }) => {
        listen('local://place-order', { sequential: true, timeout: '2m' })
        listen('local://order-placed', { mode: 'buffered', parallelism: 2, buffer: 10 })
      }),
    )
    expect(endpoints.get('local://place-order')).toMatchObject({ sequential: true, parallelism: 1, timeoutMs: 120_000, mode: 'durable' })
    expect(endpoints.get('local://order-placed')).toMatchObject({ mode: 'buffered', parallelism: 2, buffer: 10 })
  })

  it.each([
    ['JASPER_UNKNOWN_MESSAGE', defineRoutes(({ publish }) => publish('PlaceOder').to('local://x'))],
    ['JASPER_UNKNOWN_DESTINATION', defineRoutes(({ publish }) => publish('PlaceOrder').to('rabbitmq://queue/x'))],
    ['JASPER_UNKNOWN_DESTINATION', defineRoutes(({ publish }) => publish('PlaceOrder').to('local://With Space'))],
    ['JASPER_NO_SUBSCRIBER', defineRoutes(({ publish }) => publish('OrderLost').to('local://x'))],
    ['JASPER_BAD_OPTION', defineRoutes(({ publish }) => publish('PlaceOrder').to())],
    ['JASPER_BAD_OPTION', defineRoutes(({ listen }) => listen('local://x', { parallelism: 0 }))],
    ['JASPER_BAD_OPTION', defineRoutes(({ listen }) => listen('local://x', { sequential: true, parallelism: 4 }))],
    ['JASPER_BAD_OPTION', defineRoutes(({ listen }) => listen('local://x', { sequential: true, mode: 'buffered' }))],
    ['JASPER_BAD_OPTION', defineRoutes(({ listen }) => [listen('local://x'), listen('local://x')])],
    ['JASPER_BAD_OPTION', defineRoutes(({ listen }) => listen('local://x', { timeout: '5 minutes' as '5m' }))],
  ])('refuse what cannot hold with %s', (code, routes) => {
    expect(() => table(routes)).toThrowError(expect.objectContaining({ code }))
  })
})

describe('addresses', () => {
  it('are a scheme and a name', () => {
    expect(parseDestination('local://place-order')).toEqual({ scheme: 'local', name: 'place-order' })
  })

  it.each(['PlaceOrder', 'local:/x', 'local://', 'local://-x', 'LOCAL://x', 'local://x y', `local://${'x'.repeat(300)}`])('refuse %j', (text) => {
    expect(() => parseDestination(text)).toThrowError(expect.objectContaining({ code: 'JASPER_UNKNOWN_DESTINATION' }))
  })

  it.each([
    ['PlaceOrder', 'local://place-order'],
    ['HTTPRequestSeen', 'local://http-request-seen'],
    ['orders.place-order', 'local://orders.place-order'],
    ['order_placed', 'local://order_placed'],
    ['Größe', 'local://gr-e'],
    ['世界', 'local://message'],
  ])('are made from the message name: %s is %s, and parse', (name, address) => {
    expect(localQueueOf(name)).toBe(address)
    expect(() => parseDestination(localQueueOf(name))).not.toThrow()
  })
})
