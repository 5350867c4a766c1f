import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { DeliveryOptions } from '../../runtime/bus/delivery-options.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { chainsOf, registration, startsSmallApps, type Run } from './small-app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'

const start = startsSmallApps()
const blocking = defineRoutes(({ listen }) => listen('local://step', { onDeadLetter: 'block' }))

/** Handlers that say what they do, and fail for the numbers given. */
function recorded(failing: readonly number[] = []) {
  const done: string[] = []
  const running = new Set<string>()
  let most = 0
  const handler = async (run: Run): Promise<void> => {
    const key = run.envelope.orderingKey ?? ''
    if (running.has(key)) throw new Error(`two of ${key} at a time`)
    running.add(key)
    most = Math.max(most, running.size)
    try {
      await new Promise((resolve) => setImmediate(resolve))
      if (failing.includes(run.message.n)) throw new Error(`attempt ${run.envelope.attempts} of ${run.message.n}`)
      done.push(`${key}${run.message.n}`)
    } finally {
      running.delete(key)
    }
  }
  return { done, handler, most: () => most }
}

/** Lets what is under way go on, without any time passing: no beat helps. */
async function turns(clock: ManualClock, isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !isDone(); turn++) await clock.advance(0)
}

describe('messages with equal ordering keys', () => {
  it('are handled one at a time in send order, beside those of other keys, and without waiting for a beat', async () => {
    const { done, handler, most } = recorded()
    const { app, clock } = await start({ Step: handler })
    for (let n = 0; n < 20; n++) for (const orderingKey of ['a', 'b', 'c']) await app.bus.send('Step', { n }, { orderingKey })
    await turns(clock, () => done.length >= 60)
    for (const key of ['a', 'b', 'c']) {
      expect(done.filter((text) => text.startsWith(key))).toEqual(Array.from({ length: 20 }, (_, n) => `${key}${n}`))
    }
    expect(most()).toBe(3)
  })

  it('wait for one that is tried again, and go on behind a dead letter', async () => {
    const { done, handler } = recorded([0])
    const { app, clock } = await start({ Step: handler })
    for (const n of [0, 1, 2]) await app.bus.send('Step', { n }, { orderingKey: 'a' })
    await app.bus.send('Step', { n: 3 }, { orderingKey: 'b' })
    await clock.advance(30_000)
    expect(done).toEqual(['b3'])
    await clock.advance(10_000)
    expect(done).toEqual(['b3', 'a1', 'a2'])
  })

  it('wait behind a dead letter where the endpoint says block; replayed, it goes first', async () => {
    const failing = [0]
    const { done, handler } = recorded(failing)
    const { app, clock, log } = await start({ Step: handler }, { routes: blocking })
    for (const n of [0, 1, 2]) await app.bus.send('Step', { n }, { orderingKey: 'a' })
    await app.bus.send('Step', { n: 3 }, { orderingKey: 'b' })
    await clock.advance(60_000)
    expect(done).toEqual(['b3'])
    expect(await app.counts()).toMatchObject([{ endpoint: 'local://step', ready: 2, blocked: 2, deadLettered: 1 }])
    expect(log.lines.find(({ event }) => event.includes('dead-lettered'))?.fields).toMatchObject({ blocks: 'a' })
    failing.length = 0
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(await app.deadLetters.replay([{ id: letter!.envelope.id, endpoint: letter!.envelope.destination }])).toBe(1)
    await turns(clock, () => done.length >= 4)
    expect(done).toEqual(['b3', 'a0', 'a1', 'a2'])
  })

  it('go on when the dead letter that blocks them is discarded', async () => {
    const { done, handler } = recorded([0])
    const { app, clock } = await start({ Step: handler }, { routes: blocking })
    for (const n of [0, 1]) await app.bus.send('Step', { n }, { orderingKey: 'a' })
    await clock.advance(60_000)
    const [letter] = await app.deadLetters.list({ limit: 10 })
    await app.deadLetters.discard([{ id: letter!.envelope.id, endpoint: letter!.envelope.destination }])
    await turns(clock, () => done.length >= 1)
    expect(done).toEqual(['a1'])
  })

  it('are refused where they cannot be kept, and where they are no keys', async () => {
    const { app } = await start({ Step: () => undefined, Other: () => undefined }, {
      routes: defineRoutes(({ listen }) => listen('local://other', { mode: 'buffered' })),
    })
    const refused = (name: string, options: DeliveryOptions) => expect(app.bus.send(name, { n: 1 }, options)).rejects
    await refused('Other', { orderingKey: 'a' }).toMatchObject({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('local://other, which is buffered') })
    await refused('Step', { orderingKey: '' }).toMatchObject({ code: 'JASPER_BAD_OPTION' })
    await refused('Step', { orderingKey: 'x'.repeat(1_001) }).toMatchObject({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('1001 bytes') })
    await refused('Step', { orderingKey: 'a\0' }).toMatchObject({ code: 'JASPER_BAD_OPTION' })
    await expect(app.bus.invoke('Step', { n: 1 }, { orderingKey: 'a' })).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
    for (const [options, said] of [
      [{ mode: 'buffered', onDeadLetter: 'block' }, 'is buffered'],
      [{ onDeadLetter: 'wait' as 'block' }, "'release' or 'block'"],
    ] as const) {
      const routes = defineRoutes(({ listen }) => listen('local://step', options))
      const definition = { chains: chainsOf({ Step: () => undefined }), messages: [registration('Step')], routes }
      expect(() => buildApp(definition, { name: 'small', store: inMemory() })).toThrow(said)
    }
  })
})

describe('a buffered endpoint', () => {
  it('handles what the store holds for it, as after it was durable, and says so', async () => {
    const store = inMemory()
    const fails = (): void => {
      throw new Error('not yet')
    }
    const durable = await start({ Step: fails }, { store })
    await durable.app.bus.send('Step', { n: 4 })
    await durable.clock.advance(20)
    await durable.app.bus.schedule('Step', { n: 1 }, '10s')
    await durable.app.bus.schedule('Step', { n: 2 }, '10s', { orderingKey: 'a' })
    await durable.app.bus.schedule('Step', { n: 3 }, '10s', { orderingKey: 'a' })
    await durable.app.stop()
    const { done, handler } = recorded()
    const routes = defineRoutes(({ listen }) => listen('local://step', { mode: 'buffered' }))
    const { app, clock, log } = await start({ Step: handler }, { store, routes, clock: durable.clock })
    await durable.clock.advance(11_000)
    await turns(clock, () => done.length >= 4)
    expect(done).toEqual(['4', '1', 'a2', 'a3'])
    expect(await app.counts()).toEqual([])
    expect(log.has('a buffered endpoint has messages in the store')).toBe(true)
  })
})
