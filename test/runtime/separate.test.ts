import { describe, expect, it } from 'vitest'
import { onAnyError } from '../../runtime/config/error-match.ts'
import { orderingKey, queue } from '../../runtime/config/handler-policies.ts'
import type { Policy } from '../../runtime/config/policy.ts'
import { defineRoutes, type Routes } from '../../runtime/config/routes.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import { handTransport } from './hand-transport.ts'
import { registration, smallApp, startsSmallApps, type Numbered, type Run } from './small-app.ts'

const start = startsSmallApps()
const id = '00000000-0000-7000-8000-000000000001'
const refused = (text: string) => expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining(text) })

/** A chain as the compiler emits it for a handler of `A` that has the message for itself. */
function alone(name: string, handle: (run: Run) => unknown, policy?: Policy): AnyChain {
  return {
    message: 'A',
    handle: async (run: Run) => await handle(run),
    transaction: undefined,
    cascades: [],
    queue: `local://a/${name}`,
    separate: true,
    ...(policy !== undefined && { policies: [policy] }),
    handlers: [`handle in ${name}.ts`],
  }
}

/** `mail` and `audit` have the message for themselves, and two others share it. */
function scene(policy: { readonly mail?: Policy } = {}) {
  const seen: string[] = []
  let broken = false
  const see = (name: string) => (run: Run) => {
    if (broken && name === 'mail') throw new RangeError('no mail')
    seen.push(`${name} ${run.message.n}`)
  }
  const chains = [alone('audit', see('audit')), alone('mail', see('mail'), policy.mail ?? onAnyError().deadLetter())]
  return { seen, chains, handlers: { A: see('shared') }, breaks: (now: boolean) => (broken = now) }
}

describe.each(['durable', 'buffered'] as const)('separate handlers at %s queues', (mode) => {
  const routes = defineRoutes(({ listen }) => {
    for (const address of ['local://a', 'local://a/audit', 'local://a/mail']) listen(address, { mode })
  })

  it('have each message once, and the failure of one is nothing to the others', async () => {
    const { seen, chains, handlers, breaks } = scene()
    const { app, clock } = await start(handlers, { chains, routes })
    breaks(true)
    const sent = await app.bus.send('A', { n: 1 })
    await clock.advance(100)
    expect(seen.toSorted()).toEqual(['audit 1', 'shared 1'])
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter!.envelope).toMatchObject({ id: sent, destination: 'local://a/mail', attempts: 1 })

    breaks(false)
    await app.deadLetters.replay({})
    await clock.advance(1_000)
    expect(seen.toSorted()).toEqual(['audit 1', 'mail 1', 'shared 1'])
    expect(await app.counts()).toEqual([])
  })
})

describe('separate handlers', () => {
  it('are in the description, each at its own queue', async () => {
    const { chains, handlers } = scene()
    const { app } = await start(handlers, { chains })
    expect(app.describe().chains.map(({ handlers: [called], destinations }) => [called, ...destinations])).toEqual([
      ['small-app.ts A', 'local://a'],
      ['handle in audit.ts', 'local://a/audit'],
      ['handle in mail.ts', 'local://a/mail'],
    ])
  })

  it('have their own queue and their own ordering key by their policy', async () => {
    const begun: number[] = []
    const mail = (run: Run) => {
      begun.push(run.message.n)
      return new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve()))
    }
    const chains = [alone('mail', mail, [queue('mails'), orderingKey<Numbered>(() => 'one'), onAnyError().discard()])]
    const { app, clock } = await start({ A: () => undefined }, { chains })
    for (const n of [1, 2]) await app.bus.send('A', { n })
    await clock.advance(100)
    expect(begun).toEqual([1])
    expect(await app.counts()).toMatchObject([{ endpoint: 'local://mails' }])
  })

  it('cannot be invoked together', async () => {
    const { chains, handlers } = scene()
    const { app } = await start(handlers, { chains })
    await expect(app.bus.invoke('A', { n: 1 })).rejects.toThrow(refused('separate handlers'))
  })

  it('can be invoked where there is one', async () => {
    const seen: number[] = []
    const { app } = await start({}, { messages: [registration('A')], chains: [alone('mail', (run) => seen.push(run.message.n))] })
    await app.bus.invoke('A', { n: 1 })
    expect(seen).toEqual([1])
  })

  it.each(['durable', 'inline', 'buffered'] as const)('have each what a transport delivers at an endpoint that is %s, once', async (mode) => {
    const { transport, deliver, acknowledged } = handTransport()
    const { seen, chains, handlers } = scene()
    const { app, clock } = await start(handlers, {
      chains,
      transports: [transport],
      routes: defineRoutes(({ listen }) => listen('hand://a', { mode })),
    })
    deliver(id, 1)
    await clock.advance(500)
    deliver(id, 1)
    await clock.advance(500)
    expect(seen.toSorted()).toEqual(['audit 1', 'mail 1', 'shared 1'])
    expect(acknowledged).toEqual([id, id])
    expect(await app.counts()).toEqual([])
  })

  it.each<[string, readonly AnyChain[], Routes | undefined, string]>([
    ['with one queue for two', [alone('audit', () => undefined, queue('x')), alone('mail', () => undefined, queue('x'))], undefined, 'both have the queue local://x'],
    ['that are routed elsewhere', [alone('audit', () => undefined)], defineRoutes(({ publish }) => publish('A').to('local://x')), 'are separate'],
  ])('are refused %s', (_, chains, routes, text) => {
    expect(() => smallApp({ A: () => undefined }, { chains, ...(routes && { routes }) })).toThrow(refused(text))
  })
})
