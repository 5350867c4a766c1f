import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { queue } from '../../runtime/config/handler-policies.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { handTransport } from './hand-transport.ts'
import { chainsOf, keptLog, registration, type Run } from './small-app.ts'

type Messages = Record<string, { message: { readonly n: number }; reply: unknown }>

const clockNow = new Date('2026-11-23T12:00:00.000Z')

/** An app whose message A has these markers, and whose handler keeps what it was given. */
async function appOf({ markers = {}, marked, policy, routes }: {
  readonly markers?: { readonly topic?: string; readonly deliverWithin?: '30s' }
  readonly marked?: string
  readonly policy?: string
  readonly routes?: Parameters<typeof defineRoutes>[0]
}) {
  const clock = new ManualClock(clockNow)
  const { transport, sent } = handTransport()
  const handled: Run[] = []
  const chains = chainsOf({ A: (run) => void handled.push(run) }, undefined, policy === undefined ? {} : { A: queue(policy) })
  const app = buildApp<Messages>(
    {
      chains: marked === undefined ? chains : chains.map((chain) => ({ ...chain, queue: marked })),
      messages: [{ ...registration('A'), ...markers }],
      ...(routes && { routes: defineRoutes(routes) }),
    },
    { name: 'markers', store: inMemory(), transports: [transport], log: keptLog(), clock },
  )
  await app.start()
  return { app, clock, handled, sent }
}

describe('@deliverWithin', () => {
  it('drops what is older, unless its sender says another', async () => {
    const { app, clock, handled } = await appOf({ markers: { deliverWithin: '30s' } })
    await app.endpoints.pause('local://a')
    await app.bus.send('A', { n: 1 })
    await app.bus.send('A', { n: 2 }, { deliverWithin: '1h' })
    await app.bus.send('A', { n: 3 }, { deliverBy: new Date('2026-11-24T00:00:00.000Z') })
    await clock.advance(31_000)
    await app.endpoints.resume('local://a')
    await clock.advance(10_000)
    expect(handled.map(({ message, envelope }) => [message.n, envelope.deliverBy])).toEqual([
      [2, new Date('2026-11-23T13:00:00.000Z')],
      [3, new Date('2026-11-24T00:00:00.000Z')],
    ])
    await app.stop()
  })

  it('counts from the time of a message that has one', async () => {
    const { app, clock, handled } = await appOf({ markers: { deliverWithin: '30s' } })
    await app.bus.schedule('A', { n: 1 }, '10m')
    await app.bus.schedule('A', { n: 2 }, new Date('2026-11-23T13:00:00.000Z'))
    await clock.advance(3_700_000)
    expect(handled.map(({ message, envelope }) => [message.n, envelope.deliverBy])).toEqual([
      [1, new Date('2026-11-23T12:10:30.000Z')],
      [2, new Date('2026-11-23T13:00:30.000Z')],
    ])
    await app.stop()
  })
})

it('@topic goes with what leaves through a transport', async () => {
  const { app, clock, sent } = await appOf({
    markers: { topic: 'letters.a' },
    routes: ({ publish }) => publish('A').to('hand://place'),
  })
  await app.bus.send('A', { n: 1 })
  await clock.advance(1_000)
  expect(sent.map(({ topic, messageType }) => [topic, messageType])).toEqual([['letters.a', 'A']])
  await app.stop()
})

describe('@queue', () => {
  it.each([
    ['of a marker', { marked: 'local://marked' }, 'local://marked'],
    ['of a policy, above it', { marked: 'local://marked', policy: 'said' }, 'local://said'],
    ['of a route, above both', { marked: 'local://marked', routes: ({ publish }) => publish('A').to('local://routed') }, 'local://routed'],
  ] satisfies readonly (readonly [string, Parameters<typeof appOf>[0], string])[])('is where handlers run: that %s', async (_, options, address) => {
    const { app, clock, handled } = await appOf(options)
    await app.bus.send('A', { n: 1 })
    await clock.advance(1_000)
    expect(handled.map(({ envelope }) => envelope.destination)).toEqual([address])
    await app.stop()
  })
})
