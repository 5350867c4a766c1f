import { expect, it } from 'vitest'
import { DeskGone } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { TrialShop } from './trial-shop.ts'

it('a desk that is told to close before it has opened closes, and its customers may ask the next', { timeout: 120_000 }, async () => {
  await TrialShop.with(async (shop) => {
    const [order] = orderBook(1, 1)
    // Node starts, the app starts, the app is open: a signal at each of these times, on a machine of any speed.
    for (let afterMs = 50; ; afterMs += 50) {
      const desk = shop.desk({ gatewayFails: 'never' })
      const answer = desk.place(order!).then(
        () => 'accepted',
        (error: unknown) => (error instanceof DeskGone ? 'gone' : error),
      )
      await later(afterMs)
      const { isOpen } = desk
      const ending = await desk.stop()
      expect(['accepted', 'gone'], `told after ${afterMs} ms`).toContain(await answer)
      expect([{ code: 0, signal: null }, { code: null, signal: 'SIGTERM' }], `told after ${afterMs} ms`).toContainEqual(ending)
      if (isOpen) break
    }
    expect(shop.crashes).toEqual([])
  })
})

/** The time of the signal is what varies here, not something to wait for. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
