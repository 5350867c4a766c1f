import { describe, expect, it } from 'vitest'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import { headerNames } from '../../../runtime/envelope/headers.ts'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import type { Run } from '../../runtime/small-app.ts'
import { recorder, trials, type RunningApp, type Trial } from './apps.ts'

/** What apps promise that send through a transport. */
export function betweenApps(harness: TransportHarness, store: () => MessageStore): void {
  const trial = trials(harness, store)
  const sender = async (t: Trial): Promise<RunningApp> =>
    t.start({ sends: ['A'], routes: ({ publish }) => void publish('A').to(t.place.queue('a').to) })
  const receiver = async (t: Trial, a: ReturnType<typeof recorder>): Promise<RunningApp> =>
    t.start({ name: 'receiver', handlers: { A: a.handle }, routes: ({ listen }) => listen(t.place.queue('a').at) })

  describe('a message', () => {
    it('that a handler sends goes to local and distant endpoints alike', async () => {
      const t = await trial()
      const [here, there] = [recorder(), recorder()]
      await t.start({ name: 'receiver', handlers: { B: there.handle }, routes: ({ listen }) => listen(t.place.queue('a').at) })
      const { app } = await t.start({
        handlers: { A: (run) => run.cascade('B', { n: run.message.n + 1 }), B: here.handle },
        routes: ({ publish }) => publish('B').to('local://b', t.place.queue('a').to),
      })
      await app.bus.send('A', { n: 1 })
      await eventually('both have it', () => here.runs.length === 1 && there.runs.length === 1)
      expect(there.runs[0]!.message).toEqual({ n: 2 })
      expect(there.runs[0]!.envelope).toMatchObject({ causationId: here.runs[0]!.envelope.causationId })
    })

    it('has a way that can be checked, and says what is wrong when the other side is down', async () => {
      const t = await trial()
      const { app: other } = await receiver(t, recorder())
      await eventually('somebody listens', () => other.describe().endpoints.some(({ connected }) => connected === true))
      const { app } = await sender(t)
      expect(await app.transports.check({ provision: true })).toEqual([])
      await t.place.down()
      const [problem] = await app.transports.check()
      expect(problem).toContain('cannot be checked')
      await t.place.up()
      expect(await app.transports.check()).toEqual([])
      expect(app.describe().transports).toMatchObject([harness.capabilities])
    })

    it('waits in the store while the other side is down: its circuit opens, and closes again', async () => {
      const t = await trial()
      const a = recorder()
      const { app, log } = await sender(t)
      await receiver(t, a)
      await t.place.down()
      for (let n = 0; n < 5; n++) await app.bus.send('A', { n })
      await eventually('the circuit is open', () => app.senders.list()[0]!.circuit === 'open')
      expect(log.has('sending failed again and again')).toBe(true)
      for (let n = 5; n < 50; n++) await app.bus.send('A', { n })
      await eventually('nothing is kept in memory', () => app.senders.list()[0]!.inMemory === 0)
      const [counts] = await app.senders.counts()
      expect(counts!.ready + counts!.scheduled + counts!.claimed).toBe(50)
      await t.place.up()
      await eventually('all are handled', () => a.runs.length >= 50, 20_000)
      expect(new Set(a.numbers()).size).toBe(50)
      await eventually('the circuit is closed', () => app.senders.list()[0]!.circuit === 'closed')
      expect(app.describe().senders).toMatchObject([{ destination: t.place.queue('a').to, circuit: 'closed', onRefused: 'dead-letter' }])
    }, 30_000)

    it('that can never be sent is a dead letter of its destination, and stops no other', async () => {
      const { largestMessage } = harness.capabilities
      if (largestMessage === undefined) return
      const t = await trial()
      const a = recorder()
      const { app } = await sender(t)
      await receiver(t, a)
      await app.bus.send('A', { n: 1, large: 'x'.repeat(largestMessage + 1) } as never)
      await app.bus.send('A', { n: 2 })
      await eventually('the other is handled', () => a.runs.length === 1)
      await eventually('it is a dead letter', async () => (await app.deadLetters.list({ limit: 5 })).length === 1)
      const [letter] = await app.deadLetters.list({ limit: 5 })
      expect(letter).toMatchObject({ outgoing: true, error: { type: 'JASPER_SEND_REFUSED' }, envelope: { destination: t.place.queue('a').to } })
      expect(letter!.error.message).toContain('too-large')
      await eventually('nothing is left to send', async () => (await app.senders.counts()).length === 0)
    })

    it('with an ordering key is handled wherever it comes from, and the log says where no order is promised', async () => {
      const t = await trial()
      const a = recorder()
      const { log } = await receiver(t, a)
      for (const n of [1, 2]) {
        await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.id]: `x-${n}`, [headerNames.orderingKey]: 'customer 7' }, `{"n":${n}}`)
      }
      await eventually('both are handled', () => a.runs.length === 2)
      const said = log.lines.filter(({ event }) => event.includes('their order is not promised'))
      expect(said).toHaveLength(harness.capabilities.ordersByKey ? 0 : 1)
    })

    it('is handled one at a time, in order, by a sequential endpoint, which may be where order is kept and nowhere else', async () => {
      const t = await trial()
      if (!harness.capabilities.ordersByKey) {
        const refused = t.start({ handlers: { A: () => undefined }, routes: ({ listen }) => listen(t.place.queue('a').at, { sequential: true }) })
        await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION' }))
      }
      const place = t.place.ordered?.('a')
      if (place === undefined) return
      const handled: number[] = []
      let running = 0
      const handle = async ({ message, envelope }: Run): Promise<void> => {
        expect((running += 1)).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        // Whatever fails holds back what comes after it.
        if (message.n % 7 === 3 && envelope.attempts === 0) throw new Error('not yet')
        handled.push(message.n)
      }
      await t.start({ name: 'receiver', handlers: { A: handle }, routes: ({ listen }) => listen(place.at, { sequential: true }) })
      const { app } = await t.start({ sends: ['A'], routes: ({ publish }) => void publish('A').to(place.to) })
      for (let n = 0; n < 20; n++) await app.bus.send('A', { n }, { orderingKey: 'customer 7' })
      await eventually('all are handled', () => handled.length >= 20, 20_000)
      expect(handled).toEqual(Array.from({ length: 20 }, (_, n) => n))
    }, 30_000)

    it('that has a time does not come before it', async () => {
      const t = await trial()
      const a = recorder()
      const { app } = await sender(t)
      await receiver(t, a)
      const due = Date.now() + 600
      await app.bus.schedule('A', { n: 2 }, new Date(due))
      await app.bus.send('A', { n: 1 })
      await eventually('both are handled', () => a.runs.length === 2)
      expect(Date.now()).toBeGreaterThanOrEqual(due)
      expect(a.numbers()).toEqual([1, 2])
    })

    it('is dropped when its time is over before it could be sent', async () => {
      const t = await trial()
      const a = recorder()
      const { app, log } = await sender(t)
      await t.place.down()
      await app.bus.send('A', { n: 1 }, { deliverWithin: '300ms' })
      await app.bus.send('A', { n: 2 })
      await eventually('its time is over', () => log.has('message expired before it was sent'), 20_000)
      await t.place.up()
      await receiver(t, a)
      await eventually('the other is handled', () => a.runs.length === 1)
      await eventually('nothing is left', async () => (await app.senders.counts()).length === 0)
      expect(a.numbers()).toEqual([2])
    }, 40_000)
  })
}
