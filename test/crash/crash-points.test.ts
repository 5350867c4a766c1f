import { describe, expect, it } from 'vitest'
import { sendCustomers, type Receipts } from '../../fixtures/apps/order-desk/demo/customers.ts'
import { carriedThrough } from '../../fixtures/apps/order-desk/demo/carried-through.ts'
import { DeskGone, type DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import type { FaultPoint } from '../../runtime/timing/fault-point.ts'
import { eventually } from '../support/eventually.ts'
import { TrialShop, type DeskTwist } from './trial-shop.ts'

/** What each point means to somebody who relies on the messages. Every point is here, or tsc complains. */
const promises: Record<FaultPoint, string> = {
  'send.before-insert': 'a process killed before a message is stored has acknowledged nothing',
  'send.after-insert': 'a message that is sent again, because its sender was killed before it heard the answer, is handled once',
  'dispatch.after-claim': 'a message claimed by a process that was killed before it began is handled by the next',
  'dispatch.before-keep': 'a message claimed by a process that was killed before it was in memory is handled by the next',
  'transaction.before-settle': 'a handler killed after its writes and before they are settled is run again',
  'transaction.before-commit': 'a handler killed before commit is run again',
  'transaction.after-commit': 'a handler killed between its commit and the hand-over loses nothing',
  'outbox.before-commit': 'a process killed before outbox.transaction commits has sent nothing and written nothing',
  'outbox.after-commit': 'a process killed between the commit of outbox.transaction and the hand-over loses nothing',
  'outbox.within-written': 'a process killed after outbox.within and before its own commit has sent nothing and written nothing',
  'unrouted.after-claim': 'a process killed before it has routed what SQL has sent leaves it to the next',
  'unrouted.before-commit': 'a process killed before it commits what it has routed has routed nothing',
  'unrouted.after-commit': 'a process killed after it has routed what SQL has sent loses nothing',
  'settle.before-write': 'a handler without a transaction, killed before its completion is written, is run again',
  'settle.after-write': 'a handler without a transaction, killed after its completion is written, is not run again',
  'retry.before-attempt': 'a process killed between two attempts that it makes itself loses neither the message nor the count of the first',
  'recurring.before-fire': 'a tick whose process was killed before it was written is fired by the next',
  'recurring.after-fire': 'a tick whose process was killed after it was committed is not fired again, and its message is handled',
  'relay.before-send': 'see relay-points.test.ts, where there is a broker',
  'relay.after-send': 'see relay-points.test.ts',
  'relay.after-settle': 'see relay-points.test.ts',
  'receive.after-insert': 'see relay-points.test.ts',
  'stop.before-release': 'a process killed while it stops gives its messages to the next',
  'takeover.after-mark': 'a process killed in the middle of a take-over leaves the rest of it to the next',
}

/** Places orders at the first desk; when it is dead, at the next, and so on. */
class Opening {
  desk: DeskProcess
  readonly receipts: Receipts
  readonly home: Promise<void>

  constructor(shop: TrialShop, first: DeskTwist, orders: number, seed: number) {
    this.desk = shop.desk(first)
    const { receipts, home } = sendCustomers({ orders: orderBook(orders, seed), customers: 4, desk: () => this.desk })
    this.receipts = receipts
    this.home = home
    home.catch(() => undefined)
  }

  /** Resolves with the signal that ended the desk, when the next one has been started. */
  async untilKilled(shop: TrialShop, next: DeskTwist = {}): Promise<NodeJS.Signals | null> {
    const { signal } = await this.desk.ended
    this.desk = shop.desk(next)
    return signal
  }
}

const flawless = { breaches: [], confirmed: expect.any(Number), rejected: expect.any(Number) }
/** Most of it is waiting for a place, see trial-shop.ts. */
const timeout = 150_000

describe.concurrent('the crash points', () => {
  // Some passings later each, so that there is work on its way when the process dies.
  const underLoad: readonly (readonly [FaultPoint, number])[] = [
    ['send.before-insert', 4],
    ['send.after-insert', 4],
    ['dispatch.after-claim', 3],
    ['dispatch.before-keep', 3],
    ['transaction.before-settle', 25],
    ['transaction.before-commit', 25],
    ['transaction.after-commit', 25],
    ['settle.before-write', 2],
    ['settle.after-write', 2],
    ['retry.before-attempt', 1],
  ]
  for (const [point, passing] of underLoad) {
    it(`${promises[point]} (${point})`, { timeout }, async () => {
      await TrialShop.with(async (shop) => {
        const opening = new Opening(shop, { fault: `${point}:${passing}:kill` }, 40, 7)
        expect(await opening.untilKilled(shop)).toBe('SIGKILL')
        await opening.home
        expect(opening.receipts.accepted.size).toBe(40)
        const report = await shop.audit(opening.desk, opening.receipts)
        expect(report).toMatchObject(flawless)
        expect(report.confirmed + report.rejected).toBe(40)
      })
    })
  }

  const orderTaking: readonly (readonly [FaultPoint, NonNullable<DeskTwist['takesOrders']>])[] = [
    ['outbox.before-commit', 'transaction'],
    ['outbox.after-commit', 'transaction'],
    ['outbox.within-written', 'within'],
    ['unrouted.after-claim', 'sql'],
    ['unrouted.before-commit', 'sql'],
    ['unrouted.after-commit', 'sql'],
  ]
  for (const [point, takesOrders] of orderTaking) {
    it(`${promises[point]} (${point})`, { timeout }, async () => {
      await TrialShop.with(async (shop) => {
        // However fast the orders come, the router may take all of them at once: only its first passing is certain.
        const opening = new Opening(shop, { fault: `${point}:${takesOrders === 'sql' ? 1 : 12}:kill`, takesOrders }, 40, 7)
        expect(await opening.untilKilled(shop, { takesOrders })).toBe('SIGKILL')
        await opening.home
        expect(opening.receipts.accepted.size).toBe(40)
        const report = await shop.audit(opening.desk, opening.receipts)
        expect(report).toMatchObject(flawless)
        expect(report.confirmed + report.rejected, 'each order that was noted has become one message').toBe(40)
        expect(await shop.query('select from orders_taken')).toHaveLength(40)
      })
    })
  }

  it(`${promises['stop.before-release']} (stop.before-release)`, { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const opening = new Opening(shop, { fault: 'stop.before-release:kill', gatewayMs: 100 }, 40, 8)
      await opening.desk.opened
      await eventually('the work is in full swing', () => opening.receipts.accepted.size >= 15)
      opening.desk.signal('SIGTERM')
      expect(await opening.untilKilled(shop)).toBe('SIGKILL')
      await opening.home
      expect(await shop.audit(opening.desk, opening.receipts)).toMatchObject(flawless)
    })
  })

  it(`${promises['takeover.after-mark']} (takeover.after-mark)`, { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const opening = new Opening(shop, { fault: 'transaction.before-commit:25:kill' }, 40, 9)
      expect(await opening.untilKilled(shop, { fault: 'takeover.after-mark:kill' })).toBe('SIGKILL')
      expect(await opening.untilKilled(shop)).toBe('SIGKILL')
      await opening.home
      expect(await shop.audit(opening.desk, opening.receipts)).toMatchObject(flawless)
    })
  })

  it(`${promises['send.after-insert']}, even when that comes after it was handled`, { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const [order] = orderBook(1, 1)
      const first = shop.desk({ fault: 'send.after-insert:kill' })
      await expect(first.place(order!)).rejects.toBeInstanceOf(DeskGone)
      const second = shop.desk({ gatewayFails: 'never' })
      expect(await carriedThrough({ desk: () => second, orders: 1, deadlineMs: 20_000 })).toBe(true)

      await second.place(order!)
      const ids = new Set([order!.orderId])
      const report = await shop.audit(second, { asked: ids, accepted: ids, askedAgain: 1 })
      expect(report).toMatchObject({ breaches: [], confirmed: 1, letters: 1 })
    })
  })

  // One order alone, so that the letters can be counted.
  for (const [point, lettersSent] of [['settle.before-write', 2], ['settle.after-write', 1]] as const) {
    it(`${promises[point]}: ${lettersSent === 1 ? 'one letter' : 'two letters'}`, { timeout }, async () => {
      await TrialShop.with(async (shop) => {
        const opening = new Opening(shop, { fault: `${point}:kill`, gatewayFails: 'never' }, 1, 1)
        expect(await opening.untilKilled(shop)).toBe('SIGKILL')
        await opening.home
        const report = await shop.audit(opening.desk, opening.receipts)
        expect(report).toMatchObject({ breaches: [], confirmed: 1, letters: lettersSent })
      })
    })
  }

  it(`${promises['retry.before-attempt']}, nor its history`, { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const [order] = orderBook(1, 1)
      const first = shop.desk({ fault: 'retry.before-attempt:kill', gatewayFails: 'always' })
      await first.place(order!).catch(() => undefined)
      expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
      const rows = await shop.query("select attempts, failures from jasper.incoming where message_type = 'StockReserved'")
      expect(rows).toMatchObject([{ attempts: 1, failures: [{ number: 1, type: 'PaymentTimeout' }] }])
      // The next process goes on with the second attempt, and after the fifth in all it is a dead letter.
      shop.desk({ gatewayFails: 'always' })
      const letter = async () => (await shop.query('select attempts, failures from jasper.dead_letters'))[0]
      await eventually('the message is a dead letter', async () => (await letter()) !== undefined, 60_000)
      expect(await letter()).toMatchObject({ attempts: 5, failures: [1, 2, 3, 4, 5].map((number) => ({ number, type: 'PaymentTimeout' })) })
      expect(shop.timedOut()).toHaveLength(5)
    })
  })

  it('control: nobody is killed where no fault is installed, and the books are right', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const opening = new Opening(shop, {}, 40, 7)
      await opening.home
      const report = await shop.audit(opening.desk, opening.receipts)
      expect(report).toMatchObject(flawless)
      expect(report.confirmed + report.rejected).toBe(40)
      expect(report.rejected, 'the seed brings orders of both kinds').toBeGreaterThan(0)
      expect(shop.timedOut().length, 'the seed brings payments that time out').toBeGreaterThan(0)
      expect(opening.receipts.askedAgain).toBe(0)
      opening.desk.signal('SIGTERM')
      expect(await opening.desk.ended).toEqual({ code: 0, signal: null })
    })
  })

  it('control: a fault that is spelled wrong ends the process before it does anything', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const desk = shop.desk({ fault: 'somewhere:kill' })
      expect(await desk.ended).toEqual({ code: 64, signal: null })
    })
  })
})
