import { describe, expect, it } from 'vitest'
import { defineRoutes, type ListenerOptions } from '../../runtime/config/routes.ts'
import type { Claim, IncomingMessages, MessageStore, Settlement } from '../../runtime/contracts/message-store.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { keptLog, smallApp, type Run, type SmallApp } from './small-app.ts'

const unreachable = (): Promise<never> => Promise.reject(new JasperError('JASPER_STORE_UNREACHABLE', 'away'))
const never = (): Promise<never> => new Promise(() => undefined)
const buffered = (options: ListenerOptions, ...names: string[]) =>
  defineRoutes(({ listen }) => names.forEach((name) => listen(`local://${name}`, { mode: 'buffered', ...options })))

async function start(...args: Parameters<typeof smallApp>): Promise<SmallApp> {
  const small = smallApp(...args)
  await small.app.start()
  await small.clock.advance(20)
  return small
}

/** Begins to stop; `stopped` tells whether the stop is over. */
async function stop({ app, clock }: SmallApp): Promise<{ readonly stopped: boolean }> {
  const state = { stopped: false }
  void app.stop().then(() => (state.stopped = true))
  await clock.advance(0)
  return state
}

/** What a store holds after its app has closed it. */
async function reopened(store: MessageStore): Promise<MessageStore> {
  await store.open({ appName: 'small', clock: new ManualClock(), log: keptLog() })
  return store
}

describe('a stop while the database is away', () => {
  it('ends in time, also when the sweep for strays is settling', async () => {
    const store = inMemory()
    const stray = (owner: string): Claim => ({ id: '00000000-0000-7000-8000-000000000001', endpoint: 'local://count', owner, epoch: 1 })
    const incoming: IncomingMessages = { ...store.incoming, ownedBy: (owner) => Promise.resolve([stray(owner)]), settle: unreachable }
    const small = await start({ Count: () => undefined }, { store: { ...store, incoming }, stopTimeout: '5s' })
    await small.clock.advance(125_000)
    expect(small.log.has('owns but does not hold')).toBe(true)
    const state = await stop(small)
    await small.clock.advance(10_000)
    expect(state.stopped).toBe(true)
  })

  it('ends in time, also when it answers nothing at all', async () => {
    const store = inMemory()
    let silent = false
    const incoming: IncomingMessages = {
      ...store.incoming,
      claim: (request) => (silent ? never() : store.incoming.claim(request)),
      settle: (settlements: readonly Settlement[]) => (silent ? never() : store.incoming.settle(settlements)),
    }
    const beat = (id: string, endpoints: readonly string[]) => (silent ? never() : store.nodes.beat(id, endpoints))
    const nodes = { ...store.nodes, beat, leave: never }
    const small = await start(
      { Count: () => (silent = true) },
      { store: { ...store, incoming, nodes, close: never }, stopTimeout: '5s' },
    )
    await small.app.bus.send('Count', { n: 1 })
    await small.clock.advance(5_000)
    const state = await stop(small)
    await small.clock.advance(10_100)
    expect(state.stopped).toBe(true)
    await expect(small.app.bus.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
  })
})

describe('a stop that has waited long enough', () => {
  it('gives back the message of a handler that ends when it is aborted, and counts no attempt', async () => {
    const store = inMemory()
    const small = await start(
      { Slow: (run: Run) => new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason as Error))) },
      { store, stopTimeout: '5s' },
    )
    await small.app.bus.send('Slow', { n: 1 })
    await small.clock.advance(10)
    const state = await stop(small)
    await small.clock.advance(10_000)
    expect(state.stopped).toBe(true)
    const { incoming } = await reopened(store)
    expect(await incoming.claim({ owner: '00000000-0000-7000-8000-00000000000a', endpoint: 'local://slow', limit: 10 })).toMatchObject([
      { envelope: { attempts: 0 } },
    ])
  })

  it('refuses senders that wait for room in memory, and says what is lost there', async () => {
    const small = await start({ Count: never }, { routes: buffered({ parallelism: 1, buffer: 1 }, 'count'), stopTimeout: '5s' })
    await small.app.bus.send('Count', { n: 1 })
    await small.app.bus.send('Count', { n: 2 })
    const third = small.app.bus.send('Count', { n: 3 })
    const refused = expect(third).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    const state = await stop(small)
    await small.clock.advance(10_000)
    await refused
    expect(state.stopped).toBe(true)
    expect(small.log.lines.find(({ event }) => event.includes('lost by the stop'))?.fields).toEqual({ endpoint: 'local://count', messages: 1 })
  })
})

describe('a stop', () => {
  it('handles what buffered endpoints send to each other', async () => {
    const handled: string[] = []
    const step = (to: string) => async (run: Run) => {
      await new Promise((resolve) => setImmediate(resolve))
      handled.push(`${run.envelope.messageType} ${run.message.n}`)
      if (run.message.n > 0) run.cascade(to, { n: run.message.n - 1 })
    }
    const small = await start({ Ping: step('Pong'), Pong: step('Ping') }, { routes: buffered({}, 'ping', 'pong') })
    await small.app.bus.send('Ping', { n: 5 })
    await small.app.stop()
    expect(handled).toEqual(['Ping 5', 'Pong 4', 'Ping 3', 'Pong 2', 'Ping 1', 'Pong 0'])
  })

  it('tries at once what waits in memory for another attempt, until it succeeds or is a dead letter', async () => {
    const store = inMemory()
    const succeeded: number[] = []
    const small = await start(
      {
        Count: (run) => {
          if (run.message.n === 0 || run.envelope.attempts < 3) throw new Error('again')
          succeeded.push(run.message.n)
        },
      },
      { store, routes: buffered({}, 'count') },
    )
    await small.app.bus.send('Count', { n: 0 })
    await small.app.bus.send('Count', { n: 1 })
    await small.clock.advance(150)
    await small.app.stop()
    expect(succeeded).toEqual([1])
    const { deadLetters } = await reopened(store)
    expect(await deadLetters.list({ limit: 10 })).toMatchObject([{ envelope: { attempts: 5 } }])
  })

  it('waits for what was invoked, and aborts it when that takes too long', async () => {
    const gates: (() => void)[] = []
    let signal: AbortSignal | undefined
    const small = await start(
      {
        Quick: () => new Promise<void>((resolve) => gates.push(resolve)),
        Stuck: (run) => new Promise((_, reject) => (signal = run.signal).addEventListener('abort', () => reject(new Error('aborted')))),
      },
      { stopTimeout: '5s' },
    )
    const quick = small.app.bus.invoke('Quick', { n: 1 })
    const stuck = expect(small.app.bus.invoke('Stuck', { n: 1 })).rejects.toThrow('aborted')
    const state = await stop(small)
    await small.clock.advance(1_000)
    gates.shift()!()
    await quick
    expect([state.stopped, signal!.aborted]).toEqual([false, false])
    await small.clock.advance(4_500)
    await stuck
    expect(state.stopped).toBe(true)
  })
})
