import type { PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { afterConnectionLoss } from '../../runtime/dispatch/connection-losses.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import type { App } from '../../runtime/host/app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { keptLog, registration, type Run } from './small-app.ts'

type Messages = Record<string, { message: { readonly n: number }; reply: unknown }>

let database: TemporaryDatabase
const apps: App<Messages>[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
  await database.pool.query('create table effects (n int)')
})
afterAll(() => database.drop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  await database.pool.query('truncate effects; drop schema if exists jasper cascade')
})

async function start(handler: (tx: PoolClient, run: Run) => Promise<void>) {
  const chain: AnyChain = {
    message: 'Count',
    handle: (run: Run) =>
      run.inTransaction(pgTransactions, async (tx) => {
        await handler(tx, run)
        await run.settle()
      }),
    transaction: pgTransactions as never,
    cascades: [],
    handlers: ['connection-losses.test.ts'],
  }
  const log = keptLog()
  const store = postgres({ connectionString: database.url })
  const app = buildApp<Messages>({ chains: [chain], messages: [registration('Count')] }, { name: 'losses', store, log })
  apps.push(app)
  await app.start()
  return { app, log }
}

const crash = (tx: PoolClient) => tx.query('select pg_terminate_backend(pg_backend_pid())')

describe('a connection that is lost in the middle of a handler', () => {
  it('is no attempt of the message, which is handled with its next one, effects once', async () => {
    const seen: (readonly [number, number])[] = []
    const { app, log } = await start(async (tx, run) => {
      seen.push([run.envelope.attempts, run.envelope.connectionLosses])
      await tx.query('insert into effects values ($1)', [run.message.n])
      if (seen.length < 4) await crash(tx)
    })
    await app.bus.send('Count', { n: 7 })
    await eventually('the message is handled', async () => (await database.pool.query('select n from effects')).rowCount === 1, 20_000)
    expect(seen).toEqual([[0, 0], [0, 1], [0, 2], [0, 3]])
    expect(log.has('no attempt counted')).toBe(true)
  }, 30_000)

  it('is told in the history, and stays apart from what the handler itself throws', async () => {
    let attempts = 0
    const { app } = await start(async (tx) => {
      attempts += 1
      if (attempts === 1) await crash(tx).catch(() => { throw new Error('what the handler made of it') })
      // It looks like a lost connection, and is not that of the transaction.
      throw Object.assign(new Error('another service is away'), { code: 'ECONNRESET' })
    })
    await app.bus.send('Count', { n: 1 })
    const failures = await eventually('two failures are kept', async () => {
      const { rows } = await database.pool.query<{ attempts: number; losses: number; failures: readonly { message: string }[] }>(
        'select attempts, connection_losses as losses, failures from jasper.incoming where attempts = 1',
      )
      return rows[0]
    })
    expect(failures).toMatchObject({
      attempts: 1,
      losses: 1,
      failures: [
        { number: 1, message: 'what the handler made of it' },
        { number: 1, message: 'another service is away' },
      ],
    })
  }, 20_000)

  it('rejects to the caller of invoke, at once and with the error as it was', async () => {
    let attempts = 0
    const { app } = await start(async (tx) => {
      attempts += 1
      await crash(tx)
    })
    await expect(app.bus.invoke('Count', { n: 1 })).rejects.toMatchObject({ code: '57P01' })
    expect(attempts).toBe(1)
  })

  it('ends in the dead letters when it happens twenty times: a handler may crash its own backend', async () => {
    const { app } = await start(async (tx) => void (await crash(tx)))
    await app.bus.send('Count', { n: 1 })
    await eventually('it has happened once', async () => (await database.pool.query('select from jasper.incoming where connection_losses > 0')).rowCount === 1)
    // Nineteen waits would take six minutes.
    await app.stop()
    await database.pool.query("update jasper.incoming set connection_losses = 19, status = 'ready', due_at = null")
    const { app: later } = await start(async (tx) => void (await crash(tx)))
    const [letter] = await eventually('it is a dead letter', async () => {
      const letters = await later.deadLetters.list({ limit: 1 })
      return letters.length === 1 && letters
    })
    expect(letter).toMatchObject({ envelope: { attempts: 0, connectionLosses: 20 } })
  }, 20_000)
})

it('the budget of lost connections lasts some minutes, and ends', () => {
  const waits = Array.from({ length: 19 }, (_, at) => afterConnectionLoss(at + 1, 1)!)
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(5 * 60_000)
  expect(Math.max(...waits)).toBe(30_000)
  expect(afterConnectionLoss(20, 1)).toBeUndefined()
})

describe('pauses of endpoints of two processes', () => {
  it('are heard of at once, and so is their end', async () => {
    const handled: number[] = []
    const [one, two] = [
      await start(async (_, run) => void handled.push(run.message.n)),
      await start(async (_, run) => void handled.push(run.message.n)),
    ]
    await one.app.endpoints.pause('local://count', { reason: 'maintenance' })
    await eventually('the other has heard of it', () => two.app.describe().endpoints[0]!.flow === 'paused', 1_000)
    for (let n = 0; n < 20; n++) await two.app.bus.send('Count', { n })
    expect(handled).toEqual([])
    expect(await one.app.counts()).toMatchObject([{ ready: 20, claimed: 0 }])
    await two.app.endpoints.resume('local://count')
    await eventually('all are handled', () => handled.length === 20)
    expect([...handled].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(one.app.describe().endpoints[0]!.flow).toBe('open')
  })
})
