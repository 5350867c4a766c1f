import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { IncomingMessages, MessageStore } from '../../runtime/contracts/message-store.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { startsSmallApps } from './small-app.ts'

const start = startsSmallApps()

/** The in-memory store, but for what `bend` says. */
function bent(bend: (incoming: IncomingMessages) => Partial<IncomingMessages>): MessageStore {
  const store = inMemory()
  return { ...store, incoming: { ...store.incoming, ...bend(store.incoming) } }
}

const away = (): JasperError => new JasperError('JASPER_STORE_UNREACHABLE', 'away')

describe('a handler that sends what cannot be stored', () => {
  it('has failed: its message is tried again, then dead, and no place in memory is lost by it', async () => {
    const sent: number[] = []
    const store = bent((incoming) => ({
      settle(settlements) {
        const refused = settlements.some((one) => one.kind === 'complete' && one.sends.length > 0)
        return refused ? Promise.reject(new JasperError('JASPER_BAD_OPTION', 'cannot be stored')) : incoming.settle(settlements)
      },
    }))
    const { app, clock } = await start(
      { Flawed: (run) => run.cascade('Sent', { n: 1 }), Sent: (run) => sent.push(run.message.n) },
      { store, routes: defineRoutes(({ listen }) => listen('local://sent', { buffer: 1 })) },
    )
    await app.bus.send('Flawed', { n: 0 })
    await clock.advance(60_000)
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([
      { error: { type: 'JASPER_BAD_OPTION' }, envelope: { attempts: 5, messageType: 'Flawed' } },
    ])
    await app.bus.send('Sent', { n: 2 })
    await clock.advance(5_000)
    expect(sent).toEqual([2])
  })
})

describe('a settlement whose answer was lost', () => {
  it('has held, and what the handler sent goes its way at once', async () => {
    const sent: number[] = []
    let lose = true
    const store = bent((incoming) => ({
      async settle(settlements) {
        const outcomes = await incoming.settle(settlements)
        if (!lose || !settlements.some((one) => one.kind === 'complete' && one.sends.length > 0)) return outcomes
        lose = false
        throw away()
      },
    }))
    const { app, clock } = await start({ First: (run) => run.cascade('Sent', run.message), Sent: (run) => sent.push(run.message.n) }, { store })
    await app.bus.send('First', { n: 1 })
    await clock.advance(5_000)
    expect(sent).toEqual([1])
    expect(await app.counts()).toEqual([])
  })
})

describe('a buffered message', () => {
  it.each([
    ['comes back, however long it was away', away()],
    ['has been mended, after it refused everything', new JasperError('JASPER_STORE_REFUSED', 'the disk is full')],
  ])('that ends as a dead letter is stored when the database %s', async (_, error) => {
    let isAway = false
    const store = bent((incoming) => ({
      insert: (messages, options) => (isAway ? Promise.reject(error) : incoming.insert(messages, options)),
    }))
    const { app, clock, log } = await start(
      {
        Count: () => {
          throw new Error('never')
        },
      },
      { store, routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered' })) },
    )
    await app.bus.send('Count', { n: 1 })
    isAway = true
    await clock.advance(300_000)
    isAway = false
    await clock.advance(20_000)
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([{ error: { message: 'never' }, envelope: { attempts: 5 } }])
    expect(log.has('is lost')).toBe(false)
  })

  it('is handled once, though what it sends can be stored only after a while', async () => {
    let isAway = true
    let handled = 0
    const sent: number[] = []
    const store = bent((incoming) => ({
      insert: (messages, options) => (isAway ? Promise.reject(away()) : incoming.insert(messages, options)),
    }))
    const { app, clock } = await start(
      {
        Count: (run) => {
          handled += 1
          run.cascade('Sent', run.message)
        },
        Sent: (run) => sent.push(run.message.n),
      },
      { store, routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered' })) },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(300_000)
    isAway = false
    await clock.advance(20_000)
    expect([handled, sent]).toEqual([1, [1]])
  })
})
