import { describe, expect, it } from 'vitest'
import { onError } from '../../runtime/config/error-match.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { CircuitBreaker, type BreakerState } from '../../runtime/inbox/circuit-breaker.ts'
import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { smallApp, startsSmallApps } from './small-app.ts'

const start = startsSmallApps()
const count = 'local://count'

describe.each(['durable', 'buffered', 'sequential'] as const)('a paused %s endpoint', (kind) => {
  const routes = defineRoutes(({ listen }) => listen(count, kind === 'sequential' ? { sequential: true } : { mode: kind, parallelism: 1 }))

  it('lets what runs end, begins nothing, and goes on in order', async () => {
    const done: number[] = []
    let end = (): void => {}
    const { app, clock } = await start(
      {
        Count: async (run) => {
          if (run.message.n === 1) await new Promise<void>((resolve) => (end = resolve))
          done.push(run.message.n)
        },
      },
      { routes },
    )
    for (const n of [1, 2, 3]) await app.bus.send('Count', { n })
    await clock.advance(50)
    await app.endpoints.pause(count, { reason: 'maintenance' })
    await app.bus.send('Count', { n: 4 })
    end()
    await clock.advance(10_000)
    expect(done).toEqual([1])
    if (kind !== 'buffered') expect(await app.counts()).toMatchObject([{ endpoint: count, ready: 3, claimed: 0 }])
    expect(await app.endpoints.list()).toMatchObject([{ address: count, flow: 'paused', pause: { reason: 'maintenance', until: undefined } }])
    expect(await app.endpoints.resume(count)).toBe(true)
    await clock.advance(2_000)
    expect(done).toEqual([1, 2, 3, 4])
    expect(await app.endpoints.resume(count)).toBe(false)
  })

  it('goes on by itself when its time is over', async () => {
    const done: number[] = []
    const { app, clock } = await start({ Count: (run) => done.push(run.message.n) }, { routes })
    await app.endpoints.pause(count, { for: '1m' })
    await app.bus.send('Count', { n: 1 })
    await clock.advance(59_000)
    expect(done).toEqual([])
    await clock.advance(2_500)
    expect(done).toEqual([1])
  })

  it('handles what it has only in memory when the app stops, and keeps the rest in the store', async () => {
    const done: number[] = []
    const { app, clock } = await start({ Count: (run) => done.push(run.message.n) }, { routes })
    await app.endpoints.pause(count)
    await app.bus.send('Count', { n: 1 })
    await clock.advance(100)
    const stopping = app.stop()
    await clock.advance(1_000)
    await stopping
    expect(done).toEqual(kind === 'buffered' ? [1] : [])
  })
})

describe('a pause', () => {
  it('holds for all processes, and for those that start later', async () => {
    const rows = new InMemoryRows()
    const done: string[] = []
    const clock = new ManualClock()
    const process = (name: string) => smallApp({ Count: (run) => done.push(`${name} ${run.message.n}`) }, { store: inMemoryStoreOver(rows), clock })
    const [first, second] = [process('first'), process('second')]
    await Promise.all([first.app.start(), second.app.start()])
    await first.app.endpoints.pause(count)
    await second.app.bus.send('Count', { n: 1 })
    await clock.advance(5_000)
    const third = process('third')
    await third.app.start()
    await third.app.bus.send('Count', { n: 2 })
    await clock.advance(5_000)
    expect(third.app.describe().endpoints).toMatchObject([{ flow: 'paused' }])
    // What came within a beat of the pause, before the second process had heard of it.
    const early = [...done]
    expect(early.length).toBeLessThanOrEqual(1)
    await third.app.endpoints.resume(count)
    await clock.advance(5_000)
    expect(done).toHaveLength(2)
    const stopping = Promise.all([first, second, third].map(({ app }) => app.stop()))
    await clock.advance(10_000)
    await stopping
  })

  it('of an address that nobody here listens to is kept for those who do; of what is no address it is refused', async () => {
    const { app } = await start({ Count: () => undefined })
    await app.endpoints.pause('local://elsewhere')
    expect(await app.endpoints.list()).toMatchObject([
      { address: count, flow: 'open' },
      { address: 'local://elsewhere', mode: undefined, flow: 'paused' },
    ])
    await expect(app.endpoints.pause('elsewhere')).rejects.toMatchObject({ code: 'JASPER_UNKNOWN_DESTINATION' })
    await expect(app.endpoints.pause(count, { for: 'soon' as never })).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
  })
})

describe('a circuit breaker', () => {
  const breaker = () => {
    const clock = new ManualClock()
    const states: BreakerState[] = []
    const counts = (error: unknown): boolean => error !== 'other'
    const settings = { minimum: 4, failurePercent: 50, windowMs: 10_000, pauseMs: 5_000, counts }
    const one = new CircuitBreaker(settings, clock, (state) => void states.push(state))
    return { one, clock, states }
  }

  it('opens when enough attempts failed, tries one after the pause, and closes with the first success', async () => {
    const { one, clock, states } = breaker()
    one.succeeded()
    one.failed('x')
    one.failed('x')
    expect(states).toEqual([])
    one.failed('x')
    expect(states).toEqual(['open'])
    one.failed('x')
    await clock.advance(5_000)
    one.failed('x')
    await clock.advance(5_000)
    one.succeeded()
    expect(states).toEqual(['open', 'probing', 'open', 'probing', 'closed'])
    expect(one.report).toEqual({ state: 'closed', attempts: 0, failures: 0 })
  })

  it('judges neither too few attempts, nor those before its window, nor errors that do not count', async () => {
    const { one, clock, states } = breaker()
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 3; at++) one.failed('x')
      await clock.advance(11_000)
    }
    for (let at = 0; at < 10; at++) one.failed('other')
    for (let at = 0; at < 10; at++) one.succeeded()
    for (let at = 0; at < 9; at++) one.failed('x')
    expect(states).toEqual([])
    one.failed('x')
    expect(states).toEqual(['open'])
  })

  it('forgets its window part by part', async () => {
    const { one, clock } = breaker()
    for (let at = 0; at < 3; at++) {
      one.failed('x')
      await clock.advance(4_000)
    }
    expect(one.report).toMatchObject({ attempts: 2, failures: 2 })
  })

  it('counts a failure whose judging throws', () => {
    const states: BreakerState[] = []
    const counts = (): boolean => { throw new Error('mine') }
    const settings = { minimum: 1, failurePercent: 1, windowMs: 1_000, pauseMs: 1_000, counts }
    const one = new CircuitBreaker(settings, new ManualClock(), (state) => void states.push(state))
    one.failed('x')
    expect(states).toEqual(['open'])
  })

  it.each(['durable', 'buffered'] as const)('pauses a %s endpoint, tries one message, and lets all go on', async (mode) => {
    let down = true
    const tried: number[] = []
    const { app, clock, log } = await start(
      { Count: (run) => { tried.push(run.message.n); if (down) throw new RangeError('down') } },
      {
        policies: onError(RangeError).schedule(1_000, 1_000, 1_000, 1_000).thenDeadLetter(),
        routes: defineRoutes(({ listen }) => {
          listen(count, { mode, parallelism: 2, circuitBreaker: { minimum: 4, failurePercent: 50, pause: '1m', on: onError(RangeError) } })
        }),
      },
    )
    for (let n = 1; n <= 10; n++) await app.bus.send('Count', { n })
    await clock.advance(30_000)
    expect(tried.length).toBeGreaterThanOrEqual(4)
    expect(tried.length).toBeLessThanOrEqual(6)
    expect(await app.endpoints.list()).toMatchObject([{ flow: 'paused', pause: undefined, circuitBreaker: { state: 'open', failures: expect.any(Number) } }])
    expect(log.has('the circuit of an endpoint is open')).toBe(true)
    expect(app.describe().endpoints[0]!.circuitBreaker).toBe('opens for 1 min when 50 % of the attempts within 10 min have failed, 4 at the least')
    const before = tried.length
    await clock.advance(31_000)
    expect(tried).toHaveLength(before + 1)
    expect(await app.endpoints.list()).toMatchObject([{ flow: 'paused', circuitBreaker: { state: 'open' } }])
    down = false
    await clock.advance(62_000)
    await clock.advance(10_000)
    expect(new Set(tried).size).toBe(10)
    expect(await app.counts()).toEqual([])
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([])
    expect(await app.endpoints.list()).toMatchObject([{ flow: 'open', circuitBreaker: { state: 'closed' } }])
  })

  it.each([{ minimum: 0 }, { failurePercent: 0 }, { failurePercent: 101 }, { window: 0 }, { pause: 'long' as never }, { on: (() => true) as never }])(
    'refuses %j',
    (circuitBreaker) => {
      const routes = defineRoutes(({ listen }) => listen(count, { circuitBreaker }))
      expect(() => smallApp({ Count: () => undefined }, { routes })).toThrowError(expect.objectContaining({ code: 'JASPER_BAD_OPTION' }) as never)
    },
  )
})
