import { expect, it } from 'vitest'
import { carriedThrough } from '../../fixtures/apps/order-desk/demo/carried-through.ts'
import { sendCustomers } from '../../fixtures/apps/order-desk/demo/customers.ts'
import { DeskCannotOpen, type DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { endlessOrders, randomFrom } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { TrialShop } from './trial-shop.ts'

const seconds = Number(process.env['JASPER_CRASH_SECONDS'] ?? '30')
const seed = Number(process.env['JASPER_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** An attempt that a cut connection ends counts as failed, and five of them make a dead letter: so many cuts are harmless. */
const mostCuts = 2

it(`random kills, stalls, stops and cuts for ${seconds} s break no promise`, { timeout: (seconds + 120) * 1_000 }, async () => {
  console.info(`Random kills: JASPER_CRASH_SEED=${seed} JASPER_CRASH_SECONDS=${seconds}`)
  await TrialShop.with(async (shop) => {
    const random = randomFrom(seed)
    const between = (low: number, high: number): number => low + random() * (high - low)
    const told = { kills: 0, stalls: 0, stops: 0, cuts: 0, refusals: 0 }
    const desks: DeskProcess[] = []
    /** An app whose database cuts it off while it opens says so and ends; who supervises it starts it again. */
    const open = (at: number): void => {
      const desk = (desks[at] = shop.desk())
      desk.opened.catch((error: unknown) => {
        if (!isCutOff(error)) return
        told.refusals += 1
        if (desks[at] === desk) open(at)
      })
    }
    open(0)
    open(1)

    const end = performance.now() + seconds * 1_000
    function* orders() {
      for (const order of endlessOrders(seed)) {
        if (performance.now() > end) return
        yield order
      }
    }
    let turn = 0
    const { receipts, home } = sendCustomers({
      orders: orders(),
      customers: 8,
      paceMs: 40,
      asksAgain: isCutOff,
      desk: () => desks[turn++ % desks.length]!,
    })
    home.catch(() => undefined)

    await Promise.all(desks.map((desk) => desk.opened))
    while (performance.now() < end) {
      await later(between(100, 2_500))
      const at = Math.floor(random() * desks.length)
      const desk = desks[at]!
      const lot = random()
      if (lot < 0.6) {
        told.kills += 1
        await desk.kill()
        await later(between(0, 800))
        open(at)
      } else if (lot < 0.75) {
        told.stalls += 1
        desk.signal('SIGSTOP')
        await later(between(200, 4_000))
        desk.signal('SIGCONT')
      } else if (lot < 0.9 || told.cuts === mostCuts) {
        told.stops += 1
        const { isOpen } = desk
        desk.signal('SIGTERM')
        const ending = await desk.ended
        // Before it has opened it may not have learnt yet what the signal means.
        if (isOpen) expect(ending, `seed ${seed}: the end of a graceful stop`).toEqual({ code: 0, signal: null })
        open(at)
      } else {
        told.cuts += 1
        await shop.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`)
      }
    }
    await home
    while (!desks[0]!.isOpen) {
      await desks[0]!.opened.catch((error: unknown) => {
        if (!isCutOff(error)) throw error
      })
    }
    // Four failed attempts of one message take 36 s.
    await carriedThrough({ desk: () => desks[0]!, orders: receipts.accepted.size, deadlineMs: 60_000 })
    const report = await shop.auditNow(desks[0]!, receipts)
    console.info(`${receipts.accepted.size} orders, ${told.kills} kills, ${told.stalls} stalls, ${told.stops} stops, ${told.cuts} cuts, ` +
      `${receipts.askedAgain} asked for again, ${report.letterTwice} letters twice`)
    expect(report.breaches, `seed ${seed}`).toEqual([])
    expect(report.confirmed + report.rejected).toBe(receipts.accepted.size)
    // The only ends that nobody asked for are those of desks that were cut off before they had opened: at most both, at each cut.
    expect(told.refusals, `seed ${seed}`).toBeLessThanOrEqual(told.cuts * desks.length)
    expect(shop.crashes, `seed ${seed}`).toHaveLength(told.refusals)
    expect(told.kills + told.stalls + told.stops + told.cuts).toBeGreaterThan(0)
  })
})

function isCutOff(error: unknown): boolean {
  return error instanceof DeskCannotOpen && error.message.includes('JASPER_STORE_UNREACHABLE')
}

/** The time of a fault is the random thing here, not something to wait for. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
