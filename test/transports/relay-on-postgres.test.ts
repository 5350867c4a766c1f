import type { PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defineRoutes, type RouteBuilder } from '../../runtime/config/routes.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import type { App } from '../../runtime/host/app.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { chainsOf, keptLog, registration, type Numbered, type Run } from '../runtime/small-app.ts'
import { DemoBroker } from '../support/demo-broker.ts'
import { demoTransport } from '../support/demo-transport.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

type SmallApp = App<Record<string, { message: Numbered; reply: unknown }>>

let database: TemporaryDatabase
let broker: DemoBroker
const apps: SmallApp[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
  await database.pool.query('create table effects (n int)')
})
afterAll(() => database.drop())
beforeEach(async () => {
  broker = await new DemoBroker().start()
  await database.pool.query('truncate effects')
})
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  await broker.stop()
  await database.pool.query('drop schema if exists jasper cascade; drop schema if exists receiver cascade')
})

interface Parts {
  readonly chains?: readonly AnyChain[]
  readonly sends?: readonly string[]
  readonly routes: (rules: RouteBuilder) => void
  readonly schema?: string
  readonly demo?: boolean
}

async function start({ chains = [], sends = [], routes, schema = 'jasper', demo = true }: Parts) {
  const log = keptLog()
  const app: SmallApp = buildApp(
    {
      chains,
      messages: [...chains.map(({ message }) => message), ...sends].map((name) => registration(name)),
      routes: defineRoutes(routes),
    },
    {
      name: schema,
      store: postgres({ connectionString: database.url, schema, connections: 4 }),
      transports: demo ? [demoTransport({ port: broker.port })] : [],
      log,
      stopTimeout: '2s',
    },
  )
  apps.push(app)
  await app.start()
  return { app, log }
}

function transactional(message: string, handler: (tx: PoolClient, run: Run) => Promise<void>): AnyChain {
  return {
    message,
    handle: (run: Run) =>
      run.inTransaction(pgTransactions, async (tx) => {
        await handler(tx, run)
        await run.settle()
      }),
    transaction: pgTransactions as never,
    cascades: [],
    handlers: [message],
  }
}

const toQueue = ({ publish }: RouteBuilder): void => publish('Out').to('demo://queue/out')
const effects = async (): Promise<readonly number[]> =>
  (await database.pool.query<{ n: number }>('select n from effects order by n')).rows.map(({ n }) => n)
const left = async (table: string): Promise<number> =>
  Number((await database.pool.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]!.n)

describe('what a transactional handler sends through a transport', () => {
  it('leaves with its commit, and not when it rolls back', async () => {
    let fails = true
    const chain = transactional('In', async (tx, run) => {
      await tx.query('insert into effects values ($1)', [run.message.n])
      run.cascade('Out', { n: run.message.n })
      if (fails) {
        fails = false
        throw new Error('not yet')
      }
    })
    const { app } = await start({ chains: [chain], sends: ['Out'], routes: toQueue })
    await app.bus.send('In', { n: 1 })
    await eventually('it has arrived', () => broker.waiting('out') === 1)
    expect(await effects()).toEqual([1])
    await eventually('its row is gone', async () => (await left('jasper.outgoing')) === 0)
    expect(broker.waiting('out')).toBe(1)
  })
})

describe('an inline transactional handler', () => {
  const listening = (chain: AnyChain) =>
    start({ chains: [chain], routes: ({ listen }) => listen('demo://queue/in', { mode: 'inline' }), schema: 'receiver' })
  const put = (n: number): void =>
    broker.put('in', { 'jasper-id': `order ${n}`, 'jasper-message-type': 'In' }, JSON.stringify({ n }))

  it('takes effect once for a message that is delivered three times, and stores no row for it', async () => {
    const chain = transactional('In', async (tx, run) => void (await tx.query('insert into effects values ($1)', [run.message.n])))
    await listening(chain)
    for (let time = 0; time < 3; time++) put(7)
    await eventually('all are acknowledged', () => broker.waiting('in') + broker.unsettled('in') === 0)
    expect(await effects()).toEqual([7])
    expect(await left('receiver.incoming')).toBe(0)
    expect(await left('receiver.completed')).toBe(1)
  })

  it('takes effect once when its acknowledgement is lost with the connection', async () => {
    let cut = true
    const chain = transactional('In', async (tx, run) => {
      await tx.query('insert into effects values ($1)', [run.message.n])
      if (cut) broker.cut()
      cut = false
    })
    await listening(chain)
    put(7)
    await eventually('it is acknowledged at last', () => !cut && broker.waiting('in') + broker.unsettled('in') === 0)
    expect(await effects()).toEqual([7])
  })

  it('that fails leaves its message in the inbox, acknowledged, and takes effect once at last', async () => {
    let attempts = 0
    const chain = transactional('In', async (tx, run) => {
      await tx.query('insert into effects values ($1)', [run.message.n])
      attempts += 1
      if (attempts < 3) throw new Error('not yet')
    })
    await listening(chain)
    put(7)
    await eventually('it is acknowledged', () => attempts > 0 && broker.waiting('in') + broker.unsettled('in') === 0)
    await eventually('it has taken effect', async () => (await effects()).length === 1)
    expect(attempts).toBe(3)
    put(7)
    await eventually('the second is acknowledged', () => broker.waiting('in') + broker.unsettled('in') === 0)
    expect(await effects()).toEqual([7])
  })
})

describe('an inline message that is delivered twice, and fails once', () => {
  const waiting = async (): Promise<boolean> => {
    const { rows } = await database.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%.completed%'`,
    )
    return rows.length > 0
  }

  it('takes effect once when the second run is under way while the first is stored for another attempt', async () => {
    let runs = 0
    const chain = transactional('In', async (tx, run) => {
      runs += 1
      await tx.query('insert into effects values ($1)', [run.message.n])
      if (runs === 1) {
        await eventually('the second waits for the first', waiting)
        throw new Error('not yet')
      }
      // Only the one that was let in by the failure of the first is held.
      if (runs === 2) await eventually('the first is being stored', async () => (await waiting()) || (await left('receiver.incoming')) > 0)
    })
    await start({ chains: [chain], routes: ({ listen }) => listen('demo://queue/in', { mode: 'inline' }), schema: 'receiver' })
    const message = [{ 'jasper-id': 'order 7', 'jasper-message-type': 'In' }, '{"n":7}'] as const
    broker.put('in', ...message)
    broker.put('in', ...message)
    await eventually('both are acknowledged', () => broker.waiting('in') + broker.unsettled('in') === 0, 20_000)
    await eventually('nothing is left of it', async () => (await left('receiver.incoming')) === 0, 20_000)
    expect(await effects()).toEqual([7])
    expect(runs).toBe(2)
  }, 30_000)
})

describe('rows for a transport', () => {
  it('that nobody has are parked with a reason and counted, and sent once somebody has it', async () => {
    const { app } = await start({ sends: ['Out'], routes: toQueue })
    await broker.stop()
    await app.bus.send('Out', { n: 1 })
    await apps.pop()!.stop()
    const without = await start({ chains: chainsOf({ Other: () => undefined }), routes: () => undefined, demo: false })
    // The round of the housekeeping comes once a minute.
    const store = postgres({ connectionString: database.url, schema: 'jasper', connections: 1 })
    await store.connect()
    await eventually('the row is parked', async () => {
      await store.outgoing.releaseDue(10)
      return (await store.outgoing.parkUnserved(100)) === 1
    })
    expect(await without.app.senders.counts()).toEqual([{ destination: 'demo://queue/out', ready: 0, claimed: 0, scheduled: 0, parked: 1 }])
    const { rows } = await database.pool.query<{ parked_reason: string }>('select parked_reason from jasper.outgoing')
    expect(rows[0]!.parked_reason).toContain('demo://')
    await store.close()
    await broker.start()
    await start({ sends: ['Out'], routes: toQueue })
    await eventually('it has arrived', () => broker.waiting('out') === 1)
  })

  it('that another process stored are found and sent by one that never heard of their destination', async () => {
    const { app } = await start({ sends: ['Out'], routes: toQueue })
    broker.fail('out', true)
    for (let n = 0; n < 5; n++) await app.bus.send('Out', { n })
    await apps.pop()!.stop()
    expect(await left('jasper.outgoing')).toBe(5)
    broker.fail('out', false)
    const other = await start({ chains: chainsOf({ Other: () => undefined }), routes: () => undefined })
    await eventually('all have arrived', () => broker.waiting('out') === 5, 20_000)
    expect(other.app.senders.list()).toMatchObject([{ destination: 'demo://queue/out', batch: undefined }])
  })

  it('with one ordering key arrive in the order of sending, through failures', async () => {
    const { app } = await start({ sends: ['Out'], routes: toQueue })
    broker.fail('out', true)
    for (let n = 0; n < 6; n++) await app.bus.send('Out', { n }, { orderingKey: 'customer 7' })
    await eventually('sending has failed', () => app.senders.list()[0]!.circuit !== 'closed', 20_000)
    broker.fail('out', false)
    await eventually('all have arrived', () => broker.waiting('out') === 6, 25_000)
    const ids = broker.taken.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort())
  })
})

describe('the policy of a sender', () => {
  it('discards what is refused where it says so', async () => {
    const routes = (rules: RouteBuilder): void => {
      toQueue(rules)
      rules.sending('demo://queue/out', { onRefused: 'discard' })
    }
    const { app, log } = await start({ sends: ['Out'], routes })
    broker.refuse('out', 'unauthorised')
    await app.bus.send('Out', { n: 1 })
    await eventually('it is gone', async () => (await left('jasper.outgoing')) === 0)
    expect(await left('jasper.dead_letters')).toBe(0)
    expect(log.has('a message can never be sent; discarded')).toBe(true)
  })

  it('is sent when its time has come, at its new time when it has another, and never when it was cancelled', async () => {
    const { app } = await start({ sends: ['Out'], routes: toQueue })
    const cancelled = await app.bus.schedule('Out', { n: 1 }, '1s')
    const moved = await app.bus.schedule('Out', { n: 2 }, '1h')
    const due = await app.bus.schedule('Out', { n: 3 }, '1500ms')
    expect(await app.scheduled.cancel(cancelled)).toEqual({ 'demo://queue/out': 'changed' })
    await eventually('a beat has told of nothing sooner', async () => {
      const { rows } = await database.pool.query<{ beat: string }>('select beat from jasper.nodes')
      return Number(rows[0]!.beat) > 0
    })
    const movedAt = performance.now()
    expect(await app.scheduled.reschedule(moved, 50)).toEqual({ 'demo://queue/out': 'changed' })
    await eventually('the one that was moved has arrived', () => broker.taken.some(({ id }) => id === moved))
    expect(performance.now() - movedAt, 'by the timer, not by the beat').toBeLessThan(1_000)
    await eventually('the one that came due has arrived', () => broker.taken.length === 2)
    await eventually('nothing is left', async () => (await left('jasper.outgoing')) === 0)
    expect(broker.taken.map(({ id }) => id)).toEqual([moved, due])
  })

  it('gives up after the time that it names, and the dead letter can be replayed', async () => {
    const routes = (rules: RouteBuilder): void => {
      toQueue(rules)
      rules.sending('demo://queue/out', { giveUpAfter: '300ms' })
    }
    const { app } = await start({ sends: ['Out'], routes })
    broker.fail('out', true)
    await app.bus.send('Out', { n: 1 })
    const letters = await eventually('it is a dead letter', async () => {
      const found = await app.deadLetters.list({ limit: 5 })
      return found.length === 1 && found
    })
    expect(letters[0]!.error.type).toBe('JASPER_SEND_FAILED')
    expect(letters[0]).toMatchObject({ outgoing: true })
    broker.fail('out', false)
    await database.pool.query(`update jasper.dead_letters set sent_at = now()`)
    await app.deadLetters.replay([{ id: letters[0]!.envelope.id, endpoint: 'demo://queue/out' }])
    await eventually('it has arrived', () => broker.waiting('out') === 1, 20_000)
  })
})
