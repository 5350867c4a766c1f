import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Breach } from '../../fixtures/apps/order-desk/demo/audit.ts'
import { sendCustomers, type Receipts } from '../../fixtures/apps/order-desk/demo/customers.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import type { DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { TrialShop } from './trial-shop.ts'

interface Day {
  readonly shop: TrialShop
  readonly desk: DeskProcess
  readonly receipts: Receipts
  readonly confirmed: string
  readonly rejected: string
}

interface Forgery {
  readonly title: string
  /** Doctors the tables; resolves with the order that the audit must name. */
  readonly forge: (day: Day) => Promise<string | undefined>
  readonly kind: Breach['kind']
}

/** An audit that cannot fail proves nothing: each of these breaks one promise by hand. */
const forgeries: readonly Forgery[] = [
  {
    title: 'an accepted order that was never taken up is lost',
    kind: 'lost',
    async forge({ receipts }) {
      const orderId = randomUUID()
      receipts.asked.add(orderId)
      receipts.accepted.add(orderId)
      return orderId
    },
  },
  {
    title: 'an order that stopped half-way is lost',
    kind: 'lost',
    async forge({ shop, confirmed }) {
      await shop.query("delete from shop.journal where order_id = $1 and step in ('confirmed', 'counted')", [confirmed])
      return confirmed
    },
  },
  {
    title: 'a step that was done twice is doubled',
    kind: 'doubled',
    async forge({ shop, confirmed }) {
      await shop.query("insert into shop.journal (order_id, step) values ($1, 'reserved')", [confirmed])
      return confirmed
    },
  },
  {
    title: 'a second charge is doubled',
    kind: 'doubled',
    async forge({ shop, confirmed }) {
      await shop.query('insert into shop.charges (id, order_id, amount_cents) values (gen_random_uuid(), $1, 1)', [confirmed])
      return confirmed
    },
  },
  {
    title: 'an order that was confirmed and rejected is doubled',
    kind: 'doubled',
    async forge({ shop, rejected }) {
      await shop.query("insert into shop.journal (order_id, step) values ($1, 'confirmed')", [rejected])
      return rejected
    },
  },
  {
    title: 'a row of an attempt that was rolled back is a ghost',
    kind: 'ghost',
    async forge({ shop }) {
      const { orderId, chargeId } = shop.timedOut()[0]!
      await shop.query('update shop.charges set id = $2 where order_id = $1', [orderId, chargeId])
      return orderId
    },
  },
  {
    title: 'a receipt for a charge that was rolled back is a ghost',
    kind: 'ghost',
    async forge({ shop, confirmed }) {
      await shop.query('update shop.charges set id = gen_random_uuid() where order_id = $1', [confirmed])
      return confirmed
    },
  },
  {
    title: 'an order that nobody wrote is a ghost',
    kind: 'ghost',
    async forge({ shop }) {
      const orderId = randomUUID()
      await shop.query("insert into shop.orders (id, customer, status, placed_at, taken_up_at) values ($1, 'nobody', 'open', now(), now())", [orderId])
      return orderId
    },
  },
  {
    title: 'stock that is gone without a reservation does not add up',
    kind: 'books',
    async forge({ shop }) {
      await shop.query("update shop.stock set on_hand = on_hand - 1 where sku = 'paper-kite'")
      return undefined
    },
  },
  {
    title: 'figures that counted an order twice do not add up',
    kind: 'books',
    async forge({ shop }) {
      await shop.query('update shop.figures set confirmed = confirmed + 1')
      return undefined
    },
  },
]

describe('the audit', () => {
  it('passes an honest day, and sees every promise that is broken by hand', { timeout: 60_000 }, async () => {
    await TrialShop.with(async (shop) => {
      const desk = shop.desk()
      const { receipts, home } = sendCustomers({ orders: orderBook(40, 7), customers: 4, desk: () => desk })
      await home
      expect((await shop.audit(desk, receipts)).breaches).toEqual([])

      const [confirmed] = await shop.query("select id from shop.orders where status = 'confirmed' order by id limit 1")
      const [rejected] = await shop.query("select id from shop.orders where status = 'rejected' order by id limit 1")
      for (const { title, kind, forge } of forgeries) {
        await shop.query('create schema kept')
        const tables = ['orders', 'stock', 'reservations', 'charges', 'figures', 'journal']
        for (const table of tables) await shop.query(`create table kept.${table} as table shop.${table}`)
        const books = { ...receipts, asked: new Set(receipts.asked), accepted: new Set(receipts.accepted) }
        const orderId = await forge({ shop, desk, receipts: books, confirmed: String(confirmed!['id']), rejected: String(rejected!['id']) })

        const { breaches } = await shop.auditNow(desk, books)
        expect(breaches, title).toContainEqual({ kind, orderId, what: expect.any(String) })

        for (const table of tables) await shop.query(`truncate shop.${table}; insert into shop.${table} table kept.${table}`)
        await shop.query('drop schema kept cascade')
        expect((await shop.auditNow(desk, receipts)).breaches, `after: ${title}`).toEqual([])
      }
    })
  })

  it('sees a message that is left over', { timeout: 60_000 }, async () => {
    await TrialShop.with(async (shop) => {
      const desk = shop.desk({ gatewayFails: 'always' })
      const { receipts, home } = sendCustomers({ orders: orderBook(1, 1), customers: 1, desk: () => desk })
      await home
      const { breaches } = await shop.audit(desk, receipts, 1_000)
      expect(breaches.map(({ kind }) => kind)).toContain('left over')
      expect(breaches).toContainEqual({ kind: 'lost', orderId: [...receipts.accepted][0], what: expect.stringContaining('neither confirmed nor rejected') })
    })
  })
})
