import { describe, expect, it } from 'vitest'
import type { DeliveryOptions } from '../../runtime/bus/delivery-options.ts'
import { startsSmallApps } from './small-app.ts'

interface Sender {
  send(name: string, message: unknown, options?: DeliveryOptions): Promise<void>
}

const start = startsSmallApps()

describe('invoke', () => {
  it('resolves with the reply, and what the handler cascades is sent', async () => {
    const sent: number[] = []
    const { app, clock } = await start({
      Ask: (run) => {
        run.cascade('Sent', { n: run.message.n })
        return { answer: run.message.n * 2 }
      },
      Sent: (run) => sent.push(run.message.n),
    })
    expect(await app.bus.invoke('Ask', { n: 21 })).toEqual({ answer: 42 })
    await clock.advance(10)
    expect(sent).toEqual([21])
  })

  it('sends a message under a chosen id once, however often it is invoked', async () => {
    const sent: number[] = []
    const id = '018f4b1c-0000-7000-8000-000000000001'
    const { app, clock } = await start({
      Ask: (run) => (run.context as unknown as Sender).send('Sent', run.message, { id }),
      Sent: (run) => sent.push(run.message.n),
    })
    for (const n of [1, 2]) {
      await app.bus.invoke('Ask', { n })
      await clock.advance(2_000)
    }
    expect(sent).toEqual([1])
  })

  it('rejects with the handler’s own error and sends nothing', async () => {
    const sent: number[] = []
    const { app, clock } = await start({
      Ask: (run) => {
        run.cascade('Sent', { n: 1 })
        throw new RangeError('too much')
      },
      Sent: (run) => sent.push(run.message.n),
    })
    await expect(app.bus.invoke('Ask', { n: 1 })).rejects.toThrow(new RangeError('too much'))
    await clock.advance(10_000)
    expect(sent).toEqual([])
  })

  it.each([{ delay: '10s' as const }, { at: new Date('2030-01-01') }])('refuses a time, for it handles now: %j', async (options) => {
    let handled = 0
    const { app } = await start({ Ask: () => (handled += 1) })
    await expect(app.bus.invoke('Ask', { n: 1 }, options)).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
    expect(handled).toBe(0)
  })
})
