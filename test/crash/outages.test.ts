import { describe, expect, it } from 'vitest'
import { sendCustomers } from '../../fixtures/apps/order-desk/demo/customers.ts'
import type { DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { eventually } from '../support/eventually.ts'
import { TrialShop } from './trial-shop.ts'

/** Most of it is waiting for a place, see trial-shop.ts. */
const timeout = 150_000

/** Orders that reach the gateway: paid by card, and nothing in them that is out of stock. */
function plainOrders(count: number) {
  return orderBook(count, 3).map((order) => ({
    ...order,
    lines: [{ sku: 'brass-kettle', quantity: 1, priceCents: 34_50n }],
    payment: { by: 'card' as const, lastDigits: '4242' },
  }))
}

async function countSteps(shop: TrialShop, step: string): Promise<number> {
  const [row] = await shop.query('select count(*)::int as steps from shop.journal where step = $1', [step])
  return Number(row!['steps'])
}

function place(orders: ReturnType<typeof orderBook>, desk: () => DeskProcess, customers = 4) {
  return sendCustomers({ orders, customers, desk })
}

describe.concurrent('an order desk in trouble', () => {
  it('a handler that throws after writing leaves neither its row nor its message', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      let desk = shop.desk({ gatewayFails: 'always' })
      const { receipts, home } = place(plainOrders(3), () => desk)
      await home
      await eventually('every charge has been tried twice', () => shop.timedOut().length >= 6)
      expect(await shop.query('select * from shop.charges')).toEqual([])
      expect(await countSteps(shop, 'charged')).toBe(0)
      expect(shop.letters()).toEqual([])

      // The orders are not lost by it: with a gateway that answers they go through.
      expect(await desk.kill()).toEqual({ code: null, signal: 'SIGKILL' })
      desk = shop.desk({ gatewayFails: 'never' })
      expect(await shop.audit(desk, receipts)).toMatchObject({ breaches: [], confirmed: 3, letters: 3 })
    })
  })

  it('a process that stalls and comes back cannot complete what was taken from it', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const stalled = shop.desk({ gatewayMs: 1_500, gatewayFails: 'never' })
      const { receipts, home } = place(plainOrders(4), () => stalled)
      await home
      await eventually('all four wait for the gateway', async () => (await countSteps(shop, 'reserved')) === 4)
      expect(await countSteps(shop, 'charged')).toBe(0)
      stalled.signal('SIGSTOP')

      // Its connections stay open and its lock stays held: only its silence tells, after 15 s.
      const other = shop.desk({ gatewayFails: 'never' })
      await eventually('the other desk has done the work', async () => (await countSteps(shop, 'counted')) === 4, 40_000)
      stalled.signal('SIGCONT')

      const told = (event: string) => shop.log.filter((line) => line.event.startsWith(event) && line.pid === stalled.pid)
      await eventually('the stalled desk sees that it was declared dead', () => told('this node was declared dead').length > 0)
      await eventually('the stalled desk sees that it may not commit', () => told('message was taken over by another node').length === 4)
      expect(await shop.auditNow(other, receipts)).toMatchObject({ breaches: [], confirmed: 4, letters: 4 })

      // It takes part again, under a new name.
      const more = place(orderBook(5, 4), () => stalled)
      await more.home
      for (const id of more.receipts.accepted) {
        receipts.asked.add(id)
        receipts.accepted.add(id)
      }
      expect(await shop.audit(other, receipts)).toMatchObject({ breaches: [] })
    })
  })

  it('two processes share the work and do none of it twice', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const desks = [shop.desk(), shop.desk()]
      let turn = 0
      const { receipts, home } = place(orderBook(120, 5), () => desks[turn++ % 2]!, 8)
      await home
      expect(await shop.audit(desks[0]!, receipts)).toMatchObject({ breaches: [] })
      expect(new Set(shop.letters().map(({ pid }) => pid))).toEqual(new Set(desks.map(({ pid }) => pid)))
    })
  })

  it('when one of two processes is killed, the other takes over within seconds', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const survivor = shop.desk()
      const victim = shop.desk({ gatewayMs: 300 })
      await Promise.all([survivor.opened, victim.opened])
      const { receipts, home } = place(plainOrders(40), () => (victim.isOpen ? victim : survivor))
      await eventually('the work is in full swing', async () => (await countSteps(shop, 'reserved')) >= 15)
      const killed = performance.now()
      await victim.kill()
      await home
      const report = await shop.audit(survivor, receipts)
      expect(report).toMatchObject({ breaches: [] })
      // 5 s is the promise on a machine of its own; this one may be busy.
      expect(performance.now() - killed).toBeLessThan(15_000)
      expect(shop.log).toContainEqual(expect.objectContaining({ event: 'took over the messages of a dead node', pid: survivor.pid }))
    })
  })

  it('a graceful stop in the middle of the work loses nothing, and the next process need not wait', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      let desk = shop.desk({ gatewayMs: 60 })
      const { receipts, home } = place(orderBook(80, 6), () => desk)
      await eventually('the work is in full swing', () => receipts.accepted.size >= 30)
      desk.signal('SIGTERM')
      expect(await desk.ended).toEqual({ code: 0, signal: null })
      const nodes = await shop.query('select * from jasper.nodes')
      expect(nodes, 'it has signed off').toEqual([])
      expect(await shop.query('select * from jasper.incoming where owner is not null'), 'it has given back what it held').toEqual([])

      desk = shop.desk()
      await home
      expect(await shop.audit(desk, receipts)).toMatchObject({ breaches: [] })
      expect(shop.log.map(({ event }) => event)).not.toContain('a node is dead; taking over its work')
    })
  })

  it('when the database cuts every connection, again and again, the app carries on', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const desk = shop.desk({ gatewayMs: 20 })
      const { receipts, home } = place(orderBook(120, 9), () => desk)
      let cut = 0
      for (const accepted of [20, 50, 80]) {
        await eventually('the work goes on', () => receipts.accepted.size >= accepted, 20_000)
        const [row] = await shop.query(`
          select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`)
        cut += Number(row!['cut'])
      }
      expect(cut).toBeGreaterThan(3)
      await home
      expect(await shop.audit(desk, receipts)).toMatchObject({ breaches: [] })
      expect(shop.crashes, 'the process has lived through it').toEqual([])
      expect(receipts.askedAgain).toBe(0)
    })
  })
})
