import { describe, expect, it } from 'vitest'
import type { MessageSender } from '../../runtime/bus/message-context.ts'
import { defineRoutes, type RouteBuilder } from '../../runtime/config/index.ts'
import { postingTransport } from '../support/posting-transport.ts'
import { registration, startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()
const refused = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) })

/** An app with a queue called `archive`, a destination called `shipping`, and a message that nobody here takes. */
async function named(rules: (routes: RouteBuilder) => void = () => undefined, handle?: (run: Run) => unknown) {
  const { transport, posted } = postingTransport()
  const arrived: string[] = []
  const routes = defineRoutes((builder) => {
    builder.listen('local://archive', { name: 'archive' })
    builder.sending('post://Shipping', { name: 'shipping' })
    rules(builder)
  })
  const handlers = { Ask: handle ?? (() => undefined), Sent: (run: Run) => arrived.push(run.envelope.destination) }
  const messages = ['Ask', 'Sent', 'Foreign'].map((name) => registration(name))
  const small = await start(handlers, { routes, messages, transports: [transport] })
  return { ...small, bus: small.app.bus, arrived, posted: () => posted.map(({ messageType, destination }) => [messageType, destination]) }
}

describe('bus.sendTo', () => {
  it('sends to the one endpoint of a name or an address, whatever the routes say', async () => {
    const { bus, clock, arrived, posted } = await named(({ publish }) => publish('Sent').to('post://elsewhere'))
    for (const endpoint of ['archive', 'local://archive', 'shipping', 'post://SHIPPING', 'post://unnamed']) await bus.sendTo(endpoint, 'Sent', { n: 1 })
    await bus.sendTo('shipping', 'Foreign', { n: 2 }, { headers: { lane: 'fast' } })
    await clock.advance(100)
    expect(arrived).toEqual(['local://archive', 'local://archive'])
    expect(posted().sort()).toEqual([
      ['Foreign', 'post://shipping'],
      ['Sent', 'post://shipping'],
      ['Sent', 'post://shipping'],
      ['Sent', 'post://unnamed'],
    ])
  })

  it('waits in a handler for its commit, and leaves nothing behind when that fails', async () => {
    const { app, clock, posted, log } = await named(undefined, async (run) => {
      await (run.context as MessageSender<Record<string, { message: { n: number }; reply: unknown }>>).sendTo('shipping', 'Sent', { n: run.message.n })
      if (run.message.n === 1) throw new Error('no')
    })
    await expect(app.bus.invoke('Ask', { n: 1 })).rejects.toThrow('no')
    await app.bus.invoke('Ask', { n: 2 })
    await clock.advance(100)
    expect(posted()).toEqual([['Sent', 'post://shipping']])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it.each([
    ['arcive', 'Sent', 'JASPER_UNKNOWN_DESTINATION', 'The names in the routes are archive, shipping'],
    ['pigeon://loft', 'Sent', 'JASPER_UNKNOWN_DESTINATION', 'No transport of this app serves'],
    ['local://nowhere', 'Sent', 'JASPER_UNKNOWN_DESTINATION', 'no queue of this app'],
    ['archive', 'Foreign', 'JASPER_NO_SUBSCRIBER', 'no handler of this app takes it'],
    ['archive', 'Nobody', 'JASPER_UNKNOWN_MESSAGE', 'Nobody'],
  ])('to %s with %s is refused with %s', async (endpoint, message, code, text) => {
    const { bus } = await named()
    await expect(bus.sendTo(endpoint, message, { n: 1 })).rejects.toThrow(refused(code, text))
  })
})

describe('the name of an endpoint', () => {
  it('stands in routes and around returned messages where an address would', async () => {
    const { bus, clock, posted } = await named(
      ({ publish }) => publish('Foreign').to('shipping'),
      (run) => run.cascade('Sent', { n: 1 }, { options: undefined, destination: 'shipping' }),
    )
    await bus.send('Foreign', { n: 1 })
    await bus.invoke('Ask', { n: 1 })
    await clock.advance(100)
    expect(posted()).toEqual([['Foreign', 'post://shipping'], ['Sent', 'post://shipping']])
  })

  it.each<[string, (routes: RouteBuilder) => void, string]>([
    ['two places of one name', ({ listen }) => listen('local://b', { name: 'archive' }), 'both called "archive"'],
    ['two names of one place', ({ listen }) => listen('post://shipping', { name: 'receiving' }), '"receiving" and "shipping"'],
    ['what is an address', ({ listen }) => listen('local://b', { name: 'local://c' }), 'is "local://c"'],
    ['an unknown name in a route', ({ publish }) => publish('Sent').to('shiping'), 'neither an address nor the name'],
  ])('is refused: %s', async (_, rules, text) => {
    await expect(named(rules)).rejects.toThrow(text)
  })
})
