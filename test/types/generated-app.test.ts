import { describe, expect, it } from 'vitest'
import { check, codes } from './check-app.ts'

describe('an app with providers', () => {
  const providers = (...lines: readonly string[]) =>
    check(
      'providers',
      "import { inMemory } from 'jasper-runtime'",
      "import { createApp, type Services } from './generated/jasper/index.ts'",
      "import { makeSingletons, type Singletons } from './generated/jasper/singletons.ts'",
      "import { orderPlacedChain } from './generated/jasper/order-placed.chain.ts'",
      'export const used = [inMemory, createApp, makeSingletons, orderPlacedChain]',
      'export type Used = [Services, Singletons]',
      ...lines,
    )

  it('needs the services of its providers, and nothing that they provide', () => {
    const found = providers(
      'const journal = { note: (line: string) => void line }',
      "createApp({ name: 'shop', store: inMemory(), services: { journal } })",
      'export const needed: keyof Services = Math.random() < 2 ? \'journal\' : \'journal\'',
    )
    expect(found).toEqual([])
    const refused = providers(
      "createApp({ name: 'shop', store: inMemory() })",
      "createApp({ name: 'shop', store: inMemory(), services: {} })",
      "createApp({ name: 'shop', store: inMemory(), services: { journal: { note: 1 } } })",
      "createApp({ name: 'shop', store: inMemory(), services: { journal: { note: () => {} }, rates: undefined } })",
    )
    expect(codes(refused)).toEqual(['TS2345', 'TS2741', 'TS2322', 'TS2353'])
    expect(refused[1]).toContain('journal')
  })

  it('has each singleton under the type that its provider says', () => {
    const found = providers(
      'declare const singletons: Singletons',
      "export const perEuro: number = singletons.rates.perEuro('SEK')",
      'await singletons.connection[Symbol.asyncDispose]()',
    )
    expect(found).toEqual([])
    expect(codes(providers('declare const singletons: Singletons', 'singletons.rates.perEuro(1)', 'singletons.clock'))).toEqual(['TS2345', 'TS2339'])
  })
})

describe('an app with services and a reply', () => {
  const shop = (...lines: readonly string[]) =>
    check(
      'transaction-and-union',
      "import { inMemory, type MessageContext } from 'jasper-runtime'",
      "import { createApp, type Context, type Messages } from './generated/jasper/index.ts'",
      "import type { OrderPlaced, OrderRejected, PlaceOrder } from './orders/messages.ts'",
      'declare const context: MessageContext',
      'declare const own: Context',
      'declare const order: PlaceOrder',
      'const mailer = { confirm: async () => {} }',
      "const app = createApp({ name: 'shop', store: inMemory(), services: { mailer } })",
      'export const used: [MessageContext, Context, PlaceOrder, Messages[keyof Messages] | undefined] = [context, own, order, undefined]',
      'export type Replies = OrderPlaced | OrderRejected',
      'void app',
      ...lines,
    )

  it('takes each message by its name with its payload, on the bus and in both contexts', () => {
    const found = shop(
      "await app.bus.send('PlaceOrder', order)",
      "await app.bus.publish('OrderPlaced', { orderId: '1', total: 2 })",
      "await app.bus.schedule('OrderRejected', { orderId: '1', reason: 'late' }, '10m')",
      "await context.send('PlaceOrder', order)",
      "await own.publish('PlaceOrder', order)",
      "await app.bus.sendTo('archive', 'PlaceOrder', order, { orderingKey: 'a' })",
      "await own.sendTo('rabbitmq://queue/orders', 'PlaceOrder', order)",
      "await own.toTopic('orders.eu', 'PlaceOrder', order, { deliverWithin: '1h' })",
      "export const goes: readonly string[] = app.previewRoutes('PlaceOrder').destinations.map(({ address, by }) => `${address} ${by}`)",
    )
    expect(found).toEqual([])
  })

  it('refuses a name that no message has, everywhere', () => {
    const found = shop(
      "await app.bus.send('PlaceOdrer', order)",
      "await app.bus.invoke('PlaceOdrer', order)",
      "await context.send('PlaceOdrer', order)",
      "await own.send('PlaceOdrer', order)",
      "await own.sendTo('archive', 'PlaceOdrer', order)",
      "await own.toTopic('orders.eu', 'PlaceOdrer', order)",
      "app.previewRoutes('PlaceOdrer')",
    )
    expect(codes(found)).toEqual(['TS2345', 'TS2345', 'TS2345', 'TS2345', 'TS2345', 'TS2345', 'TS2345'])
    expect(found[0]).toContain('"PlaceOdrer"')
  })

  it('types what recurs by its name, as a value and as a function of its tick', () => {
    const recurring = (...lines: readonly string[]) =>
      shop(
        "import { defineRoutes } from 'jasper-runtime/config'",
        "import { cron } from 'jasper-runtime/cron'",
        "const at = cron('0 3 * * *')",
        'export const routes = defineRoutes<Messages>(({ recur }) => {',
        ...lines,
        '})',
      )
    const taken = recurring(
      "recur('a', { at, message: 'PlaceOrder', body: order })",
      "recur('b', { at, message: 'OrderPlaced', body: (tick: Date) => ({ orderId: tick.toISOString(), total: 2 }), missed: 'skip' })",
      "recur('c', { at, message: 'OrderPlaced', body: async () => ({ orderId: '1', total: 2 }) })",
    )
    expect(taken).toEqual([])
    const refused = recurring(
      "recur('a', { at, message: 'PlaceOdrer', body: order })",
      "recur('b', { at, message: 'OrderPlaced', body: { orderId: '1', total: 'two' } })",
      "recur('c', { at, message: 'OrderPlaced', body: () => ({ orderId: '1', total: 'two' }) })",
      "recur('d', { at: '0 3 * * *', message: 'PlaceOrder', body: order })",
    )
    expect(codes(refused)).toEqual(['TS2820', 'TS2322', 'TS2322', 'TS2322'])
  })

  it('refuses the payload of another message', () => {
    const found = shop(
      "await app.bus.send('PlaceOrder', { orderId: '1', total: 2 })",
      "await context.send('OrderPlaced', { orderId: '1', total: 'two' })",
    )
    expect(codes(found)).toEqual(['TS2353', 'TS2322'])
  })

  it('types what invoke resolves with by the reply', () => {
    const found = shop(
      "const reply: OrderPlaced | OrderRejected = await app.bus.invoke('PlaceOrder', order)",
      "const nothing: undefined = await app.bus.invoke('OrderPlaced', { orderId: '1', total: 2 })",
      "const wrong: OrderPlaced = await app.bus.invoke('PlaceOrder', order)",
      'export const replies = [reply, nothing, wrong] as const',
    )
    expect(codes(found)).toEqual(['TS2322'])
  })

  it('refuses createApp without its services, with one missing, and with one of another shape', () => {
    const found = shop(
      "createApp({ name: 'shop', store: inMemory() })",
      "createApp({ name: 'shop', store: inMemory(), services: {} })",
      "createApp({ name: 'shop', store: inMemory(), services: { mailer: {} } })",
    )
    expect(codes(found)).toEqual(['TS2345', 'TS2741', 'TS2741'])
    expect(found[1]).toContain("Property 'mailer' is missing")
  })
})

describe('an app with separate handlers', () => {
  it('refuses to invoke or to request what they have each for themselves, and nothing else of it', () => {
    const found = check(
      'separate-handlers',
      "import { inMemory } from 'jasper-runtime'",
      "import { createApp } from './generated/jasper/index.ts'",
      "const { bus } = createApp({ name: 'shop', store: inMemory() })",
      "await bus.invoke('OrderPaid', { orderId: '1' })",
      "await bus.send('OrderPlaced', { orderId: '1' })",
      "await bus.invoke('OrderPlaced', { orderId: '1' })",
      "await bus.request('OrderPaid', { orderId: '1' }, { timeout: '1s' })",
      "await bus.request('OrderPlaced', { orderId: '1' })",
      "await bus.request('OrderPlaced', { orderId: '1' }, { timeout: '1s' })",
      "const paid: { readonly orderId: string } = await bus.request('OrderPlaced', { orderId: '1' }, { to: 'demo://queue/a', expects: 'OrderPaid' })",
      "const done: undefined = await bus.request('OrderPlaced', { orderId: '1' }, { to: 'demo://queue/a', ackRequested: true })",
      'export const answers = [paid, done]',
    )
    expect(found.map((line) => /^src\/uses\.ts:(\d+)/.exec(line)?.[1])).toEqual(['6', '8', '9'])
    for (const line of found) expect(line).toContain('OrderPlaced')
  })
})

describe('an app that does not register its messages', () => {
  const second = (...lines: readonly string[]) =>
    check(
      'second-app-with-routes',
      "import type { MessageContext } from 'jasper-runtime'",
      "import type { Context } from './generated/jasper/index.ts'",
      'export async function use(bare: MessageContext, own: Context): Promise<void> {',
      ...lines,
      '}',
    )

  it('leaves the bare MessageContext without names', () => {
    expect(codes(second("  await bare.send('ResizeImage', { path: 'a.png' })", '  void own'))).toEqual(['TS2345'])
  })

  it('has a Context of its own that knows them', () => {
    expect(second("  await own.send('ResizeImage', { path: 'a.png' })", '  void bare')).toEqual([])
  })
})

describe('the outbox of an app', () => {
  const shop = (...lines: readonly string[]) =>
    check(
      'transaction-and-union',
      "import type { Client, Pool, PoolClient } from 'pg'",
      "import { inMemory } from 'jasper-runtime'",
      "import { createApp } from './generated/jasper/index.ts'",
      "import type { PlaceOrder } from './orders/messages.ts'",
      'declare const pool: Pool, client: PoolClient, single: Client, order: PlaceOrder',
      "const app = createApp({ name: 'shop', store: inMemory(), services: { mailer: { confirm: async () => {} } } })",
      'export const used = [pool, client, single, order, app]',
      ...lines,
    )

  it('types the transaction by the handle, the bus by the messages, and resolves with what the callback does', () => {
    const found = shop(
      'const placed: number = await app.outbox.transaction(pool, async (tx, bus) => {',
      "  const { rows } = await tx.query<{ n: number }>('select 1 as n')",
      "  await bus.send('PlaceOrder', order)",
      "  await bus.schedule('OrderPlaced', { orderId: '1', total: 2 }, '10m')",
      '  return rows.length',
      "}, { isolation: 'serializable' })",
      "const text: string = await app.outbox.within(client, async (bus) => { await bus.publish('PlaceOrder', order); return 'text' })",
      "await app.outbox.within(single, (bus) => bus.send('PlaceOrder', order), { notify: false })",
      'export const results = [placed, text]',
    )
    expect(found).toEqual([])
  })

  it('refuses names and payloads that the app does not have, and what no library knows', () => {
    const found = shop(
      "await app.outbox.transaction(pool, (_, bus) => bus.send('PlaceOdrer', order))",
      "await app.outbox.within(client, (bus) => bus.send('OrderPlaced', { orderId: '1', total: 'two' }))",
      'await app.outbox.transaction(client, async () => 1)',
      'await app.outbox.within(pool, async () => 1)',
      "await app.outbox.transaction({ connectionString: 'postgres://' }, async () => 1)",
      "await app.outbox.transaction(pool, async () => 1, { isolation: 'read uncommitted' })",
      'await app.outbox.transaction(pool, async (_, bus) => bus.invoke)',
    )
    expect(codes(found)).toEqual(['TS2345', 'TS2322', 'TS2379', 'TS2379', 'TS2345', 'TS2820', 'TS2339'])
    expect(found[4]).toContain('no integration in this program knows this handle')
  })
})
