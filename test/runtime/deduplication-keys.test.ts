import { describe, expect, it } from 'vitest'
import type { DeliveryOptions } from '../../runtime/bus/delivery-options.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { signal } from '../support/eventually.ts'
import { startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()
const invoice = { deduplicationKey: 'invoice-42' }
const hourMs = 3_600_000

type Sender = { send(name: string, message: unknown, options: DeliveryOptions): Promise<string> }
const contextOf = (run: Run): Sender => run.context

describe('a message with the deduplication key of another', () => {
  it('is passed over until the dedup window of its endpoint is over, and its sender gets the id of the first', async () => {
    const done: number[] = []
    const { app, clock } = await start({ Bill: (run) => void done.push(run.message.n) })
    const first = await app.bus.send('Bill', { n: 1 }, invoice)
    expect(await app.bus.send('Bill', { n: 2 }, invoice)).toBe(first)
    await app.bus.send('Bill', { n: 3 }, { deduplicationKey: 'invoice-43' })
    await clock.advance(20)
    expect(done).toEqual([1, 3])
    await clock.advance(hourMs - 60_000)
    await app.bus.send('Bill', { n: 4 }, invoice)
    await clock.advance(120_000)
    expect(done).toEqual([1, 3])
    await app.bus.send('Bill', { n: 5 }, invoice)
    await clock.advance(20)
    expect(done).toEqual([1, 3, 5])
  })

  it('is passed over while that one waits for its time or runs', async () => {
    const [begun, mayEnd] = [signal('the handler runs'), signal('it may end')]
    const done: number[] = []
    const handler = async (run: Run): Promise<void> => {
      begun.fire()
      await mayEnd.fired
      done.push(run.message.n)
    }
    const { app, clock } = await start({ Bill: handler })
    await app.bus.schedule('Bill', { n: 1 }, '10s', invoice)
    await app.bus.send('Bill', { n: 2 }, invoice)
    await clock.advance(5_000)
    expect(await app.counts()).toMatchObject([{ scheduled: 1, ready: 0, claimed: 0 }])
    await clock.advance(10_000)
    await begun.fired
    await app.bus.send('Bill', { n: 3 }, invoice)
    expect(await app.counts()).toMatchObject([{ ready: 0, claimed: 1 }])
    mayEnd.fire()
    await clock.advance(5_000)
    expect(done).toEqual([1])
  })

  it('is passed over while that one is a dead letter; its replay is not', async () => {
    let isBroken = true
    const done: number[] = []
    const { app, clock } = await start({
      Bill(run) {
        if (isBroken) throw new Error('no paper')
        done.push(run.message.n)
      },
    })
    const id = await app.bus.send('Bill', { n: 1 }, invoice)
    await clock.advance(60_000)
    isBroken = false
    await app.bus.send('Bill', { n: 2 }, invoice)
    await clock.advance(5 * hourMs)
    await app.bus.send('Bill', { n: 3 }, invoice)
    expect(await app.counts()).toMatchObject([{ ready: 0, deadLettered: 1 }])
    expect(await app.deadLetters.replay([{ id, endpoint: 'local://bill' }])).toBe(1)
    await clock.advance(5_000)
    await app.bus.send('Bill', { n: 4 }, invoice)
    await clock.advance(5_000)
    expect(done).toEqual([1])
  })

  it('is another message at another endpoint, of another type, of another tenant', async () => {
    const done: string[] = []
    const note = (run: Run): void => void done.push(`${run.envelope.messageType} ${run.envelope.destination} ${run.envelope.tenantId ?? '-'} ${run.message.n}`)
    const { app, clock } = await start({ Bill: note, Remind: note }, {
      routes: defineRoutes(({ publish }) => {
        publish('Bill').to('local://bill', 'local://audit')
        publish('Remind').to('local://bill')
      }),
    })
    for (const n of [1, 2]) {
      await app.bus.send('Bill', { n }, invoice)
      await app.bus.send('Remind', { n }, invoice)
      await app.bus.send('Remind', { n }, { ...invoice, tenantId: 'north' })
    }
    await clock.advance(20)
    expect(done.sort()).toEqual(['Bill local://audit - 1', 'Bill local://bill - 1', 'Remind local://bill - 1', 'Remind local://bill north 1'])
  })

  it('is passed over when handlers send it, whose tenant it has', async () => {
    const done: string[] = []
    const { app, clock } = await start({
      Order: (run) => contextOf(run).send('Bill', { n: run.message.n }, invoice),
      Bill: (run) => void done.push(`${run.envelope.tenantId ?? '-'} ${run.message.n}`),
    })
    for (const n of [1, 2, 3]) await app.bus.send('Order', { n }, n === 3 ? { tenantId: 'north' } : {})
    await clock.advance(50)
    await app.bus.send('Bill', { n: 4 }, { ...invoice, tenantId: 'north' })
    await clock.advance(50)
    expect(done).toEqual(['- 1', 'north 3'])
  })
})

it('a deduplication key is refused where it cannot be kept, and where it is none', async () => {
  const { app } = await start({ Bill: () => undefined, View: () => undefined }, {
    routes: defineRoutes(({ listen }) => listen('local://view', { mode: 'buffered' })),
  })
  const refused = (name: string, options: DeliveryOptions) => expect(app.bus.send(name, { n: 1 }, options)).rejects
  await refused('View', invoice).toMatchObject({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('local://view, which is buffered') })
  await refused('Bill', { ...invoice, id: '00000000-0000-7000-8000-000000000001' }).toMatchObject({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('Both') })
  for (const deduplicationKey of ['', 'x'.repeat(1_001), 'a\0', 7 as unknown as string]) {
    await refused('Bill', { deduplicationKey }).toMatchObject({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('deduplicationKey is') })
  }
  await expect(app.bus.invoke('Bill', { n: 1 }, invoice)).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
})
