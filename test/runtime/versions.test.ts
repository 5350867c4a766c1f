import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inMemory } from 'jasper-runtime'
import { postgres } from 'jasper-runtime/postgres'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from './compiled-app.ts'
import { keptLog } from './small-app.ts'

type Store = ReturnType<typeof inMemory>

const seen = 'export interface Seen { add(message: unknown): void }\n'

const firstVersion = {
  'src/seen.ts': seen,
  'src/messages.ts': 'export interface PlaceOrder { orderId: string; total: number }\n',
  'src/place-order.handler.ts': `
    import type { PlaceOrder } from './messages.ts'
    import type { Seen } from './seen.ts'
    export function handle(command: PlaceOrder, seen: Seen): void {
      seen.add(command)
      throw new Error('version 1 never gets it done')
    }`,
}

const thirdVersion = {
  'src/seen.ts': seen,
  'src/messages.ts': `
    export interface PlaceOrderV1 { orderId: string; total: number }
    /** @version 2 */
    export interface PlaceOrderV2 { orderId: string; total: bigint }
    /** @version 3 */
    export interface PlaceOrder { orderId: string; total: bigint; placedAt: Date | null }

    export const repaired = { yet: false }
    export function upcastV1(old: PlaceOrderV1): PlaceOrderV2 {
      if (old.orderId === 'dead' && !repaired.yet) throw new Error('not repaired yet')
      return { orderId: old.orderId, total: BigInt(old.total * 100) }
    }
    export function upcast(old: PlaceOrderV2): PlaceOrder {
      return { ...old, placedAt: null }
    }`,
  'src/place-order.handler.ts': `
    import type { PlaceOrder } from './messages.ts'
    import type { Seen } from './seen.ts'
    export function handle(command: PlaceOrder, seen: Seen): void { seen.add(command) }`,
}

/** Another service: its type and its file have other names, and only the name on the wire is the same. */
const otherService = {
  'src/seen.ts': seen,
  'src/incoming/bookings.messages.ts': `
    /**
     * @message PlaceOrder
     * @version 3
     */
    export interface Booking { orderId: string; total: bigint; placedAt: Date | null; note?: string }`,
  'src/incoming/book.handler.ts': `
    import type { Booking } from './bookings.messages.ts'
    import type { Seen } from '../seen.ts'
    export function handleBooking(booking: Booking, seen: Seen): void { seen.add(booking) }`,
}

const running: { stop(): Promise<void> }[] = []
let database: TemporaryDatabase
let first: CompiledApp
let third: CompiledApp
let other: CompiledApp

beforeAll(async () => {
  database = await temporaryDatabase()
  first = await compiledApp(firstVersion)
  third = await compiledApp(thirdVersion)
  other = await compiledApp(otherService)
}, 60_000)
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop()))
  await database.pool.query('drop schema if exists jasper cascade')
})
afterAll(async () => {
  await database.drop()
  await removeCompiledApps()
})

async function start(compiled: CompiledApp, store: Store, known: unknown[]) {
  const add = (message: unknown): void => void known.push(message)
  const app = compiled.createApp({ name: 'shop', store, log: keptLog(), services: { seen: { add } } })
  running.push(app)
  await app.start()
  return app
}

/** Stores that outlive an app: a database, and for the in-memory one the store itself. */
const memory = { store: undefined as Store | undefined }
const stores: readonly (readonly [string, () => Store])[] = [
  ['in memory', () => (memory.store ??= inMemory())],
  ['in PostgreSQL', () => postgres({ connectionString: database.url })],
]

describe.each(stores)('messages of version 1 %s', (_, open) => {
  it('stored, scheduled and dead-lettered, are handled by version 3, and its own by another service', { timeout: 40_000 }, async () => {
    const before: unknown[] = []
    const old = await start(first, open(), before)
    await old.bus.send('PlaceOrder', { orderId: 'stored', total: 1 })
    await old.bus.schedule('PlaceOrder', { orderId: 'scheduled', total: 2 }, '4s')
    await old.bus.schedule('PlaceOrder', { orderId: 'dead', total: 3 }, '4s')
    await eventually('version 1 has tried', () => before.length > 0)
    await old.stop()

    const after: unknown[] = []
    const renewed = await start(third, open(), after)
    await eventually('both are handled', () => after.length >= 2)
    expect(after).toEqual(
      expect.arrayContaining([
        { orderId: 'stored', total: 100n, placedAt: null },
        { orderId: 'scheduled', total: 200n, placedAt: null },
      ]),
    )

    const [letter] = await eventually('the third is a dead letter', async () => {
      const letters = await renewed.deadLetters.list({ limit: 10 })
      return letters.length > 0 && letters
    })
    expect(letter?.error.message).toContain('The upcast of PlaceOrder from version 1 to 2 threw')
    expect(letter?.envelope.messageVersion).toBe(1)
    const { repaired } = (await third.file('src/messages.ts')) as { repaired: { yet: boolean } }
    repaired.yet = true
    await renewed.deadLetters.replay([{ id: letter!.envelope.id, endpoint: letter!.envelope.destination }])
    await eventually('the replayed one is handled', () => after.length === 3)
    expect(after[2]).toEqual({ orderId: 'dead', total: 300n, placedAt: null })
    repaired.yet = false

    await renewed.bus.schedule('PlaceOrder', { orderId: 'of today', total: 4n, placedAt: new Date(5) }, '2s')
    await renewed.stop()
    const elsewhere: unknown[] = []
    await start(other, open(), elsewhere)
    await eventually('the other service has it', () => elsewhere.length > 0)
    expect(elsewhere).toEqual([{ orderId: 'of today', total: 4n, placedAt: new Date(5) }])
  })

  it('are parked by a process that does not know how to bring them up to date', { timeout: 30_000 }, async () => {
    memory.store = undefined
    const before: unknown[] = []
    const old = await start(first, open(), before)
    await old.bus.schedule('PlaceOrder', { orderId: 'old', total: 1 }, '1s')
    await old.stop()
    const elsewhere: unknown[] = []
    const app = await start(other, open(), elsewhere)
    const [counts] = await eventually('it is parked', async () => {
      const all = await app.counts()
      return all.some(({ parked }) => parked === 1) && all
    })
    expect(counts?.parked).toBe(1)
    await app.stop()

    const after: unknown[] = []
    await start(third, open(), after)
    await eventually('a process that knows releases and handles it', () => after.length === 1)
    expect(after).toEqual([{ orderId: 'old', total: 100n, placedAt: null }])
    expect(elsewhere).toEqual([])
  })
})
