import { describe, expect, it } from 'vitest'
import { onAnyError, onError } from '../../runtime/config/error-match.ts'
import { nonTransactional, orderingKey, parallelism, queue, separate, timeout } from '../../runtime/config/handler-policies.ts'
import { policies, type GlobalPolicy, type Policy } from '../../runtime/config/policy.ts'
import type { ChainFacts, PolicyFunction } from '../../runtime/config/policy-function.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import { registration, smallApp, startsSmallApps, type Numbered, type Run } from './small-app.ts'

const start = startsSmallApps()
const refused = (...texts: readonly string[]) =>
  expect.objectContaining({
    code: 'JASPER_BAD_OPTION',
    message: expect.toSatisfy((message: string) => texts.every((text) => message.includes(text)), `a message with ${texts.join(' and ')}`),
  })
const listening = (options: Parameters<Parameters<Parameters<typeof defineRoutes>[0]>[0]['listen']>[1], address = 'local://count') =>
  defineRoutes(({ listen }) => listen(address, options))

/** Handlers that never end by themselves, and tell when their attempt is aborted. */
const endless = (seen: string[]) => (run: Run) =>
  new Promise((_, fail) => {
    const began = run.now.getTime()
    run.signal.addEventListener('abort', () => {
      seen.push(`${run.message.n}`)
      fail(new Error(`aborted, begun ${began}`))
    })
  })

/** A handler that ends when it is let go. */
const gate = () => {
  const begun: number[] = []
  const waiting: (() => void)[] = []
  const handle = (run: Run) => {
    begun.push(run.message.n)
    return new Promise<void>((resolve) => void waiting.push(resolve))
  }
  return { begun, handle, letGo: () => waiting.splice(0).forEach((go) => go()) }
}

describe.each(['durable', 'buffered'] as const)('policies of a handler at a %s queue', (mode) => {
  it('give its handling a timeout of its own, above that of the endpoint', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: endless(seen) },
      { routes: listening({ mode, timeout: '50s' }), policy: { Count: policies(timeout('2s'), onAnyError().discard()) } },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(1_500)
    expect(seen).toEqual([])
    await clock.advance(1_000)
    expect(seen).toEqual(['1'])
  })

  it('name its queue, which may be that of other messages too, and how many it handles at a time', async () => {
    const { begun, handle, letGo } = gate()
    const { app, clock } = await start(
      { Count: handle, Add: handle },
      { routes: listening({ mode }, 'local://sums'), policy: { Count: policies(queue('sums'), parallelism(2)), Add: queue('local://sums') } },
    )
    expect(app.describe()).toMatchObject({
      chains: [{ destinations: ['local://sums'] }, { destinations: ['local://sums'] }],
      endpoints: [{ address: 'local://sums', parallelism: 2, mode }],
    })
    await Promise.all([1, 2, 3, 4].flatMap((n) => [app.bus.send('Count', { n }), app.bus.send('Add', { n })]))
    await clock.advance(50)
    for (const count of [2, 4, 6, 8]) {
      expect(begun).toHaveLength(count)
      letGo()
      await clock.advance(50)
    }
  })
})

describe('a timeout', () => {
  it('of the app stands below that of an endpoint and above the default', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: endless(seen), Add: endless(seen) },
      { routes: listening({ timeout: '5s' }), policies: [timeout('2s'), onAnyError().discard()] },
    )
    await app.bus.send('Count', { n: 1 })
    await app.bus.send('Add', { n: 2 })
    await clock.advance(3_000)
    expect(seen).toEqual(['2'])
    await clock.advance(3_000)
    expect(seen).toEqual(['2', '1'])
  })

  it('holds for what is invoked as well', async () => {
    const { app, clock } = await start({ Count: endless([]) }, { policy: { Count: timeout('2s') } })
    const invoked = expect(app.bus.invoke('Count', { n: 1 })).rejects.toThrow('aborted')
    await clock.advance(2_500)
    await invoked
  })
})

describe('an ordering key', () => {
  const byParity = orderingKey<Numbered>(function parity({ n }) {
    return n === 0 ? undefined : n % 2
  })

  it('keeps messages of one key in their order, whatever the parallelism; those without one wait for nobody', async () => {
    const { begun, handle, letGo } = gate()
    const { app, clock } = await start({ Count: handle }, { policy: { Count: byParity } })
    expect(app.describe().chains).toMatchObject([{ orderedBy: 'parity' }])
    for (const n of [1, 3, 2, 4, 0, 0]) await app.bus.send('Count', { n })
    await clock.advance(50)
    expect(begun.toSorted()).toEqual([0, 0, 1, 2])
    letGo()
    await clock.advance(50)
    expect(begun.slice(4).sort()).toEqual([3, 4])
    letGo()
    await clock.advance(50)
  })

  it('that the sender says stands above it', async () => {
    const { begun, handle, letGo } = gate()
    const { app, clock } = await start({ Count: handle }, { policy: { Count: orderingKey<Numbered>('n') } })
    for (const n of [1, 2]) await app.bus.send('Count', { n }, { orderingKey: 'same' })
    await clock.advance(50)
    expect(begun).toEqual([1])
    letGo()
    await clock.advance(50)
    letGo()
    await clock.advance(50)
    expect(begun).toEqual([1, 2])
  })

  it('that cannot be computed is told to the sender', async () => {
    const broken = orderingKey<Numbered>(() => {
      throw new TypeError('no key')
    })
    const { app } = await start({ Count: () => undefined }, { policy: { Count: broken } })
    await expect(app.bus.send('Count', { n: 1 })).rejects.toThrow(refused('Count', 'no key'))
  })

  it('of the app is for queues that keep an order', async () => {
    const seen: number[] = []
    const { app, clock } = await start(
      { Count: (run) => seen.push(run.message.n) },
      { routes: listening({ mode: 'buffered' }), policies: orderingKey<Numbered>('n') },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(50)
    expect(seen).toEqual([1])
  })
})

describe('policies that contradict', () => {
  const handlers = { Count: () => undefined, Add: () => undefined }
  const build = (policy: Policy, routes?: ReturnType<typeof defineRoutes>, other?: Policy) => () =>
    smallApp(handlers, { policy: { Count: policy, ...(other && { Add: other }) }, ...(routes && { routes }) })
  const to = (...addresses: readonly string[]) => defineRoutes(({ publish }) => publish('Count').to(...addresses))

  it.each([
    ['two of one kind', build([timeout('1s'), policies(timeout('2s'))]), ['timeout(...) twice']],
    ['a queue and a route elsewhere', build(queue('sums'), to('local://other')), ['local://other', 'local://sums', 'name the queue in the route']],
    ['a parallelism and that of the routes', build(parallelism(4), listening({ parallelism: 3 })), ['parallelism: 3', 'parallelism(4)']],
    ['a parallelism and an endpoint in order', build(parallelism(4), listening({ sequential: true })), ['sequential', 'parallelism(4)']],
    ['two parallelisms of one queue', build([queue('sums'), parallelism(4)], undefined, [queue('sums'), parallelism(5)]), ['parallelism(4)', 'parallelism(5)']],
    ['a key and memory', build(orderingKey<Numbered>('n'), listening({ mode: 'buffered' })), ['orderingKey', 'buffered']],
    ['a key and an endpoint in order', build(orderingKey<Numbered>('n'), listening({ sequential: true })), ['orderingKey', 'sequential']],
    ['a match without an action', build(onError(RangeError) as never), ['no policy']],
  ] as const)('are refused when the app is built: %s', (_, builds, texts) => {
    expect(builds).toThrow(refused(...texts))
  })

  it('are none where they agree, or where the routes say more of one endpoint than the app says of all', () => {
    expect(build(parallelism(4), listening({ parallelism: 4 }))).not.toThrow()
    expect(build(queue('sums'), to('local://sums', 'local://count'))).not.toThrow()
    const { app } = smallApp(handlers, { routes: listening({ parallelism: 3 }), policies: parallelism(7) })
    expect(app.describe().endpoints).toMatchObject([{ parallelism: 7 }, { parallelism: 3 }])
  })

  it.each([
    ['no length of time', () => timeout(0), ['timeout(0)']],
    ['no number', () => parallelism(1.5), ['parallelism(1.5)']],
    ['no name of a queue', () => queue('Payments!'), ['queue("Payments!")']],
    ['no member', () => orderingKey<Numbered>('' as never), ['orderingKey("")']],
  ] as const)('are refused where they are made: %s', (_, makes, texts) => {
    expect(makes).toThrow(expect.objectContaining({ message: expect.stringContaining(texts[0]) }))
  })
})

describe('functions among the policies of the app', () => {
  const app = (asked: PolicyFunction, ...more: readonly (Policy | PolicyFunction)[]) => {
    const chain = (message: string, facts: object): AnyChain => {
      return { message, handle: async () => undefined, transaction: undefined, cascades: ['Add'], handlers: [], ...facts }
    }
    const chains = [chain('Count', { facts: { file: 'src/messages.ts', handlers: [] } }), chain('Add', {})]
    return smallApp({}, { chains, messages: [registration('Count', 3), registration('Add')], policies: [asked, ...more] as GlobalPolicy }).app
  }

  it('are asked of the chains that they have answered at build, and stand above what is said of all', () => {
    const asked: ChainFacts[] = []
    const about: PolicyFunction = (chain) => (asked.push(chain), timeout('2s'))
    const [count, add] = app(about, () => policies(timeout('3s'), queue('sums')), timeout('4s')).describe().chains
    expect(count).toMatchObject({ timeoutMs: 2_000, destinations: ['local://sums'] })
    expect(add).toMatchObject({ timeoutMs: 4_000, destinations: ['local://add'] })
    expect(asked).toEqual([
      { message: 'Count', version: 3, transaction: undefined, sends: ['Add'], separate: false, file: 'src/messages.ts', handlers: [] },
    ])
  })

  it.each<[string, PolicyFunction, string]>([
    ['throws', () => { throw new RangeError('no idea') }, 'failed for Count: no idea'],
    ['answers with no policy', (() => 'sums') as never, 'is no policy'],
    ['answers with a promise', (async () => timeout('2s')) as never, 'is no policy'],
    ['answers with a function', (() => () => undefined) as never, 'is a function'],
    ['says what shapes the facts', () => separate(), 'separate'],
    ['says what shapes the generated code', () => nonTransactional(), 'nonTransactional'],
  ])('are refused where one %s', (_, asked, text) => {
    expect(() => app(asked)).toThrow(refused(text))
  })

  it('are none beside a handler', () => {
    expect(() => smallApp({ Count: () => undefined }, { policy: { Count: (() => undefined) as never } })).toThrow(refused('no policy'))
  })
})
