import { describe, expect, it } from 'vitest'
import { check, codes } from './check-app.ts'

describe('the wrappers of returned messages', () => {
  const orders = (...lines: readonly string[]) =>
    check(
      'wrapped-messages',
      "import { delayed, reply, scheduled, sendTo, withOptions, type Reply, type Scheduled, type SentTo, type WithOptions } from 'jasper-runtime'",
      "import { createApp } from './generated/jasper/index.ts'",
      "import type { OrderClosed, OrderExpired, OrderFound, OrderMissing, OrderPlaced, Receipt } from './messages.ts'",
      "import { inMemory } from 'jasper-runtime'",
      "const app = createApp({ name: 'orders', store: inMemory() })",
      'declare const placed: OrderPlaced, expired: OrderExpired',
      'export const used = [app, placed, expired, delayed, reply, scheduled, sendTo, withOptions]',
      'export type Used = [Reply<Receipt>, Scheduled<Receipt>, SentTo<Receipt>, WithOptions<Receipt>, OrderClosed, OrderFound, OrderMissing]',
      ...lines,
    )

  it('know their message, also where only the return type says it', () => {
    const found = orders(
      'const one: Scheduled<OrderExpired> = scheduled(expired, new Date())',
      "const two: Scheduled<OrderExpired> = delayed({ orderId: '1', expired: true }, '10m', { orderingKey: '1' })",
      'const three: Reply<Receipt> = reply({ number: 1 })',
      "const four: SentTo<OrderPlaced> = sendTo(placed, 'local://archive', { delay: '1h' })",
      "const five: WithOptions<OrderPlaced> = withOptions(placed, { deliverWithin: '1h', headers: { a: 'b' } })",
      "export const inferred: OrderExpired = delayed(expired, '1s').message",
      'export const all = [one, two, three, four, five]',
    )
    expect(found).toEqual([])
  })

  it('refuse another message, a wrapper in a wrapper, no message, and a time that is none', () => {
    const found = orders(
      "export const one: Scheduled<OrderExpired> = delayed(placed, '10m')",
      "export const two = delayed(reply(placed), '10m')",
      "export const three = reply('done')",
      "export const four = delayed(placed, '10 minutes')",
      "export const five = scheduled(placed, '10m')",
      "export const six = delayed(placed, '10m', { at: new Date() })",
      'export const seven: Reply<OrderPlaced> = sendTo(placed, "local://archive")',
    )
    expect(codes(found)).toEqual(['TS2322', 'TS2345', 'TS2345', 'TS2345', 'TS2345', 'TS2353', 'TS2322'])
  })

  it('are no part of a reply, but for reply(…)', () => {
    const found = orders(
      "const one: Receipt = await app.bus.invoke('PlaceOrder', { orderId: '1', express: true })",
      "const two: OrderFound | OrderMissing | undefined = await app.bus.invoke('CheckOrder', { orderId: '1' })",
      "const three: OrderClosed | undefined = await app.bus.invoke('CloseOrder', { orderId: '1' })",
      "const four: undefined = await app.bus.invoke('ShipOrders', { orderIds: [] })",
      "export const wrong: OrderPlaced = await app.bus.invoke('PlaceOrder', { orderId: '1', express: true })",
      "export const late: OrderFound | OrderMissing = await app.bus.invoke('CheckOrder', { orderId: '1' })",
      'export const all = [one, two, three, four]',
    )
    expect(codes(found)).toEqual(['TS2741', 'TS2322'])
  })
})

describe('what is iterated over', () => {
  it('is replied as an array', () => {
    const found = check(
      'returned-iterables',
      "import { inMemory } from 'jasper-runtime'",
      "import { createApp } from './generated/jasper/index.ts'",
      "import type { BookRead, PageRead } from './messages.ts'",
      "const app = createApp({ name: 'library', store: inMemory() })",
      "export const pages: readonly PageRead[] = await app.bus.invoke('ReadPages', { pages: 1 })",
      "export const twice: readonly [BookRead, readonly PageRead[]] = await app.bus.invoke('ReadTwice', { pages: 1 })",
      "export const wrong: AsyncIterable<PageRead> = await app.bus.invoke('ReadPages', { pages: 1 })",
    )
    expect(codes(found)).toEqual(['TS2741'])
  })
})

describe('a side effect', () => {
  it('is no part of a reply, and needs what its execute asks for', () => {
    const found = check(
      'side-effects',
      "import { inMemory, type SideEffect } from 'jasper-runtime'",
      "import { createApp } from './generated/jasper/index.ts'",
      "import type { AccountClosed, AccountOpened } from './messages.ts'",
      'const ledger = { write: async () => {} }',
      "const app = createApp({ name: 'bank', store: inMemory(), services: { ledger } })",
      "export const opened: AccountOpened = await app.bus.invoke('OpenAccount', { owner: 'a' })",
      "export const closed: AccountClosed | undefined = await app.bus.invoke('CloseAccount', { owner: 'a' })",
      "export const nothing: undefined = await app.bus.invoke('AccountOpened', { owner: 'a' })",
      'export class Effect implements SideEffect { execute(_: Date, __: string): void {} }',
      'export class None implements SideEffect { run(): void {} }',
      "createApp({ name: 'bank', store: inMemory() })",
    )
    expect(codes(found)).toEqual(['TS2420', 'TS2345'])
  })
})
