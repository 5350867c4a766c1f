import { describe, expect, it } from 'vitest'
import { onAnyError } from '../../runtime/config/index.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { housekeepingEveryMs } from '../../runtime/durability/housekeeping.ts'
import { handTransport } from './hand-transport.ts'
import { startsSmallApps } from './small-app.ts'

const start = startsSmallApps()

describe('a message at an inline endpoint whose attempt has failed', () => {
  it('is held by this process while it is tried again, however long that takes', async () => {
    const { transport, deliver, acknowledged } = handTransport()
    let end: (() => void) | undefined
    let attempts = 0
    const { app, clock, log } = await start(
      {
        A: async () => {
          attempts += 1
          if (attempts === 1) throw new Error('the first attempt fails')
          await new Promise<void>((resolve) => (end = resolve))
        },
      },
      {
        transports: [transport],
        policies: onAnyError().retryNow(3),
        routes: defineRoutes(({ listen }) => listen('hand://a', { mode: 'inline', timeout: '1h' })),
      },
    )
    deliver('00000000-0000-7000-8000-000000000001', 1)
    await clock.advance(1_000)
    expect({ attempts, acknowledged: acknowledged.length }).toEqual({ attempts: 2, acknowledged: 1 })
    for (let round = 0; round < 4; round++) await clock.advance(housekeepingEveryMs)
    expect(log.has('this node owns but does not hold')).toBe(false)
    expect(attempts).toBe(2)
    end!()
    await clock.advance(1_000)
    expect(await app.counts()).toEqual([])
  })
})
