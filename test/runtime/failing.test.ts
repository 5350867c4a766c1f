import { describe, expect, it } from 'vitest'
import { onAnyError, onError } from '../../runtime/config/error-match.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()
const fails = (seen: string[]) => (run: Run) => {
  seen.push(`${run.message.n}:${run.envelope.attempts}`)
  throw new RangeError(`no ${run.message.n}`)
}
const one = (listen: 'durable' | 'buffered') =>
  defineRoutes(({ listen: at }) => at('local://count', { mode: listen, parallelism: 1 }))

describe.each(['durable', 'buffered'] as const)('a %s message whose handler fails', (mode) => {
  it('is tried again in this process: it keeps its slot, and what waits behind it waits', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: (run) => (run.message.n === 1 ? fails(seen)(run) : seen.push(`${run.message.n}`)) },
      { routes: one(mode), policy: { Count: onError(RangeError).retryNow().thenRetry('1s').thenDiscard() } },
    )
    for (const n of [1, 2]) await app.bus.send('Count', { n })
    await clock.advance(10)
    await clock.advance(500)
    expect(seen).toEqual(['1:0', '1:1'])
    await clock.advance(600)
    expect(seen).toEqual(['1:0', '1:1', '1:2', '2'])
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([])
    expect(await app.counts()).toEqual([])
  })

  it('is put to the end of its queue', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: (run) => (run.message.n === 1 ? fails(seen)(run) : seen.push(`${run.message.n}`)) },
      { routes: one(mode), policy: { Count: onAnyError().requeue().thenDeadLetter() } },
    )
    await Promise.all([1, 2, 3].map((n) => app.bus.send('Count', { n })))
    await clock.advance(2_000)
    expect(seen).toEqual(['1:0', '2', '3', '1:1'])
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter!.envelope).toMatchObject({ attempts: 2 })
  })

  it('takes no slot while it is scheduled, and shows its history when it is a dead letter', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: (run) => (run.message.n === 1 ? fails(seen)(run) : seen.push(`${run.message.n}`)) },
      { routes: one(mode), policies: [onError(TypeError).discard(), onError(RangeError).schedule('1m')] },
    )
    const first = clock.now()
    for (const n of [1, 2]) await app.bus.send('Count', { n })
    await clock.advance(2_000)
    expect(seen).toEqual(['1:0', '2'])
    await clock.advance(60_000)
    expect(seen).toEqual(['1:0', '2', '1:1'])
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter!.envelope.failures).toMatchObject([1, 2].map((number) => ({ number, type: 'RangeError', message: 'no 1' })))
    const [before, after] = letter!.envelope.failures
    expect(before!.at.getTime()).toBeGreaterThanOrEqual(first.getTime())
    expect(after!.at.getTime() - before!.at.getTime()).toBeGreaterThanOrEqual(60_000)
    expect(before!.node).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('pauses its endpoint and is tried again when that goes on', async () => {
    const seen: string[] = []
    const { app, clock, log } = await start(
      { Count: (run) => (run.envelope.attempts === 0 && run.message.n === 1 ? fails(seen)(run) : seen.push(`${run.message.n}`)) },
      { routes: one(mode), policy: { Count: onAnyError().pause('5m').thenDeadLetter() } },
    )
    for (const n of [1, 2, 3]) await app.bus.send('Count', { n })
    await clock.advance(200_000)
    expect(seen).toEqual(['1:0'])
    expect(await app.endpoints.list()).toMatchObject([
      { address: 'local://count', mode, flow: 'paused', pause: { reason: 'handling Count failed: RangeError' } },
    ])
    expect(app.describe().endpoints).toMatchObject([{ flow: 'paused' }])
    expect(log.has('its endpoint pauses')).toBe(true)
    await clock.advance(110_000)
    expect(seen.slice(1).sort()).toEqual(['1', '2', '3'])
    if (mode === 'durable') expect(seen).toEqual(['1:0', '1', '2', '3'])
    expect(app.describe().endpoints).toMatchObject([{ flow: 'open' }])
  })

  it('is told to its custom action, which may decide', async () => {
    const asked: unknown[] = []
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: fails(seen) },
      {
        routes: one(mode),
        policy: {
          Count: onAnyError()
            .decide((error, envelope, attempt) => {
              asked.push([(error as Error).message, envelope.failures.length, attempt])
              return attempt < 3 ? { kind: 'retry', after: 10 } : { kind: 'dead-letter' }
            })
            .indefinitely(),
        },
      },
    )
    await app.bus.send('Count', { n: 1 })
    for (let step = 0; step < 5; step++) await clock.advance(20)
    expect(asked).toEqual([['no 1', 0, 1], ['no 1', 1, 2], ['no 1', 2, 3]])
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([{ envelope: { attempts: 3 } }])
  })

  it('follows the default where its custom action throws, and the log says so', async () => {
    const seen: string[] = []
    const { app, clock, log } = await start(
      { Count: fails(seen) },
      { routes: one(mode), policy: { Count: onAnyError().decide(() => { throw new Error('mine') }).indefinitely() } },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(60_000)
    expect(seen).toHaveLength(5)
    expect(log.has('a custom failure action failed')).toBe(true)
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([{ error: { type: 'RangeError' }, envelope: { attempts: 5 } }])
  })

  it('remembers no more than its newest twenty failures', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Count: fails(seen) },
      { routes: one(mode), policy: { Count: onAnyError().retryNow(24).thenDeadLetter() } },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(1_000)
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter!.envelope.attempts).toBe(25)
    expect(letter!.envelope.failures.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => at + 6))
  })
})

describe('a message that waits for another attempt in this process', () => {
  it('is given back at once when the app stops, its attempt counted', async () => {
    const store = inMemory()
    const seen: string[] = []
    const policy = { Count: onAnyError().retry('10m').thenDeadLetter() }
    const { app, clock } = await start({ Count: fails(seen) }, { store, policy })
    await app.bus.send('Count', { n: 1 })
    await clock.advance(100)
    const stopping = app.stop()
    await clock.advance(100)
    await stopping
    const later = await start({ Count: fails(seen) }, { store, policy })
    await later.clock.advance(1_000)
    expect(seen).toEqual(['1:0', '1:1'])
    const [letter] = await later.app.deadLetters.list({ limit: 1 })
    expect(letter!.envelope).toMatchObject({ attempts: 2, failures: [{ number: 1 }, { number: 2 }] })
  })

  it('becomes a dead letter at a stop where it is only in memory and its script has no end', async () => {
    const store = inMemory()
    const { app, clock } = await start(
      { Count: fails([]) },
      { store, routes: one('buffered'), policy: { Count: onAnyError().schedule('10m').indefinitely() } },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(100)
    const stopping = app.stop()
    await clock.advance(100)
    await stopping
    const later = await start({ Count: () => undefined }, { store, routes: one('buffered') })
    expect(await later.app.deadLetters.list({ limit: 1 })).toMatchObject([{ error: { message: 'no 1' } }])
  })
})

describe('invoke', () => {
  it('applies what a policy wants repeated in this process, delays too', async () => {
    const seen: string[] = []
    const { app, clock } = await start(
      { Ask: (run) => (run.envelope.attempts < 2 ? fails(seen)(run) : 'well') },
      { policy: { Ask: onError(RangeError).retryNow().thenRetry('1s').thenSchedule('1m') } },
    )
    const asked = app.bus.invoke('Ask', { n: 1 })
    await clock.advance(10)
    await clock.advance(500)
    expect(seen).toEqual(['1:0', '1:1'])
    await clock.advance(600)
    expect(await asked).toBe('well')
  }, 5_000)

  it.each([
    ['requeue', onAnyError().requeue(5)],
    ['schedule', onAnyError().schedule('1s')],
    ['pause', onAnyError().pause('1s')],
    ['discard', onAnyError().discard()],
    ['dead-letter', onAnyError().deadLetter()],
    ['a decision to schedule', onAnyError().decide(() => ({ kind: 'schedule', after: 1 }))],
  ])('rejects with the handler’s own error where the policy says %s', async (_, policy) => {
    const seen: string[] = []
    const { app } = await start({ Ask: fails(seen) }, { policy: { Ask: policy } })
    await expect(app.bus.invoke('Ask', { n: 1 })).rejects.toThrow(new RangeError('no 1'))
    expect(seen).toHaveLength(1)
    expect(await app.deadLetters.list({ limit: 1 })).toEqual([])
    expect(await app.counts()).toEqual([])
  })

  it('that waits for another attempt is rejected with its own error when the app stops', async () => {
    const { app, clock } = await start({ Ask: fails([]) }, { policy: { Ask: onAnyError().retry('10m') } })
    const asked = expect(app.bus.invoke('Ask', { n: 1 })).rejects.toThrow(new RangeError('no 1'))
    await clock.advance(100)
    const stopping = app.stop()
    await clock.advance(100)
    await asked
    await stopping
  })
})
