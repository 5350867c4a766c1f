import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from './compiled-app.ts'
import { keptLog } from './small-app.ts'

const source = {
  'src/place-order.handler.ts': `import type { Journal, Orders, Unit } from './shop.providers.ts'
export interface PlaceOrder { id: string; fails: boolean }

export async function handle(command: PlaceOrder, orders: Orders, unit: Unit, journal: Journal): Promise<void> {
  await orders.insert(command.id)
  journal.push('handled in unit ' + unit.number)
  if (command.fails) throw new Error('after writing')
}
`,
  'src/shop.providers.ts': `import type { PoolClient } from 'pg'

export interface Journal extends Array<string> { readonly journal?: true }
export interface Orders { insert(id: string): Promise<void> }
export interface Sequence { next: number }

export async function sequence(journal: Journal): Promise<Sequence> {
  journal.push('sequence made')
  return { next: 1 }
}

/** Asks for the transaction, which no handler does. */
export function orders(tx: PoolClient): Orders {
  return { insert: async (id) => { await tx.query('insert into orders values ($1)', [id]) } }
}

export class Unit {
  readonly number: number
  readonly #tx: PoolClient
  readonly #journal: Journal

  constructor(tx: PoolClient, sequence: Sequence, journal: Journal) {
    this.number = sequence.next++
    this.#tx = tx
    this.#journal = journal
  }

  /** The transaction is still there. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { rows } = await this.#tx.query<{ n: string }>('select count(*) as n from orders')
    this.#journal.push('unit ' + this.number + ' goes with ' + rows[0]?.n)
  }
}
`,
}

describe('providers over PostgreSQL', () => {
  let database: TemporaryDatabase
  let compiled: CompiledApp
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    database = await temporaryDatabase()
    await database.pool.query('create table orders (id text primary key)')
    compiled = await compiledApp(source)
  })
  afterEach(() => stop?.())
  afterAll(async () => {
    await removeCompiledApps()
    await database.drop()
  })

  it('give handlers the transaction in which their message settles, and are disposed of in it', async () => {
    const journal: string[] = []
    const app = compiled.createApp({ name: 'shop', store: postgres({ connectionString: database.url }), log: keptLog(), services: { journal } })
    stop = () => app.stop()
    await app.start()
    expect(app.describe().chains).toMatchObject([{ message: 'PlaceOrder', transaction: 'pg', effects: 'exactly once' }])
    await app.bus.send('PlaceOrder', { id: 'o-1', fails: false })
    await eventually('the order is committed', async () => (await database.pool.query('select 1 from orders')).rows.length === 1)
    await expect(app.bus.invoke('PlaceOrder', { id: 'o-2', fails: true })).rejects.toThrow('after writing')
    expect((await database.pool.query('select id from orders')).rows).toEqual([{ id: 'o-1' }])
    expect(journal).toEqual(['sequence made', 'handled in unit 1', 'unit 1 goes with 1', 'handled in unit 2', 'unit 2 goes with 2'])
  })
})
