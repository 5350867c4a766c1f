import { describe, expect, it } from 'vitest'
import { defineRoutes, type Recurrence } from '../../runtime/config/routes.ts'
import { cron } from '../../runtime/cron/index.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { smallApp } from './small-app.ts'

type Rule = Recurrence<Record<string, { message: unknown; reply: unknown }>, string>
const minutely: Rule = { at: cron('* * * * *'), message: 'Count', body: { n: 1 } }
const routesOf = (...rules: readonly (readonly [string, Rule])[]) =>
  defineRoutes<Record<string, { message: unknown; reply: unknown }>>(({ recur }) => {
    for (const [name, rule] of rules) recur(name, rule)
  })

/** Processes of one app, over one store. */
class Nodes {
  readonly clock = new ManualClock()
  readonly handled: string[] = []
  readonly #rows = new InMemoryRows()

  async start(...rules: readonly (readonly [string, Rule])[]) {
    const handlers = {
      Count: (run: { readonly message: { readonly n: number }; readonly envelope: { readonly scheduledFor: Date | undefined } }) =>
        void this.handled.push(`${run.message.n} ${run.envelope.scheduledFor?.toISOString().slice(5, 19)}`),
    }
    const { app, log } = smallApp(handlers, { routes: routesOf(...rules), store: inMemoryStoreOver(this.#rows), clock: this.clock })
    await app.start()
    await this.clock.advance(100)
    return { app, log, stop: async () => await Promise.all([app.stop(), this.clock.advance(5_000)]) }
  }
}

describe('a recurring message', () => {
  it('is sent once a tick, however many nodes there are, and names its tick', async () => {
    const nodes = new Nodes()
    const running = [await nodes.start(['count', minutely]), await nodes.start(['count', minutely]), await nodes.start(['count', minutely])]
    await nodes.clock.advance(180_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00', '1 01-01T00:02:00', '1 01-01T00:03:00'])
    expect(await running[0]!.app.scheduled.recurring()).toEqual([
      {
        name: 'count',
        messageType: 'Count',
        timetable: '* * * * * (UTC)',
        nextAt: new Date('2026-01-01T00:04:00Z'),
        lastAt: new Date('2026-01-01T00:03:00Z'),
      },
    ])
    for (const one of running) await one.stop()
  })

  it('may be made for its tick', async () => {
    const nodes = new Nodes()
    const one = await nodes.start(['count', { ...minutely, body: async (tick: Date) => ({ n: tick.getUTCMinutes() }) }])
    await nodes.clock.advance(121_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00', '2 01-01T00:02:00'])
    await one.stop()
  })

  it.each([
    ['once', ['1 01-01T00:01:00', '1 01-01T00:59:00', '1 01-01T01:00:00', '1 01-01T01:01:00']],
    ['skip', ['1 01-01T00:01:00', '1 01-01T01:00:00', '1 01-01T01:01:00']],
  ] as const)('whose ticks were missed while nothing ran: %s; a tick within the last minute is on time', async (missed, expected) => {
    const nodes = new Nodes()
    const first = await nodes.start(['count', { ...minutely, missed }])
    await nodes.clock.advance(70_000)
    await first.stop()
    await nodes.clock.advance(3_560_000)
    const second = await nodes.start(['count', { ...minutely, missed }])
    await nodes.clock.advance(40_000)
    expect(nodes.handled).toEqual(expected)
    await second.stop()
  })

  it('follows the timetable of the version that came last, and never both', async () => {
    const nodes = new Nodes()
    const old = await nodes.start(['count', minutely])
    await nodes.clock.advance(61_000)
    const next = await nodes.start(['count', { ...minutely, at: cron('*/5 * * * *'), body: { n: 2 } }])
    await nodes.clock.advance(600_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00', '2 01-01T00:05:00', '2 01-01T00:10:00'])
    await old.stop()
    await nodes.clock.advance(300_000)
    expect(nodes.handled.slice(3)).toEqual(['2 01-01T00:15:00'])
    await next.stop()
  })

  it('that no running version has is not sent, and not listed', async () => {
    const nodes = new Nodes()
    const old = await nodes.start(['count', minutely])
    await nodes.clock.advance(61_000)
    const next = await nodes.start()
    await old.stop()
    await nodes.clock.advance(300_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00'])
    expect(await next.app.scheduled.recurring()).toEqual([])
    await next.stop()
  })

  it('whose body cannot be made is tried again, and holds up no other', async () => {
    const nodes = new Nodes()
    let fails = true
    const moody: Rule = {
      ...minutely,
      body: () => {
        if (fails) throw new Error('no figures yet')
        return { n: 7 }
      },
    }
    const one = await nodes.start(['moody', moody], ['count', minutely])
    await nodes.clock.advance(61_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00'])
    expect(one.log.has('a recurring message could not be sent')).toBe(true)
    fails = false
    await nodes.clock.advance(10_000)
    expect(nodes.handled).toEqual(['1 01-01T00:01:00', '7 01-01T00:01:00'])
    await one.stop()
  })

  it('goes on although its only node came back under a new id and could not say its rules at once', async () => {
    const rows = new InMemoryRows()
    const clock = new ManualClock()
    const [store, other] = [inMemoryStoreOver(rows), inMemoryStoreOver(rows)]
    let isAway = false
    const declare: typeof store.recurring.declare = async (...said) => {
      if (isAway) throw new JasperError('JASPER_STORE_UNREACHABLE', 'away')
      await store.recurring.declare(...said)
    }
    const handled: number[] = []
    const { app, log } = smallApp(
      { Count: ({ message }) => void handled.push(message.n) },
      { routes: routesOf(['count', minutely]), store: { ...store, recurring: { ...store.recurring, declare } }, clock },
    )
    await app.start()
    await other.open({ appName: 'small', clock, log })
    isAway = true
    await other.nodes.takeOver([...rows.nodes.keys()][0]!, 10)
    await clock.advance(3_000)
    expect(log.has('recurring rules could not be declared')).toBe(true)
    isAway = false
    await clock.advance(180_000)
    expect(handled).toEqual([1, 1, 1])
    await Promise.all([app.stop(), clock.advance(5_000)])
  })

  it('is described', async () => {
    const { app } = smallApp({ Count: () => undefined }, { routes: routesOf(['count', { ...minutely, missed: 'skip' }]) })
    expect(app.describe().recurring).toEqual([{ name: 'count', message: 'Count', timetable: '* * * * * (UTC)', missed: 'skip' }])
  })

  it.each([
    ['JASPER_UNKNOWN_MESSAGE', [['count', { ...minutely, message: 'Cuont' }]]],
    ['JASPER_BAD_OPTION', [['count', minutely], ['count', minutely]]],
    ['JASPER_BAD_OPTION', [['', minutely]]],
    ['JASPER_BAD_OPTION', [['count', { ...minutely, at: '0 3 * * *' as never }]]],
    ['JASPER_BAD_OPTION', [['count', { ...minutely, missed: 'often' as never }]]],
  ] as const)('that cannot hold is refused when the app is built: %s', (code, rules) => {
    expect(() => smallApp({ Count: () => undefined }, { routes: routesOf(...(rules as never as [string, Rule][])) })).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
