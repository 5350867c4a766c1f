import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RouteBuilder } from '../../../runtime/config/routes.ts'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import { headerNames } from '../../../runtime/envelope/headers.ts'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import type { Run } from '../../runtime/small-app.ts'
import { recorder, trials, type RunningApp, type Trial } from './apps.ts'

const modes = ['durable', 'buffered', 'inline'] as const

/** What an endpoint that receives through a transport does, whatever its mode. */
export function inEachMode(harness: TransportHarness, store: () => MessageStore): void {
  const trial = trials(harness, store)

  describe.each(modes)('an endpoint in mode %s', (mode) => {
    const sender = async (t: Trial): Promise<RunningApp> =>
      t.start({ sends: ['A', 'Unknown'], routes: ({ publish }) => {
        publish('A').to(t.place.queue('a').to)
        publish('Unknown').to(t.place.queue('a').to)
      } })
    const receiver = async (t: Trial, { handle }: ReturnType<typeof recorder>, more = {}): Promise<RunningApp> => {
      const routes = ({ listen }: RouteBuilder): void => listen(t.place.queue('a').at, { mode, ...more })
      return await t.start({ name: 'receiver', handlers: { A: handle }, routes })
    }
    const settled = async (t: Trial): Promise<void> => {
      await eventually('the other side has nothing left', async () => {
        const { waiting, unsettled } = await t.count('a')
        return waiting + unsettled === 0
      })
    }

    it('is given messages with all that travels with them', async () => {
      const t = await trial()
      const { app } = await sender(t)
      const a = recorder()
      const { app: other } = await receiver(t, a)
      const sentAs = { correlationId: 'order 7', tenantId: 'Ærø', headers: { mine: 'yes' }, deliverWithin: '1h' } as const
      await app.bus.send('A', { n: 1 }, sentAs)
      await eventually('it is handled', () => a.runs.length === 1)
      expect(a.runs[0]!.message).toEqual({ n: 1 })
      const at = t.place.queue('a').at
      expect(a.runs[0]!.envelope).toMatchObject({ correlationId: 'order 7', tenantId: 'Ærø', headers: { mine: 'yes' }, destination: at, attempts: 0 })
      await settled(t)
      await eventually('nothing is left to send', async () => (await app.senders.counts()).length === 0)
      expect(await other.counts()).toEqual([])
      expect(other.describe().endpoints.find(({ address }) => address === at)).toMatchObject({ mode, connected: true })
    })

    it('is given each of many messages once', async () => {
      const t = await trial()
      const { app } = await sender(t)
      const a = recorder()
      await receiver(t, a)
      await Promise.all(Array.from({ length: 300 }, (_, n) => app.bus.send('A', { n })))
      await eventually('all are handled', () => a.runs.length >= 300)
      expect(new Set(a.numbers()).size).toBe(300)
      await settled(t)
      await eventually('nothing is left to send', async () => (await app.senders.counts()).length === 0)
      expect(a.runs).toHaveLength(300)
    })

    it('tries again what failed, attempts counted, and acknowledges it', async () => {
      const t = await trial()
      const { app } = await sender(t)
      const a = recorder(({ envelope }) => envelope.attempts === 0)
      await receiver(t, a)
      await app.bus.send('A', { n: 1 })
      await eventually('it is handled twice', () => a.runs.length === 2)
      expect(a.runs.map(({ envelope }) => envelope.attempts)).toEqual([0, 1])
      await settled(t)
    })

    it('dead-letters bytes that it cannot decode, raw, and goes on', async () => {
      const t = await trial()
      const a = recorder()
      const { app } = await receiver(t, a)
      await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.id]: 'x-1' }, 'no JSON at all')
      await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.id]: 'x-2' }, '{"n":2}')
      await eventually('the good one is handled', () => a.runs.length === 1)
      await eventually('the bad one is a dead letter', async () => (await app.deadLetters.list({ limit: 10 })).length === 1)
      const [letter] = await app.deadLetters.list({ limit: 10 })
      expect(Buffer.from(letter!.envelope.body).toString()).toBe('no JSON at all')
      expect(letter!.envelope.destination).toBe(t.place.queue('a').at)
      await settled(t)
    })

    it('dead-letters what does not say its type, unless the endpoint does', async () => {
      const t = await trial()
      const a = recorder()
      const { app } = await receiver(t, a)
      await t.place.put('a', {}, '{"n":1}')
      await eventually('it is a dead letter', async () => (await app.deadLetters.list({ limit: 10 })).length === 1)
      const [letter] = await app.deadLetters.list({ limit: 10 })
      expect(letter!.error.message).toContain(headerNames.messageType)
      await settled(t)

      const other = await trial()
      const b = recorder()
      const { log } = await receiver(other, b, { messageType: 'A' })
      await other.place.put('a', {}, '{"n":1}')
      await eventually('it is handled', () => b.runs.length === 1)
      expect(log.has('messages without an id come in')).toBe(true)
    })

    it('dead-letters what has a type or an ordering key that no store can hold', async () => {
      const t = await trial()
      const { app } = await receiver(t, recorder())
      const long = randomBytes(2_000).toString('hex')
      await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.orderingKey]: long }, '{"n":1}')
      await t.place.put('a', { [headerNames.messageType]: long }, '{"n":2}')
      await eventually('both are dead letters', async () => (await app.deadLetters.list({ limit: 10 })).length === 2)
      const letters = await app.deadLetters.list({ limit: 10 })
      expect(letters.map(({ envelope }) => Buffer.from(envelope.body).toString()).sort()).toEqual(['{"n":1}', '{"n":2}'])
      for (const { error } of letters) expect(error.message).toContain('4000 bytes')
      await settled(t)
    })

    it('parks what nobody here knows', async () => {
      const t = await trial()
      const { app } = await sender(t)
      const { app: other } = await receiver(t, recorder())
      await app.bus.send('Unknown', { n: 1 })
      await eventually('it is parked', async () => (await other.counts())[0]?.parked === 1)
      await settled(t)
    })

    it('takes no more than it has room for', async () => {
      const t = await trial()
      const sending = await sender(t)
      const { app } = sending
      let open!: () => void
      const gate = new Promise<void>((resolve) => (open = resolve))
      const handled: number[] = []
      const handle = async (run: Run): Promise<void> => {
        await gate
        handled.push(run.message.n)
      }
      await receiver(t, { ...recorder(), handle }, { parallelism: 2, buffer: 10 })
      await Promise.all(Array.from({ length: 60 }, (_, n) => app.bus.send('A', { n })))
      await t.handedOver(sending, 'a')
      if (mode !== 'durable') expect((await t.count('a')).waiting).toBeGreaterThan(20)
      expect((await t.count('a')).unsettled).toBeLessThanOrEqual(10)
      open()
      await eventually('all are handled', () => handled.length === 60)
      await settled(t)
    })

    it('begins nothing while it is paused, and goes on', async () => {
      const t = await trial()
      const sending = await sender(t)
      const { app } = sending
      const a = recorder()
      const { app: other } = await receiver(t, a)
      const { at } = t.place.queue('a')
      await other.endpoints.pause(at)
      await Promise.all(Array.from({ length: 20 }, (_, n) => app.bus.send('A', { n })))
      await t.handedOver(sending, 'a')
      expect(a.runs).toEqual([])
      await other.endpoints.resume(at)
      await eventually('all are handled', () => a.runs.length === 20)
      await settled(t)
    })

    it('is handed what came while its app was stopped', async () => {
      const t = await trial()
      const { app } = await sender(t)
      const first = recorder()
      const { app: stopped } = await receiver(t, first)
      await app.bus.send('A', { n: 1 })
      await eventually('the first is handled', () => first.runs.length === 1)
      await settled(t)
      await stopped.stop()
      await app.bus.send('A', { n: 2 })
      await eventually('the second waits', async () => (await t.count('a')).waiting === 1)
      const second = recorder()
      await receiver(t, second)
      await eventually('the second is handled', () => second.runs.length === 1)
      expect([...first.numbers(), ...second.numbers()]).toEqual([1, 2])
    })

    it('hears from the other side again after that was down', async () => {
      const t = await trial()
      const a = recorder()
      const { app: other } = await receiver(t, a)
      const isConnected = () => other.describe().endpoints.find(({ address }) => address === t.place.queue('a').at)?.connected
      await t.place.down()
      if (harness.isDirect !== true) await eventually('it is not connected', () => isConnected() === false)
      await t.place.up()
      const { app } = await sender(t)
      await app.bus.send('A', { n: 1 })
      await eventually('it is handled', () => a.runs.length === 1)
    })

    if (mode === 'durable') {
      it('handles a message once that is delivered twice', async () => {
        const t = await trial()
        const a = recorder()
        await receiver(t, a)
        for (let time = 0; time < 3; time++) await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.id]: 'order 7' }, '{"n":7}')
        await settled(t)
        await t.place.put('a', { [headerNames.messageType]: 'A', [headerNames.id]: 'order 8' }, '{"n":8}')
        await eventually('the last is handled', () => a.numbers().includes(8))
        expect(a.numbers()).toEqual([7, 8])
      })
    }
  })
}
