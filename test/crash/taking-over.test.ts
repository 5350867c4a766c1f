import { describe, expect, it } from 'vitest'
import { sendCustomers } from '../../fixtures/apps/order-desk/demo/customers.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { eventually } from '../support/eventually.ts'
import { TrialShop, type DeskTwist } from './trial-shop.ts'

/** Most of it is waiting for a place, see trial-shop.ts. */
const timeout = 150_000

const orders = orderBook(6, 3).map((order) => ({
  ...order,
  lines: [{ sku: 'brass-kettle', quantity: 1, priceCents: 34_50n }],
  payment: { by: 'card' as const, lastDigits: '4242' },
}))

/**
 * Every order waits for an answer of the gateway that does not come while the process lives. Each that waits holds a
 * connection: there are enough that none keeps another from coming so far.
 */
const atWork: DeskTwist = { gatewayMs: 120_000, gatewayFails: 'never', connections: 2 * orders.length }

async function countSteps(shop: TrialShop, step: string): Promise<number> {
  const [row] = await shop.query('select count(*)::int as steps from shop.journal where step = $1', [step])
  return Number(row!['steps'])
}

/** Kills a process that has all orders in hand; `next` has the other that is to do them. Milliseconds from the kill until it has. */
async function measure(shop: TrialShop, next: { readonly startsAfterTheKill: boolean }): Promise<number> {
  const victim = shop.desk(atWork)
  await victim.opened
  const { receipts, home } = sendCustomers({ orders, customers: orders.length, desk: () => victim })
  await home
  await eventually('the process has all of them in hand', async () => (await countSteps(shop, 'reserved')) === orders.length, 30_000)
  const start = () => shop.desk({ gatewayFails: 'never' })
  const early = next.startsAfterTheKill ? undefined : start()
  await early?.opened

  const killed = performance.now()
  expect(await victim.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  const other = early ?? start()
  await eventually('all of it has run elsewhere', async () => (await countSteps(shop, 'charged')) === orders.length, 60_000)
  const took = performance.now() - killed
  expect(await shop.audit(other, receipts)).toMatchObject({ breaches: [], confirmed: orders.length, letters: orders.length })
  return took
}

/** On a machine of its own it is what is promised; this one may be busy with other things. */
const allowanceMs = 10_000

describe('the work of a process that was killed', () => {
  it('runs in another process within 5 s', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const took = await measure(shop, { startsAfterTheKill: false })
      console.info(`From SIGKILL until all its work had run in another process: ${Math.round(took)} ms`)
      expect(took).toBeLessThan(5_000 + allowanceMs)
    })
  })

  it('runs in its next life within 3 s and the start', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const took = await measure(shop, { startsAfterTheKill: true })
      console.info(`From SIGKILL until all its work had run in its next life, its start included: ${Math.round(took)} ms`)
      expect(took).toBeLessThan(3_000 + allowanceMs)
    })
  })
})
