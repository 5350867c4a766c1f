import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DueReport } from '../../runtime/contracts/message-store.ts'
import { DueTimer } from '../../runtime/durability/due-timer.ts'
import { countsAt, message, quiet, Scene } from '../conformance/message-store/scene.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { postgresPlace } from './postgres-harness.ts'

let database: TemporaryDatabase
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())

it('20,000 messages that are due at one instant are made ready page after page, with no pause and no ceiling', async () => {
  const place = postgresPlace(database)
  const scene = new Scene(place)
  try {
    const store = await scene.process()
    const at = new Date(place.clock.now().getTime() + 60_000)
    for (let batch = 0; batch < 10; batch++) {
      await store.incoming.insert(Array.from({ length: 2_000 }, () => message({ scheduledFor: at })), { mayExist: false })
    }
    const pages: DueReport[] = []
    const woken: string[] = []
    // Stands still after it has fired the timer once: whoever paused would wait for ever.
    const clock = new ManualClock()
    const rows = {
      releaseDue: async (limit: number): Promise<DueReport> => {
        const report = await store.incoming.releaseDue(limit)
        pages.push(report)
        return report
      },
    }
    const timer = new DueTimer(rows, clock, quiet, (endpoints) => woken.push(...endpoints))
    place.advance(60_000)
    timer.within(0)
    await clock.advance(10)
    await eventually('the last page has come', () => pages.at(-1)?.more === false, 30_000)
    expect(pages).toHaveLength(20)
    expect(pages.map(({ more }) => more)).toEqual([...Array.from({ length: 19 }, () => true), false])
    expect(new Set(woken)).toEqual(new Set(['local://orders']))
    expect(await countsAt(store)).toMatchObject({ ready: 20_000, scheduled: 0 })
    timer.stop()
  } finally {
    await scene.end()
  }
}, 60_000)
