import { describe, expect, it } from 'vitest'
import { defineRoutes, type RouteBuilder } from '../../runtime/config/index.ts'
import type { RoutingConvention } from '../../runtime/contracts/routing-convention.ts'
import { postingTransport } from '../support/posting-transport.ts'
import { registration, smallApp, startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()
const refused = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) })
const names = ['orders.placed', 'orders.eu.placed', 'ordersLost', 'OrderPaid', 'Audit']
const handled = ['orders.placed', 'OrderPaid', 'Audit']

function options(rules: (routes: RouteBuilder) => void) {
  const { transport, posted } = postingTransport()
  return { routes: defineRoutes(rules), messages: names.map((name) => registration(name)), transports: [transport], posted }
}

/** An app of five messages, three of which it handles; it is not started. */
function app(rules: (routes: RouteBuilder) => void) {
  const built = smallApp(Object.fromEntries(handled.map((name) => [name, () => undefined])), options(rules)).app
  const goesTo = (name: string): readonly string[] => built.previewRoutes(name).destinations.map(({ address }) => address)
  return { app: built, goesTo, all: () => Object.fromEntries(names.map((name) => [name, goesTo(name)])) }
}

const convention = (over: Partial<RoutingConvention> = {}): RoutingConvention => ({
  description: 'letters by name',
  sendsTo: ({ name }) => (name === 'Audit' ? undefined : `post://${name.replaceAll('.', '-')}`),
  listensAt: ({ name }) => ({ endpoint: `post://in-${name.replaceAll('.', '-')}`, options: { parallelism: 2 } }),
  ...over,
})

describe('rules for several messages', () => {
  it('mean those of a namespace, of a prefix, or those that a function picks', () => {
    const own = { 'orders.placed': ['local://orders.placed'], 'orders.eu.placed': [], ordersLost: [], OrderPaid: ['local://order-paid'], Audit: ['local://audit'] }
    const there = ['post://there']
    expect(app(() => undefined).all()).toEqual(own)
    expect(app(({ publish }) => publish({ namespace: 'orders' }).to('post://there')).all()).toEqual({ ...own, 'orders.placed': there, 'orders.eu.placed': there })
    expect(app(({ publish }) => publish({ prefix: 'orders' }).to('post://there')).all()).toEqual({
      ...own, 'orders.placed': there, 'orders.eu.placed': there, ordersLost: there,
    })
    expect(app(({ publish }) => publish(({ handled, version }) => !handled && version === 1).to('post://there')).all()).toEqual({
      ...own, 'orders.eu.placed': there, ordersLost: there,
    })
  })

  it('add up, each destination once, and stand beside the own queue where they say alsoTo', () => {
    const { all } = app(({ publish }) => {
      publish(() => true).alsoTo('post://audit')
      publish({ namespace: 'orders' }).to('post://orders', 'post://AUDIT')
      publish('OrderPaid').alsoTo('post://paid')
    })
    expect(all()).toEqual({
      'orders.placed': ['post://audit', 'post://orders'],
      'orders.eu.placed': ['post://audit', 'post://orders'],
      ordersLost: ['post://audit'],
      OrderPaid: ['local://order-paid', 'post://audit', 'post://paid'],
      Audit: ['local://audit', 'post://audit'],
    })
  })

  it('send to a local queue only what is handled here', () => {
    const { goesTo } = app(({ publish }) => publish(() => true).to('local://all'))
    expect([goesTo('OrderPaid'), goesTo('ordersLost')]).toEqual([['local://all'], []])
  })

  it.each<[string, (routes: RouteBuilder) => void, string, string]>([
    ['a namespace that nothing has', ({ publish }) => publish({ namespace: 'order' }).to('post://x'), 'JASPER_UNKNOWN_MESSAGE', "{ namespace: 'order' }"],
    ['a prefix that nothing has', ({ publish }) => publish({ prefix: 'Invoice' }).to('post://x'), 'JASPER_UNKNOWN_MESSAGE', 'OrderPaid'],
    ['a namespace with its dot', ({ publish }) => publish({ namespace: 'orders.' }).to('post://x'), 'JASPER_BAD_OPTION', 'names no messages'],
    ['another form', ({ publish }) => publish({ suffix: 'Paid' } as never).to('post://x'), 'JASPER_BAD_OPTION', 'names no messages'],
    ['no destination', ({ publish }) => publish({ prefix: 'Order' }).to(), 'JASPER_BAD_OPTION', 'no destination'],
  ])('are refused: %s', (_, rules, code, text) => {
    expect(() => app(rules)).toThrow(refused(code, text))
  })
})

describe('a convention', () => {
  it('sends what no rule sends elsewhere and nobody here handles, and listens for what is handled here', () => {
    const { app: built, all } = app((routes) => {
      routes.convention(convention())
      routes.publish('ordersLost').to('post://lost')
      routes.listen('post://in-audit', { mode: 'buffered' })
    })
    expect(all()).toEqual({
      'orders.placed': ['local://orders.placed'],
      'orders.eu.placed': ['post://orders-eu-placed'],
      ordersLost: ['post://lost'],
      OrderPaid: ['local://order-paid'],
      Audit: ['local://audit'],
    })
    const heard = built.describe().endpoints.filter(({ address }) => address.startsWith('post:'))
    expect(heard.map(({ address, mode, parallelism }) => [address, mode, parallelism])).toEqual([
      ['post://in-audit', 'buffered', 2],
      ['post://in-orderpaid', 'durable', 2],
      ['post://in-orders-placed', 'durable', 2],
    ])
  })

  it('sends what is handled here too where it says outside or both, and the first that knows a place is asked', () => {
    const later = convention({ description: 'later', sendsTo: () => 'post://later', listensAt: () => undefined })
    const outside = app((routes) => [routes.convention(convention({ handledHere: 'outside' })), routes.convention({ ...later, handledHere: 'both' })])
    expect([outside.goesTo('OrderPaid'), outside.goesTo('Audit')]).toEqual([['post://orderpaid'], ['local://audit', 'post://later']])
  })
})

describe('app.previewRoutes', () => {
  it('says where a message goes, by which rule, and what keeps it meanwhile', () => {
    const { app: built } = app(({ publish, listen, sending, convention: follow, customize }) => {
      publish({ namespace: 'orders' }).alsoTo('archive')
      sending('post://archive', { name: 'archive' })
      listen('local://orders.placed', { mode: 'buffered' })
      follow(convention())
      customize({ destination: 'archive' }, () => ({ headers: { kept: 'yes' } }))
    })
    expect(built.previewRoutes('orders.placed')).toEqual({
      message: 'orders.placed',
      isTaken: true,
      destinations: [
        { address: 'local://orders.placed', name: undefined, goes: 'local', isStored: false, by: 'it is the queue of its handlers', customizedBy: [] },
        {
          address: 'post://archive',
          name: 'archive',
          goes: 'outside',
          isStored: false,
          by: "publish({ namespace: 'orders' }).alsoTo('archive')",
          customizedBy: ["customize({ destination: 'archive' })"],
        },
      ],
    })
    expect(built.previewRoutes('ordersLost').destinations).toMatchObject([{ address: 'post://orderslost', by: 'letters by name' }])
    expect(() => built.previewRoutes('Nobody')).toThrow(refused('JASPER_UNKNOWN_MESSAGE', 'Nobody'))
  })

  it('tells apart what send refuses and publish lets pass', async () => {
    const { posted, ...rest } = options(() => undefined)
    const { app: built } = await start({ Audit: () => undefined }, rest)
    expect(built.previewRoutes('ordersLost')).toEqual({ message: 'ordersLost', isTaken: false, destinations: [] })
    const none = refused('JASPER_NO_SUBSCRIBER', 'Use publish where that is well')
    await expect(built.bus.send('ordersLost', { n: 1 })).rejects.toThrow(none)
    await expect(built.bus.schedule('ordersLost', { n: 1 }, '1m')).rejects.toThrow(none)
    await expect(built.bus.publish('ordersLost', { n: 1 })).resolves.toMatch(/^[0-9a-f-]{36}$/)
    expect(posted).toEqual([])
    expect(built.previewRoutes('Audit').isTaken).toBe(true)
    await expect(built.bus.send('Audit', { n: 1 })).resolves.toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('customize', () => {
  async function sent(rules: (routes: RouteBuilder) => void) {
    const { posted, ...rest } = options(rules)
    const arrived: Run['envelope'][] = []
    const small = await start({ Audit: (run) => arrived.push(run.envelope) }, rest)
    return { ...small, posted, arrived }
  }

  it('adds to the envelopes of a message and of a destination, and what the sender says stays', async () => {
    const { app: built, clock, posted, arrived } = await sent(({ publish, customize }) => {
      publish('Audit').alsoTo('post://audit')
      customize('Audit', ({ message, messageType }) => {
        return { headers: { lane: `lane-${(message as { n: number }).n}`, type: messageType }, deliverWithin: '1h' }
      })
      customize({ destination: 'post://AUDIT' }, ({ options: { tenantId } }) => {
        return { headers: { type: 'letter' }, tenantId: tenantId ?? 'nobody', topic: 'audits' }
      })
    })
    await built.bus.send('Audit', { n: 1 }, { headers: { lane: 'mine' } })
    await built.bus.sendTo('post://audit', 'Audit', { n: 2 }, { tenantId: 'acme', deliverBy: new Date('2099-01-01') })
    await clock.advance(100)
    expect(arrived).toMatchObject([{ headers: { lane: 'mine', type: 'Audit' }, tenantId: undefined, topic: undefined }])
    expect(posted).toMatchObject([
      { headers: { lane: 'mine', type: 'letter' }, tenantId: 'nobody', topic: 'audits' },
      { headers: { lane: 'lane-2', type: 'letter' }, tenantId: 'acme', deliverBy: new Date('2099-01-01') },
    ])
    expect(arrived[0]!.deliverBy!.getTime() - arrived[0]!.sentAt.getTime()).toBe(3_600_000)
  })

  it.each<[string, (routes: RouteBuilder) => void, string]>([
    ['throws', ({ customize }) => customize({ prefix: 'Aud' }, () => { throw new Error('boom') }), "customize({ prefix: 'Aud' }) in the routes failed: boom"],
    ['changes the id', ({ customize }) => customize('Audit', () => ({ id: 'x' }) as never), 'returned "id"'],
    ['sets a header of ours', ({ customize }) => customize('Audit', () => ({ headers: { 'jasper-id': 'x' } })), 'jasper-id'],
  ])('refuses the message where its hook %s', async (_, rules, text) => {
    const { app: built } = await sent(rules)
    await expect(built.bus.send('Audit', { n: 1 })).rejects.toThrow(text)
  })

  it('is refused for messages and places that are not there', () => {
    expect(() => app(({ customize }) => customize('Nobody', () => undefined))).toThrow(refused('JASPER_UNKNOWN_MESSAGE', 'Nobody'))
    expect(() => app(({ customize }) => customize({ destination: 'shiping' }, () => undefined))).toThrow(refused('JASPER_UNKNOWN_DESTINATION', 'shiping'))
  })
})

describe('bus.toTopic', () => {
  it('reaches the destinations that have topics, and refuses a message that has none', async () => {
    const { transport, posted } = postingTransport({ hasTopics: (address) => address === 'post://topics' })
    const routes = defineRoutes(({ publish }) => publish('Audit').to('post://topics', 'post://plain', 'local://audit'))
    const messages = names.map((name) => registration(name))
    const handlers = { Audit: () => undefined, OrderPaid: () => undefined }
    const { app: built, clock } = await start(handlers, { routes, messages, transports: [transport] })
    await built.bus.toTopic('eu.audits', 'Audit', { n: 1 })
    await clock.advance(100)
    expect(posted.map(({ destination, topic }) => [destination, topic])).toEqual([['post://topics', 'eu.audits']])
    await built.bus.send('Audit', { n: 1 }, { topic: 'us.audits' })
    await clock.advance(100)
    expect(posted.slice(1).map(({ topic }) => topic)).toEqual(['us.audits', 'us.audits'])
    await expect(built.bus.toTopic('x', 'OrderPaid', { n: 1 })).rejects.toThrow(refused('JASPER_NO_SUBSCRIBER', 'local://order-paid'))
    await expect(built.bus.toTopic('', 'Audit', { n: 1 })).rejects.toThrow(refused('JASPER_BAD_OPTION', '1 to 255 bytes'))
  })
})
