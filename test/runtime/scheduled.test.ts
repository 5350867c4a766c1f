import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()
const noting = (handled: number[]) => ({ Count: (run: Run) => void handled.push(run.message.n) })

describe('app.scheduled', () => {
  it('cancels a message by the id that schedule resolved with', async () => {
    const handled: number[] = []
    const { app, clock } = await start(noting(handled))
    const id = await app.bus.schedule('Count', { n: 1 }, '10s')
    await app.bus.schedule('Count', { n: 2 }, '10s')
    expect(await app.scheduled.cancel(id)).toEqual({ 'local://count': 'changed' })
    await clock.advance(11_000)
    expect(handled).toEqual([2])
    expect(await app.scheduled.cancel(id)).toEqual({})
  })

  it('takes the id that a sender chose, and the one that a handler scheduled under', async () => {
    const ids: string[] = []
    const { app, clock } = await start({
      Begin: async (run) => void ids.push(await (run.context as never as typeof app.bus).schedule('Count', { n: 1 }, '1h')),
      Count: () => undefined,
    })
    const chosen = '01890000-0000-7000-8000-00000000000A'
    expect(await app.bus.schedule('Count', { n: 1 }, '1h', { id: chosen })).toBe(chosen.toLowerCase())
    await app.bus.send('Begin', { n: 0 })
    await clock.advance(100)
    expect(await app.scheduled.cancel(chosen)).toEqual({ 'local://count': 'changed' })
    expect(await app.scheduled.cancel(ids[0]!)).toEqual({ 'local://count': 'changed' })
  })

  it('moves a message: to a date, or to so long from now; into the past is at once', async () => {
    const handled: number[] = []
    const { app, clock } = await start(noting(handled))
    const ids = [await app.bus.schedule('Count', { n: 1 }, '1h'), await app.bus.schedule('Count', { n: 2 }, '1h'), await app.bus.schedule('Count', { n: 3 }, '10s')]
    await app.scheduled.reschedule(ids[0]!, '20s')
    await app.scheduled.reschedule(ids[2]!, '30s')
    expect(await app.scheduled.reschedule(ids[1]!, new Date(0))).toEqual({ 'local://count': 'changed' })
    await clock.advance(100)
    expect(handled).toEqual([2])
    await clock.advance(19_500)
    expect(handled).toEqual([2])
    await clock.advance(1_000)
    expect(handled).toEqual([2, 1])
    await clock.advance(10_000)
    expect(handled).toEqual([2, 1, 3])
  })

  it('says for each endpoint what became of a message that is beyond change', async () => {
    const { app, clock } = await start(noting([]), {
      routes: defineRoutes(({ publish }) => publish('Count').to('local://a', 'local://b')),
    })
    const id = await app.bus.send('Count', { n: 1 })
    await clock.advance(100)
    expect(await app.scheduled.cancel(id)).toEqual({ 'local://a': 'handled', 'local://b': 'handled' })
    expect(await app.scheduled.reschedule(id, '1s')).toEqual({ 'local://a': 'handled', 'local://b': 'handled' })
  })

  it('lists what waits, page by page', async () => {
    const { app } = await start(noting([]))
    const ids: string[] = []
    for (let n = 5; n > 0; n--) ids.unshift(await app.bus.schedule('Count', { n }, n * 1_000))
    const first = await app.scheduled.list({ limit: 3 })
    const rest = await app.scheduled.list({ limit: 3, after: first.next! })
    expect([first, rest].map(({ messages }) => messages.map(({ envelope }) => envelope.id))).toEqual([ids.slice(0, 3), ids.slice(3)])
    expect(rest.next).toBeUndefined()
    expect((await app.scheduled.list()).messages).toHaveLength(5)
    expect((await app.scheduled.list({ endpoint: 'local://other' })).messages).toEqual([])
  })

  it('changes and lists what is scheduled for a buffered endpoint, which is warned of over a store in memory', async () => {
    const handled: number[] = []
    const handlers = { ...noting(handled), Begin: (run: Run) => (run.context as never as typeof app.bus).schedule('Count', { n: 9 }, '15s') }
    const { app, clock, log } = await start(handlers, {
      routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered', buffer: 1 })),
    })
    expect(log.lines.filter(({ event }) => event.includes('scheduled messages for them are in memory'))).toMatchObject([
      { level: 'warn', fields: { endpoints: 'local://count' } },
    ])
    // Three times as many as there is room for: what has a time takes none.
    const ids = [await app.bus.schedule('Count', { n: 1 }, '10s'), await app.bus.schedule('Count', { n: 2 }, '10s'), await app.bus.schedule('Count', { n: 3 }, '10s')]
    await app.bus.send('Begin', { n: 0 })
    await clock.advance(100)
    expect((await app.scheduled.list()).messages.map(({ envelope }) => envelope.id).slice(0, 3)).toEqual(ids)
    expect((await app.scheduled.list()).messages).toHaveLength(4)
    expect(await app.scheduled.cancel(ids[0]!)).toEqual({ 'local://count': 'changed' })
    expect(await app.scheduled.reschedule(ids[1]!, '12s')).toEqual({ 'local://count': 'changed' })
    await clock.advance(9_800)
    expect(handled).toEqual([])
    await clock.advance(6_000)
    expect(handled).toEqual([3, 2, 9])
    expect(log.has('as after it was durable')).toBe(false)
    expect(await app.counts()).toEqual([])
  })

  it('is silent about memory where every endpoint is durable', async () => {
    const { log } = await start(noting([]))
    expect(log.has('in memory')).toBe(false)
  })

  it('refuses what is no id, no time and no page', async () => {
    const { app } = await start(noting([]))
    const id = await app.bus.schedule('Count', { n: 1 }, '1h')
    const refused = { code: 'JASPER_BAD_OPTION' }
    await expect(app.scheduled.cancel('order-1')).rejects.toMatchObject(refused)
    await expect(app.scheduled.reschedule('order-1', '1s')).rejects.toMatchObject(refused)
    await expect(app.scheduled.reschedule(id, new Date(Number.NaN))).rejects.toMatchObject(refused)
    await expect(app.scheduled.reschedule(id, 'soon' as '1s')).rejects.toMatchObject(refused)
    await expect(app.scheduled.reschedule(id, 1e18)).rejects.toMatchObject(refused)
    for (const limit of [0, -1, 1.5, 1e9]) await expect(app.scheduled.list({ limit })).rejects.toMatchObject(refused)
    await expect(app.scheduled.list({ from: new Date(Number.NaN) })).rejects.toMatchObject(refused)
    expect((await app.scheduled.list()).messages).toHaveLength(1)
  })
})
