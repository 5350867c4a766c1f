import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/index.ts'
import { delayed, isWrapped, reply, scheduled, sendTo, withOptions } from '../../runtime/bus/wrapped-message.ts'
import { isSideEffect } from '../../runtime/bus/side-effect.ts'
import type { CascadeOptions } from '../../runtime/dispatch/chain-run.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { startsSmallApps, type Numbered, type Run } from './small-app.ts'

const start = startsSmallApps()

/** An app in which `Ask` returns what it is given, and `Sent` notes where and when it came. */
async function sends(how: (message: Numbered) => CascadeOptions & { readonly message: Numbered }) {
  const arrived: Envelope[] = []
  const routes = defineRoutes(({ listen }) => listen('local://archive'))
  const small = await start(
    {
      Ask: (run) => {
        const wrapped = how({ n: run.message.n })
        run.cascade('Sent', wrapped.message, wrapped)
      },
      Sent: (run) => arrived.push(run.envelope),
    },
    { routes },
  )
  return { ...small, arrived }
}

describe('a returned message', () => {
  it('that is delayed or scheduled is handled at its time and not before', async () => {
    const at = new Date(1_800_000_000_000)
    expect(scheduled({ n: 1 }, at)).toMatchObject({ message: { n: 1 }, options: { at }, destination: undefined })
    const { app, clock, arrived } = await sends((message) => delayed(message, '10m', { headers: { lane: 'slow' } }))
    await app.bus.invoke('Ask', { n: 1 })
    await clock.advance(599_000)
    expect(arrived).toHaveLength(0)
    await clock.advance(2_000)
    expect(arrived.map(({ headers }) => headers)).toEqual([{ lane: 'slow' }])
  })

  it('goes to the destination that its handler names', async () => {
    const { app, clock, arrived } = await sends((message) => sendTo(message, 'local://archive'))
    await app.bus.invoke('Ask', { n: 1 })
    await clock.advance(50)
    expect(arrived.map(({ destination }) => destination)).toEqual(['local://archive'])
  })

  it('carries the options that its handler gives', async () => {
    const { app, clock, arrived } = await sends((message) => withOptions(message, { orderingKey: 'k', correlationId: 'c' }))
    await app.bus.invoke('Ask', { n: 1 })
    await clock.advance(50)
    expect(arrived).toMatchObject([{ orderingKey: 'k', correlationId: 'c' }])
  })

  it.each([
    ['local://nowhere', 'JASPER_UNKNOWN_DESTINATION'],
    ['pigeon://loft', 'JASPER_UNKNOWN_DESTINATION'],
  ])('is refused, and its handler with it, at %s', async (destination, code) => {
    const { app, clock, arrived } = await sends((message) => sendTo(message, destination))
    await expect(app.bus.invoke('Ask', { n: 1 })).rejects.toMatchObject({ code })
    await clock.advance(50)
    expect(arrived).toEqual([])
  })

  it('that nobody handles is refused at a local queue that its handler names', async () => {
    const { app } = await start({ Ask: (run) => run.cascade('Gone', { n: 1 }, sendTo({}, 'local://ask')) }, {
      messages: ['Ask', 'Gone'].map((name) => ({ name, version: 1, codec: { encode: () => '{}', decode: (json) => json } })),
    })
    await expect(app.bus.invoke('Ask', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NO_SUBSCRIBER' })
  })
})

describe('a handler that goes on for ever', () => {
  it('ends at the first message that it sends on after its deadline', async () => {
    let turns = 0
    let closed = false
    async function* forEver(run: Run) {
      try {
        for (;;) {
          turns += 1
          await new Promise((resolve) => setImmediate(resolve))
          yield run.message
        }
      } finally {
        closed = true
      }
    }
    const { app, clock } = await start({
      Ask: async (run) => {
        for await (const sent of forEver(run)) run.cascade('Sent', sent)
      },
      Sent: () => undefined,
    })
    const failed = expect(app.bus.invoke('Ask', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_HANDLER_TIMEOUT' })
    await clock.advance(61_000)
    await failed
    expect(closed).toBe(true)
    expect(turns).toBeGreaterThan(1)
  })
})

describe('what is told apart', () => {
  it('a wrapper from another, from a message of the same members, and from nothing', () => {
    const wrapped = reply({ n: 1 })
    expect(isWrapped(wrapped, 'reply')).toBe(true)
    expect(isWrapped(wrapped, 'scheduled')).toBe(false)
    expect(isWrapped({ ...JSON.parse(JSON.stringify(wrapped)) }, 'reply')).toBe(false)
    expect([undefined, null, 'reply', 1].map((value) => isWrapped(value, 'reply'))).toEqual([false, false, false, false])
  })

  it('a side effect from a message with data under its name', () => {
    expect(isSideEffect({ execute: () => undefined })).toBe(true)
    expect(isSideEffect({ execute: 'at dawn' })).toBe(false)
    expect([undefined, null, () => undefined].map(isSideEffect)).toEqual([false, false, false])
  })
})
