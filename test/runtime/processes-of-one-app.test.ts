import { afterEach, describe, expect, it } from 'vitest'
import type { AppOptions } from '../../runtime/host/app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { defineRoutes, type Routes } from '../../runtime/config/routes.ts'
import { housekeepingEveryMs } from '../../runtime/durability/housekeeping.ts'
import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { installFaultPoints } from '../../runtime/timing/fault-point.ts'
import { message, quiet, uuid } from '../conformance/message-store/scene.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { chainsOf, keptLog, registration, smallApp, type KeptLog, type Run, type SmallApp } from './small-app.ts'

/** Processes of one app over one store, in one process, on a clock that they share. Only their beats tell them of each other. */
class Processes {
  readonly clock = new ManualClock()
  readonly #rows = new InMemoryRows()
  readonly #apps: SmallApp['app'][] = []

  async start(
    handlers: Record<string, (run: Run) => unknown>,
    { version = 1, routes, ...options }: Partial<AppOptions> & { readonly version?: number; readonly routes?: Routes } = {},
  ): Promise<{ readonly app: SmallApp['app']; readonly log: KeptLog }> {
    const log = keptLog()
    const messages = Object.keys(handlers).map((name) => registration(name, version))
    const app = buildApp<Record<string, { message: { readonly n: number }; reply: unknown }>>(
      { chains: chainsOf(handlers), messages, routes },
      { name: 'small', store: inMemoryStoreOver(this.#rows), clock: this.clock, log, ...options },
    )
    this.#apps.push(app)
    await app.start()
    await this.clock.advance(0)
    return { app, log }
  }

  /** What a process leaves behind that died with so many messages in its hands. */
  async dead(count: number): Promise<void> {
    const store = inMemoryStoreOver(this.#rows)
    await store.open({ appName: 'small', clock: this.clock, log: quiet })
    const id = uuid()
    await store.nodes.register({ id, host: 'elsewhere', pid: 1 })
    const body = (n: number): Uint8Array => new TextEncoder().encode(JSON.stringify({ n }))
    const left = Array.from({ length: count }, (_, n) => message({ messageType: 'Count', destination: 'local://count', body: body(n) }))
    await store.incoming.insert(left, { mayExist: false })
    await store.incoming.claim({ owner: id, endpoint: 'local://count', limit: count })
    await store.close()
  }

  async end(): Promise<void> {
    const stopping = Promise.all(this.#apps.map((app) => app.stop()))
    await this.clock.advance(60_000)
    await stopping
  }
}

const beatMs = 1_200
let processes = new Processes()
afterEach(async () => {
  installFaultPoints(undefined)
  await processes.end()
  processes = new Processes()
})

describe('a rolling deploy', () => {
  it('leaves a message to the process that knows its version, which is running already, within two beats', async () => {
    const [olds, news]: [number[], number[]] = [[], []]
    const old = await processes.start({ Count: (run) => void olds.push(run.message.n) })
    const next = await processes.start({ Count: (run) => void news.push(run.message.n) }, { version: 2 })
    // Stored for whoever claims first, and that is the old one.
    await next.app.bus.schedule('Count', { n: 1 }, '10s')
    await old.app.bus.schedule('Count', { n: 2 }, '10s')
    for (let waited = 0; waited < 10_000 + 3 * beatMs && news.length + olds.length < 2; waited += 100) await processes.clock.advance(100)
    expect([olds, news]).toEqual([[2], [1]])
    expect(await next.app.counts()).toEqual([])
  })

  it('parks what a process does not know once, and not again and again', async () => {
    const old = await processes.start({ Count: () => undefined })
    const newer = await processes.start({ Count: () => undefined }, { version: 2, sendOnly: true })
    await newer.app.bus.send('Count', { n: 1 })
    await processes.clock.advance(20 * beatMs)
    expect(old.log.lines.filter(({ event }) => event.includes('type is unknown here'))).toHaveLength(1)
    expect(await old.app.counts()).toMatchObject([{ parked: 1, claimed: 0, ready: 0 }])
    const handled: number[] = []
    await processes.start({ Count: (run) => void handled.push(run.message.n) }, { version: 2 })
    await processes.clock.advance(2 * beatMs)
    expect(handled).toEqual([1])
    expect(old.log.lines.filter(({ event }) => event.includes('type is unknown here'))).toHaveLength(1)
  })

  it('keeps the order of a key over both versions', async () => {
    const order: string[] = []
    await processes.start({ Count: (run) => void order.push(`1:${run.message.n}`) })
    const sender1 = await processes.start({ Count: () => undefined }, { sendOnly: true })
    const sender2 = await processes.start({ Count: () => undefined }, { sendOnly: true, version: 2 })
    for (let n = 0; n < 6; n++) await (n % 2 === 0 ? sender1 : sender2).app.bus.send('Count', { n }, { orderingKey: 'a' })
    await processes.clock.advance(2 * beatMs)
    expect(order).toEqual(['1:0'])
    await processes.start({ Count: (run) => void order.push(`2:${run.message.n}`) }, { version: 2 })
    await processes.clock.advance(20 * beatMs)
    expect(order).toEqual(['1:0', '2:1', '1:2', '2:3', '1:4', '2:5'])
  })

  it('makes a dead letter of what nobody has known for as long as parkFor says', async () => {
    const old = await processes.start({ Count: () => undefined }, { parkFor: '10m' })
    const newer = await processes.start({ Count: () => undefined }, { version: 2, sendOnly: true, parkFor: '10m' })
    await newer.app.bus.send('Count', { n: 1 })
    await processes.clock.advance(9 * 60_000)
    expect(await old.app.counts()).toMatchObject([{ parked: 1, deadLettered: 0 }])
    await processes.clock.advance(3 * 60_000)
    expect(await old.app.counts()).toMatchObject([{ parked: 0, deadLettered: 1 }])
    expect(old.log.has('parked too long') || newer.log.has('parked too long')).toBe(true)
  })
})

describe('a process that only sends', () => {
  it('stores what it sends, to buffered endpoints too, for others to handle; invoke works', async () => {
    const handled: string[] = []
    const routes = defineRoutes(({ listen }) => listen('local://thumb', { mode: 'buffered' }))
    const handlersOf = (who: string) => ({
      Count: (run: Run) => void handled.push(`${who} counts ${run.message.n}`),
      Thumb: (run: Run) => void handled.push(`${who} thumbs ${run.message.n}`),
    })
    const web = await processes.start(handlersOf('web'), { sendOnly: true, routes })
    expect(web.app.describe()).toMatchObject({ sendOnly: true, recovery: true })
    await web.app.bus.send('Count', { n: 1 })
    await web.app.bus.send('Thumb', { n: 2 })
    await processes.clock.advance(60_000)
    expect(handled).toEqual([])
    expect(await web.app.counts()).toMatchObject([{ endpoint: 'local://count', ready: 1 }, { endpoint: 'local://thumb', ready: 1 }])
    await web.app.bus.invoke('Count', { n: 3 })
    await processes.start(handlersOf('worker'), { routes })
    await processes.clock.advance(beatMs)
    expect(handled.sort()).toEqual(['web counts 3', 'worker counts 1', 'worker thumbs 2'])
  })
})

describe('recovery', () => {
  it('is left to others by a process that is told so, which says it in its description', async () => {
    await processes.dead(10)
    const handled: number[] = []
    const bystander = await processes.start({ Count: (run) => void handled.push(run.message.n) }, { recovery: false })
    expect(bystander.app.describe()).toMatchObject({ recovery: false, sendOnly: false })
    await processes.clock.advance(10 * 60_000)
    expect(await bystander.app.counts()).toMatchObject([{ claimed: 10 }])
    await processes.start({ Count: (run) => void handled.push(run.message.n) })
    await processes.clock.advance(30_000)
    expect(handled.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('hands over no more at a time than the endpoint handles', async () => {
    await processes.dead(10)
    let [now, most] = [0, 0]
    const done: number[] = []
    const routes = defineRoutes(({ listen }) => listen('local://count', { parallelism: 2 }))
    const handler = async (run: Run): Promise<void> => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      done.push(run.message.n)
    }
    await processes.start({ Count: handler }, { routes })
    for (let waited = 0; waited < 60_000 && done.length < 10; waited += 100) await processes.clock.advance(100)
    expect([done.length, most]).toEqual([10, 2])
  })

  it('refuses options that are neither true nor false', () => {
    expect(() => smallApp({}, { recovery: 'no' as unknown as boolean })).toThrow('recovery is "no"')
    expect(() => smallApp({}, { sendOnly: 1 as unknown as boolean })).toThrow('sendOnly is 1')
  })
})

describe('a claim that its living owner no longer has in memory', () => {
  it('is found and run again without a restart', async () => {
    const handled: number[] = []
    let lost = 0
    installFaultPoints((point) => {
      if (point === 'dispatch.before-keep' && ++lost === 1) throw new Error('forgotten')
    })
    const { app, log } = await processes.start({ Count: (run) => void handled.push(run.message.n) })
    await app.bus.send('Count', { n: 1 }, { orderingKey: 'a' })
    await app.bus.send('Count', { n: 2 }, { orderingKey: 'a' })
    await processes.clock.advance(housekeepingEveryMs)
    expect([handled, lost]).toEqual([[], 1])
    expect(await app.counts()).toMatchObject([{ claimed: 1, ready: 1 }])
    await processes.clock.advance(housekeepingEveryMs + beatMs)
    expect(handled).toEqual([1, 2])
    expect(log.has('owns but does not hold')).toBe(true)
  })
})
