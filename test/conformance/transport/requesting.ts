import { describe, expect, it } from 'vitest'
import { onError } from '../../../runtime/config/index.ts'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import { rejected } from '../../../runtime/errors/rejected-error.ts'
import { eventually } from '../../support/eventually.ts'
import type { TransportHarness } from '../transport-harness.ts'
import type { Run } from '../../runtime/small-app.ts'
import { trials, type RunningApp, type Trial } from './apps.ts'

/** What apps promise that ask each other over a transport. */
export function requesting(harness: TransportHarness, store: () => MessageStore): void {
  const trial = trials(harness, store)
  const asking = (t: Trial): Promise<RunningApp> =>
    t.start({ sends: ['A', 'B'], routes: ({ publish }) => void publish('A').to(t.place.queue('a').to) })
  const answering = (t: Trial, a: (run: Run) => unknown, mode: 'durable' | 'inline' | 'buffered' = 'durable'): Promise<RunningApp> =>
    t.start({ name: 'answering', sends: ['B'], handlers: { A: a }, routes: ({ listen }) => listen(t.place.queue('a').at, { mode }) })
  /** As generated code does: what is returned is sent, too, under its name. */
  const returnsB = (run: Run): unknown => {
    const reply = { n: run.message.n + 1 }
    run.cascade('B', reply)
    return reply
  }
  const carriesReplies = (t: Trial): boolean => t.place.transport().replyAddress !== undefined

  describe('a request', () => {
    for (const mode of ['durable', 'inline', 'buffered'] as const) {
      it(`is answered by a handler at a ${mode} endpoint, to its caller and nobody else`, async () => {
        const t = await trial()
        if (!carriesReplies(t)) return
        await answering(t, returnsB, mode)
        const { app } = await asking(t)
        const other = await asking(t)
        const replies = await Promise.all([1, 2, 3].map((n) => app.bus.request('A', { n }, { expects: 'B' })))
        expect(replies).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }])
        await expect(other.app.bus.request('A', { n: 7 })).resolves.toEqual({ n: 8 })
        expect(app.requests.counts()).toEqual({ waiting: 0, late: 0 })
      })
    }

    it('fails when its handler has failed for good, with the name of the error there', async () => {
      const t = await trial()
      if (!carriesReplies(t)) return
      const fails = ({ message }: Run): void => {
        throw message.n === 1 ? new RangeError('out of stock') : rejected({ envelope: { messageType: 'A' } }, ['no lines'])
      }
      const there = await t.start({
        name: 'answering',
        handlers: { A: fails },
        policy: { A: onError(RangeError).deadLetter() },
        routes: ({ listen }) => listen(t.place.queue('a').at),
      })
      const { app } = await asking(t)
      const error: unknown = await app.bus.request('A', { n: 1 }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'JASPER_REQUEST_FAILED', remote: { type: 'RangeError', message: 'out of stock' } })
      expect(JSON.stringify((error as { remote: object }).remote)).not.toContain('.ts')
      await expect(app.bus.request('A', { n: 2 })).rejects.toMatchObject({ code: 'JASPER_REJECTED', reasons: ['no lines'] })
      expect(await there.app.deadLetters.list({ limit: 5 })).toHaveLength(1)
    })

    it('that nobody there can handle fails at once, and is not kept', async () => {
      const t = await trial()
      if (!carriesReplies(t)) return
      const there = await t.start({ name: 'answering', handlers: { B: () => undefined }, routes: ({ listen }) => listen(t.place.queue('a').at) })
      const { app } = await asking(t)
      await expect(app.bus.request('A', { n: 1 })).rejects.toMatchObject({ remote: { type: 'JASPER_NO_SUBSCRIBER' } })
      await eventually('nothing waits', async () => (await t.place.count('a')).unsettled === 0)
      expect(await there.app.counts()).toEqual([])
    })

    it('that can never be sent fails at once', async () => {
      const t = await trial()
      const { largestMessage } = harness.capabilities
      if (largestMessage === undefined || !carriesReplies(t)) return
      const { app } = await asking(t)
      await answering(t, returnsB)
      const large = { n: 1, large: 'x'.repeat(largestMessage + 1) } as never
      await expect(app.bus.request('A', large)).rejects.toMatchObject({ code: 'JASPER_REQUEST_FAILED', remote: { type: 'JASPER_SEND_REFUSED' } })
      expect(app.requests.counts().waiting).toBe(0)
    })

    it('ends when its time is over, and the reply is given up', async () => {
      const t = await trial()
      if (!carriesReplies(t)) return
      const { promise: later, resolve: goOn } = gate()
      await answering(t, async (run) => {
        await later
        return returnsB(run)
      })
      const { app } = await asking(t)
      await expect(app.bus.request('A', { n: 1 }, { timeout: '1s' })).rejects.toMatchObject({ code: 'JASPER_REQUEST_TIMEOUT' })
      expect(app.requests.counts().waiting).toBe(0)
      goOn()
    })

    it('that waits for the other side ends with its app', async () => {
      const t = await trial()
      if (!carriesReplies(t)) return
      const { app } = await asking(t)
      await t.place.down()
      const reply = app.bus.request('A', { n: 1 })
      reply.catch(() => undefined)
      await eventually('it waits', () => app.requests.counts().waiting === 1)
      await app.stop()
      await expect(reply).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    }, 20_000)

    it('whose caller has gone is handled all the same, and its reply is given up', async () => {
      const t = await trial()
      if (!carriesReplies(t)) return
      const { promise: later, resolve: goOn } = gate()
      let runs = 0
      const there = await answering(t, async (run) => {
        runs += 1
        if (run.message.n === 1) await later
        return returnsB(run)
      })
      const { app } = await asking(t)
      const gone = app.bus.request('A', { n: 1 }, { timeout: '20s' })
      gone.catch(() => undefined)
      await eventually('it is being handled', () => runs === 1)
      await app.stop()
      await expect(gone).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
      goOn()
      const next = await asking(t)
      await expect(next.app.bus.request('A', { n: 2 })).resolves.toEqual({ n: 3 })
      await eventually('both are handled', async () => (await there.app.counts()).every(({ ready, claimed }) => ready + claimed === 0))
      expect(runs).toBe(2)
    }, 20_000)
  })
}

/** Handlers wait at it until the test lets them go on. */
function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((resolved) => (resolve = resolved))
  return { promise, resolve }
}
