import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { chainsOf, registration, smallApp, startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()

describe('a message', () => {
  it('goes from send to its handler, with its envelope', async () => {
    const seen: Run[] = []
    const { app, clock } = await start({ Count: (run) => seen.push(run) })
    await app.bus.send('Count', { n: 7 }, { headers: { source: 'test' }, tenantId: 'acme' })
    await clock.advance(10)
    expect(seen).toHaveLength(1)
    expect(seen[0]!.message).toEqual({ n: 7 })
    expect(seen[0]!.envelope).toMatchObject({ messageType: 'Count', destination: 'local://count', attempts: 0, tenantId: 'acme', headers: { source: 'test' } })
    expect(await app.counts()).toEqual([])
  })

  it('cascades, and its ids tell where it came from', async () => {
    const envelopes: Envelope[] = []
    const { app, clock } = await start({
      First: (run) => {
        envelopes.push(run.envelope)
        run.cascade('Second', { n: run.message.n + 1 })
      },
      Second: async (run) => {
        envelopes.push(run.envelope)
        await (run.context as unknown as { send(name: string, message: unknown): Promise<void> }).send('Third', { n: 3 })
      },
      Third: (run) => envelopes.push(run.envelope),
    })
    await app.bus.send('First', { n: 1 }, { correlationId: 'order-7' })
    await clock.advance(10)
    const [first, second, third] = envelopes
    expect(envelopes).toHaveLength(3)
    expect([second!.causationId, third!.causationId]).toEqual([first!.id, second!.id])
    expect(new Set(envelopes.map(({ conversationId }) => conversationId))).toEqual(new Set([first!.id]))
    expect(new Set(envelopes.map(({ correlationId }) => correlationId))).toEqual(new Set(['order-7']))
  })

  it('is one message with one id where it has several destinations', async () => {
    const ids: string[] = []
    const { app, clock } = await start(
      { Count: (run) => ids.push(`${run.envelope.destination} ${run.envelope.id}`) },
      { routes: defineRoutes(({ publish }) => publish('Count').to('local://a', 'local://b')) },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(10)
    expect(ids.map((id) => id.split(' ')[0]).sort()).toEqual(['local://a', 'local://b'])
    expect(new Set(ids.map((id) => id.split(' ')[1])).size).toBe(1)
  })

  it('is handled once when it is sent twice under one id', async () => {
    let handled = 0
    const { app, clock } = await start({ Count: () => (handled += 1) })
    const id = '018f4b1c-0000-7000-8000-000000000001'
    await app.bus.send('Count', { n: 1 }, { id })
    await clock.advance(10)
    await app.bus.send('Count', { n: 1 }, { id })
    await clock.advance(2_000)
    expect(handled).toBe(1)
  })

  it('that nobody takes is refused by send and let go by publish', async () => {
    const { app } = await start({ Count: () => undefined }, { messages: [registration('Count'), registration('Noise')] })
    await expect(app.bus.send('Noise', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NO_SUBSCRIBER' })
    await expect(app.bus.publish('Noise', { n: 1 })).resolves.toMatch(/^[0-9a-f-]{36}$/)
    await expect(app.bus.send('Nonsense', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_UNKNOWN_MESSAGE' })
  })
})

describe('a handler that fails', () => {
  it('is tried five times, at the stated times, and then its message is a dead letter', async () => {
    const attempts: number[] = []
    const { app, clock } = await start({
      Count: (run) => {
        attempts.push(run.envelope.attempts)
        throw new TypeError('no')
      },
    })
    await app.bus.send('Count', { n: 1 })
    await clock.advance(50)
    expect(attempts).toEqual([0])
    for (const [ms, count] of [[110, 2], [1_010, 3], [5_010, 4], [30_010, 5]] as const) {
      await clock.advance(ms)
      expect(attempts).toHaveLength(count)
    }
    await clock.advance(600_000)
    expect(attempts).toEqual([0, 1, 2, 3, 4])
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter).toMatchObject({ error: { type: 'TypeError', message: 'no' }, envelope: { attempts: 5, messageType: 'Count' } })
    expect(JSON.parse(Buffer.from(letter!.envelope.body).toString())).toEqual({ n: 1 })
  })

  it('sends nothing of what its failed attempts wanted to send', async () => {
    const sent: number[] = []
    const { app, clock } = await start({
      Flaky: (run) => {
        run.cascade('Sent', { n: run.envelope.attempts })
        if (run.envelope.attempts < 2) throw new Error('again')
      },
      Sent: (run) => sent.push(run.message.n),
    })
    await app.bus.send('Flaky', { n: 0 })
    await clock.advance(5_000)
    expect(sent).toEqual([2])
  })

  it('succeeds when its dead letter is replayed after the mend', async () => {
    let mended = false
    const handled: Envelope[] = []
    const { app, clock } = await start({
      Count: (run) => {
        if (!mended) throw new Error('broken')
        handled.push(run.envelope)
      },
    })
    await app.bus.send('Count', { n: 1 }, { correlationId: 'c' })
    await clock.advance(60_000)
    const [letter] = await app.deadLetters.list({ limit: 1 })
    mended = true
    expect(await app.deadLetters.replay([{ id: letter!.envelope.id, endpoint: letter!.envelope.destination }])).toBe(1)
    await clock.advance(10)
    expect(handled).toMatchObject([{ id: letter!.envelope.id, correlationId: 'c', attempts: 0 }])
    expect(await app.deadLetters.list({ limit: 1 })).toEqual([])
  })
})

describe('a dead letter', () => {
  it('is edited only to what fits its type, and is handled with what it was edited to', async () => {
    const handled: number[] = []
    const { app, clock } = await start({
      Count: (run) => {
        if (run.message.n < 0) throw new Error('negative')
        handled.push(run.message.n)
      },
    })
    await app.bus.send('Count', { n: -1 })
    await clock.advance(60_000)
    const [letter] = await app.deadLetters.list({ limit: 1 })
    const id = { id: letter!.envelope.id, endpoint: letter!.envelope.destination }
    await expect(app.deadLetters.edit(id, '{"n":"one"}')).rejects.toMatchObject({ code: 'JASPER_DECODE' })
    await expect(app.deadLetters.edit(id, '{"n":')).rejects.toMatchObject({ code: 'JASPER_DECODE' })
    expect(await app.deadLetters.edit(id, '{"n":7}')).toBe(true)
    expect(await app.deadLetters.replay([id])).toBe(1)
    await clock.advance(10)
    expect(handled).toEqual([7])
  })

  it.each([['for ever', undefined, 1], ['as long as the app says', '2h', 0]] as const)('is kept %s', async (_, keepDeadLetters, left) => {
    const failing = { Count: () => Promise.reject(new Error('no')) }
    const { app, clock } = await start(failing, keepDeadLetters === undefined ? {} : { keepDeadLetters })
    await app.bus.send('Count', { n: 1 })
    await clock.advance(60_000)
    await clock.advance(7_000_000)
    expect(await app.deadLetters.list({ limit: 2 })).toHaveLength(1)
    await clock.advance(400_000)
    expect(await app.deadLetters.list({ limit: 2 })).toHaveLength(left)
  })
})

describe('a body that does not fit its type', () => {
  it('is a dead letter at once, with its bytes as they came, and no handler sees it', async () => {
    let handled = 0
    const { app, clock } = await start({
      Send: (run) => run.cascade('Count', { n: 'seven' as unknown as number }),
      Count: () => (handled += 1),
    })
    await app.bus.send('Send', { n: 1 })
    await clock.advance(10)
    expect(handled).toBe(0)
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter).toMatchObject({ error: { type: 'JASPER_DECODE' }, envelope: { messageType: 'Count' } })
    expect(Buffer.from(letter!.envelope.body).toString()).toBe('{"n":"seven"}')
  })
})

describe('time', () => {
  it('a scheduled message is not handled before it is due, and is then', async () => {
    const at: number[] = []
    const { app, clock } = await start({ Count: (run) => at.push(run.now.getTime()) })
    const due = new Date(clock.now().getTime() + 90_000)
    await app.bus.schedule('Count', { n: 1 }, due)
    await app.bus.schedule('Count', { n: 2 }, '3s')
    await clock.advance(2_900)
    expect(at).toEqual([])
    await clock.advance(200)
    expect(at).toHaveLength(1)
    await clock.advance(86_000)
    expect(at).toHaveLength(1)
    await clock.advance(2_000)
    expect(at[1]).toBeGreaterThanOrEqual(due.getTime())
  })

  it('an expired message is never handled: neither fresh, nor scheduled beyond it, nor after a retry', async () => {
    const handled: number[] = []
    const { app, clock } = await start({
      Count: (run) => {
        handled.push(run.message.n)
        if (run.message.n === 3) throw new Error('again')
      },
    })
    await app.bus.send('Count', { n: 1 }, { deliverBy: new Date(clock.now().getTime() - 1) })
    await app.bus.send('Count', { n: 2 }, { delay: '10s', deliverWithin: '5s' })
    await app.bus.send('Count', { n: 3 }, { deliverWithin: '50ms' })
    await clock.advance(60_000)
    expect(handled).toEqual([3])
    expect(await app.counts()).toEqual([])
  })

  it('a handler that overruns its timeout has failed, though it returns, and sends nothing', async () => {
    const sent: number[] = []
    let release = (): void => undefined
    let aborted = false
    const { app, clock, log } = await start(
      {
        Slow: async (run) => {
          if (run.envelope.attempts > 0) return
          run.signal.addEventListener('abort', () => (aborted = true))
          run.cascade('Sent', { n: 1 })
          await new Promise<void>((resolve) => (release = resolve))
        },
        Sent: (run) => sent.push(run.message.n),
      },
      { routes: defineRoutes(({ listen }) => listen('local://slow', { timeout: '2s' })) },
    )
    await app.bus.send('Slow', { n: 1 })
    await clock.advance(2_100)
    expect([aborted, log.has('outrun its timeout')]).toEqual([true, true])
    release()
    await clock.advance(1_000)
    expect(sent).toEqual([])
    expect(await app.counts()).toEqual([])
  })
})

describe('endpoints', () => {
  it('handle no more messages at a time than they may', async () => {
    let now = 0
    let most = 0
    const gates: (() => void)[] = []
    const { app, clock } = await start(
      {
        Count: async () => {
          most = Math.max(most, ++now)
          await new Promise<void>((resolve) => gates.push(resolve))
          now -= 1
        },
      },
      { routes: defineRoutes(({ listen }) => listen('local://count', { parallelism: 3 })) },
    )
    await Promise.all(Array.from({ length: 20 }, (_, n) => app.bus.send('Count', { n })))
    for (let round = 0; round < 20; round++) {
      await clock.advance(10)
      gates.shift()?.()
    }
    await clock.advance(10)
    while (gates.length > 0) gates.shift()!()
    await clock.advance(10)
    expect(most).toBe(3)
  })

  it('that are sequential keep the order of sending, also when a message is tried again', async () => {
    const order: number[] = []
    const { app, clock } = await start(
      {
        Count: (run) => {
          if (run.message.n === 2 && run.envelope.attempts === 0) throw new Error('again')
          order.push(run.message.n)
        },
      },
      { routes: defineRoutes(({ listen }) => listen('local://count', { sequential: true })) },
    )
    for (let n = 0; n < 6; n++) await app.bus.send('Count', { n })
    await clock.advance(5_000)
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('that are buffered handle from memory, make senders wait when full, and dead-letter into the store', async () => {
    const gates: (() => void)[] = []
    const { app, clock } = await start(
      {
        Count: async (run) => {
          await new Promise<void>((resolve) => gates.push(resolve))
          if (run.message.n === 99) throw new Error('never')
        },
      },
      { routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered', parallelism: 1, buffer: 2 })) },
    )
    let sent = 0
    const sends = [0, 1, 2, 3].map((n) => app.bus.send('Count', { n }).then(() => (sent += 1)))
    await clock.advance(10)
    expect(sent).toBeLessThan(4)
    for (let round = 0; round < 4; round++) {
      gates.shift()?.()
      await clock.advance(10)
    }
    await Promise.all(sends)
    const failing = app.bus.send('Count', { n: 99 })
    for (let round = 0; round < 10; round++) {
      gates.shift()?.()
      await clock.advance(30_100)
    }
    await failing
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([{ envelope: { attempts: 5, destination: 'local://count' } }])
  })
})

describe('sending too late', () => {
  it('throws, because it could not be part of the commit', async () => {
    let late: Promise<unknown> | undefined
    const { app, clock } = await start({
      Count: (run) => {
        const { context } = run
        late = Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve))).then(() => context.send('Count' as never, { n: 2 }))
        late.catch(() => undefined)
      },
    })
    await app.bus.send('Count', { n: 1 })
    await clock.advance(100)
    await expect(late).rejects.toMatchObject({ code: 'JASPER_OUTBOX_CLOSED' })
  })
})

describe('start and stop', () => {
  it('the bus refuses to work before start and after stop', async () => {
    const { app } = smallApp({ Count: () => undefined })
    await expect(app.bus.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    await app.start()
    await app.bus.send('Count', { n: 1 })
    await app.stop()
    await app.stop()
    await expect(app.bus.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    await expect(app.start()).rejects.toMatchObject({ code: 'JASPER_ALREADY_STARTED' })
  })

  it('a stop waits for running handlers, and aborts those that do not end', async () => {
    let ended = false
    let signal: AbortSignal | undefined
    let release = (): void => undefined
    const { app, clock } = await start(
      {
        Quick: async () => {
          await new Promise<void>((resolve) => (release = resolve))
          ended = true
        },
        Stuck: async (run) => {
          signal = run.signal
          await new Promise(() => undefined)
        },
      },
      { stopTimeout: '5s' },
    )
    await app.bus.send('Quick', { n: 1 })
    await app.bus.send('Stuck', { n: 1 })
    await clock.advance(10)
    let stopped = false
    const stopping = app.stop().then(() => (stopped = true))
    await clock.advance(1_000)
    release()
    await clock.advance(1_000)
    expect([ended, stopped, signal!.aborted]).toEqual([true, false, false])
    await clock.advance(5_000)
    await stopping
    expect(signal!.aborted).toBe(true)
  })

  it('refuses a transactional handler on a store that cannot join its transaction', async () => {
    const app = buildApp(
      { chains: chainsOf({ Count: () => undefined }, pgTransactions as never), messages: [registration('Count')] },
      { name: 'small', store: inMemory() },
    )
    await expect(app.start()).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_STORE', message: expect.stringContaining('small-app.ts Count') as string })
  })

  it.each([
    [{ name: '' }],
    [{ name: 'with space' }],
    [{ store: undefined as never }],
    [{ stopTimeout: 'soon' as never }],
  ])('refuses the options %j', (options) => {
    expect(() => buildApp({ chains: [], messages: [] }, { name: 'small', store: inMemory(), ...options })).toThrowError(
      expect.objectContaining({ code: 'JASPER_BAD_OPTION' }),
    )
  })
})
