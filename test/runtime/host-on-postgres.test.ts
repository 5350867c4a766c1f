import type { Pool, PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../runtime/host/build-app.ts'
import type { App } from '../../runtime/host/app.ts'
import { defineRoutes, type Routes } from '../../runtime/config/routes.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually, signal } from '../support/eventually.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { keptLog, registration, type Run } from './small-app.ts'

type Messages = Record<string, { message: { readonly n: number }; reply: unknown }>

let database: TemporaryDatabase
const apps: App<Messages>[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
  await database.pool.query('create table effects (n int, step text)')
})
afterAll(() => database.drop())
beforeEach(() => database.pool.query('truncate effects'))
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  await database.pool.query('drop schema if exists jasper cascade; drop schema if exists other cascade')
})

/** A chain as the compiler emits it for a handler that asks for a PoolClient. */
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
    handlers: [`host-on-postgres.test.ts ${message}`],
  }
}

function plain(message: string, handler: (run: Run) => unknown): AnyChain {
  return { message, handle: async (run: Run) => await handler(run), transaction: undefined, cascades: [], handlers: [message] }
}

interface StartOptions {
  readonly schema?: string
  readonly name?: string
  readonly routes?: Routes
  readonly messages?: readonly [string, number][]
}

async function start(chains: readonly AnyChain[], options: StartOptions = {}) {
  const log = keptLog()
  const messages = options.messages ?? chains.map(({ message }) => [message, 1] as [string, number])
  const app = buildApp<Messages>(
    { chains, messages: messages.map(([name, version]) => registration(name, version)), routes: options.routes },
    { name: options.name ?? 'small', store: postgres({ connectionString: database.url, schema: options.schema ?? 'jasper' }), log },
  )
  apps.push(app)
  await app.start()
  return { app, log }
}

const effects = async (): Promise<readonly string[]> =>
  (await database.pool.query<{ n: number; step: string }>('select n, step from effects order by n, step')).rows.map(({ n, step }) => `${n} ${step}`)
const effect = (tx: PoolClient, n: number, step: string): Promise<unknown> => tx.query('insert into effects values ($1, $2)', [n, step])
const waiting = async (): Promise<number> => Number((await database.pool.query<{ n: string }>('select count(*) as n from jasper.incoming')).rows[0]!.n)

describe('a message that is scheduled for a buffered endpoint', () => {
  const routes = defineRoutes(({ listen }) => listen('local://later', { mode: 'buffered' }))
  const later = transactional('Later', (tx, run) => effect(tx, run.message.n, 'later').then(() => undefined))

  it('is found by another process when the one that scheduled it is gone, which can also take it back', async () => {
    const first = await start([later], { routes })
    const id = await first.app.bus.schedule('Later', { n: 1 }, '1h')
    await first.app.bus.schedule('Later', { n: 2 }, '500ms')
    await apps.shift()!.stop()
    const { app, log } = await start([later], { routes })
    await eventually('what is due is handled', async () => (await effects()).length === 1)
    expect(await effects()).toEqual(['2 later'])
    expect((await app.scheduled.list()).messages).toMatchObject([{ envelope: { id, destination: 'local://later' } }])
    expect(await app.scheduled.cancel(id)).toEqual({ 'local://later': 'changed' })
    await eventually('nothing is left', async () => (await waiting()) === 0)
    expect(log.has('in memory')).toBe(false)
  })

  it('is part of the transaction that schedules it', async () => {
    const { app } = await start(
      [
        later,
        transactional('Begin', async (_tx, run) => {
          await (run.context as never as typeof app.bus).schedule('Later', { n: run.message.n }, '50ms')
          if (run.message.n === 1 && run.envelope.attempts === 0) throw new Error('rolled back')
        }),
      ],
      { routes },
    )
    await app.bus.send('Begin', { n: 1 })
    await eventually('it is handled', async () => (await effects()).length > 0 && (await waiting()) === 0)
    expect(await effects()).toEqual(['1 later'])
    await database.pool.connect().then(async (client) => {
      try {
        await client.query('begin')
        // Into memory it could not go, nor out again.
        await app.outbox.within(client, async (bus) => void (await bus.schedule('Later', { n: 2 }, '50ms')))
        await expect(app.outbox.within(client, async (bus) => void (await bus.send('Later', { n: 3 })))).rejects.toMatchObject({ code: 'JASPER_NOT_SUPPORTED' })
        await client.query('commit')
      } finally {
        client.release()
      }
    })
    await eventually('it is handled', async () => (await effects()).length === 2 && (await waiting()) === 0)
    expect(await effects()).toEqual(['1 later', '2 later'])
  })
})

describe('a transactional handler', () => {
  it('that throws after writing leaves neither its row nor its message', async () => {
    const { app } = await start([
      transactional('Flaky', async (tx, run) => {
        await effect(tx, run.message.n, `attempt ${run.envelope.attempts}`)
        run.cascade('Sent', { n: run.envelope.attempts })
        if (run.envelope.attempts === 0) throw new Error('after writing')
      }),
      transactional('Sent', (tx, run) => effect(tx, run.message.n, 'sent').then(() => undefined)),
    ])
    await app.bus.send('Flaky', { n: 1 })
    await eventually('all is settled', async () => (await effects()).length >= 2 && (await waiting()) === 0)
    expect(await effects()).toEqual(['1 attempt 1', '1 sent'])
  })

  it('that swallowed a failed statement does not lose its row silently: the attempt fails', async () => {
    const { app, log } = await start([
      transactional('Careless', async (tx, run) => {
        await effect(tx, run.message.n, `attempt ${run.envelope.attempts}`)
        run.cascade('Sent', { n: run.envelope.attempts })
        if (run.envelope.attempts === 0) await tx.query('select 1/0').catch(() => undefined)
      }),
      transactional('Sent', (tx, run) => effect(tx, run.message.n, 'sent').then(() => undefined)),
    ])
    await app.bus.send('Careless', { n: 1 })
    await eventually('all is settled', async () => (await effects()).length >= 2 && (await waiting()) === 0)
    expect(await effects()).toEqual(['1 attempt 1', '1 sent'])
    expect(log.lines.find(({ event }) => event.includes('trying again'))?.fields).toMatchObject({ errorType: 'JASPER_TRANSACTION_ABORTED' })
  })

  it('whose message was taken over while it ran can commit nothing', async () => {
    const running = signal('the handler runs')
    const mayEnd = signal('the handler may end')
    const { app, log } = await start([
      transactional('Slow', async (tx, run) => {
        await effect(tx, run.message.n, 'slow')
        run.cascade('Sent', { n: 1 })
        running.fire()
        await mayEnd.fired
      }),
      transactional('Sent', (tx, run) => effect(tx, run.message.n, 'sent').then(() => undefined)),
    ])
    await app.bus.send('Slow', { n: 1 })
    await running.fired
    await database.pool.query("update jasper.incoming set owner = null, epoch = epoch + 1, status = 'parked', parked_at = now() where message_type = 'Slow'")
    mayEnd.fire()
    await eventually('the loss is noticed', () => log.has('taken over by another node'))
    expect(await effects()).toEqual([])
    expect(await waiting()).toBe(1)
  })

  it.each([
    ['that has committed: what it sent is handled', true],
    ['that another node has taken over: what it wanted to send is not handled', false],
  ])('whose answer to COMMIT was lost, %s', async (_, commits) => {
    const sent: number[] = []
    const adapter = {
      ...pgTransactions,
      async run<T>(root: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
        const undone = new Error('rolled back')
        await pgTransactions.run(root, async (tx) => {
          await work(tx)
          if (!commits) throw undone
        }).catch((error: unknown) => {
          if (error !== undone) throw error
        })
        if (!commits) {
          await database.pool.query("update jasper.incoming set owner = null, epoch = epoch + 1, status = 'parked', parked_at = now() where message_type = 'First'")
        }
        throw new JasperError('JASPER_COMMIT_UNKNOWN', 'lost')
      },
    }
    const first: AnyChain = {
      ...transactional('First', () => Promise.resolve()),
      handle: (run: Run) =>
        run.inTransaction(adapter, async () => {
          run.cascade('Sent', run.message)
          await run.settle()
        }),
    }
    const { app, log } = await start([first, plain('Sent', (run) => sent.push(run.message.n))])
    await app.bus.send('First', { n: 1 })
    await eventually('the end is known', () => log.has(commits ? 'is committed' : 'taken over by another node'))
    if (commits) await eventually('it is handled', async () => sent.length === 1 && (await waiting()) === 0)
    else expect(await waiting()).toBe(1)
    expect(sent).toEqual(commits ? [1] : [])
  })

  it('sends to several queues in the order of sending', async () => {
    const order: number[] = []
    const { app } = await start(
      [
        transactional('Many', (_, run) => {
          for (let n = 0; n < 50; n++) run.cascade('One', { n })
          return Promise.resolve()
        }),
        plain('One', (run) => order.push(run.message.n)),
      ],
      { routes: defineRoutes(({ listen }) => listen('local://one', { sequential: true })) },
    )
    await app.bus.send('Many', { n: 1 })
    await eventually('all came', () => order.length === 50)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })
})

describe('stored messages', () => {
  it('with a corrupt body are dead letters, raw, and the next one is handled', async () => {
    const first = await start([plain('Count', () => undefined)])
    await first.app.bus.schedule('Count', { n: 1 }, '1s')
    await first.app.bus.schedule('Count', { n: 2 }, '1s')
    await database.pool.query(`update jasper.incoming set body = '\\xff00fe' where ctid = (select ctid from jasper.incoming order by seq limit 1)`)
    await eventually('both are settled', async () => (await waiting()) === 0)
    const letters = await first.app.deadLetters.list({ limit: 10 })
    expect(letters).toMatchObject([{ error: { type: 'JASPER_DECODE' } }])
    expect([...letters[0]!.envelope.body]).toEqual([0xff, 0x00, 0xfe])
  })

  it('of a type and version that no process knows are parked, and released to one that does', async () => {
    const old = await start([plain('Count', () => undefined)])
    await old.app.bus.schedule('Count', { n: 1 }, '1s')
    await database.pool.query('update jasper.incoming set message_version = 2')
    await eventually('it is parked', async () => (await old.app.counts())[0]?.parked === 1)
    await apps.pop()!.stop()

    const handled: number[] = []
    await start([plain('Count', (run) => handled.push(run.message.n))], { messages: [['Count', 2]] })
    await eventually('it is handled', async () => handled.length === 1 && (await waiting()) === 0)
  })

  it('sent for later are handled by the next process when the sender is gone', async () => {
    const sender = await start([plain('Count', () => undefined)])
    for (let n = 0; n < 3; n++) await sender.app.bus.schedule('Count', { n }, '500ms')
    await apps.pop()!.stop()
    expect(await waiting()).toBe(3)
    const handled: number[] = []
    await start([plain('Count', (run) => handled.push(run.message.n))])
    await eventually('all are handled', async () => handled.length === 3 && (await waiting()) === 0)
    expect(handled.sort()).toEqual([0, 1, 2])
  })
})

describe('two processes', () => {
  it('share the messages of one endpoint, each handled once', async () => {
    const seen: number[][] = [[], []]
    const chain = (process: number): AnyChain => transactional('Count', async (tx, run) => {
      seen[process]!.push(run.message.n)
      await effect(tx, run.message.n, 'counted')
    })
    const routes = defineRoutes(({ listen }) => listen('local://count', { buffer: 20 }))
    const [a] = await Promise.all([start([chain(0)], { routes }), start([chain(1)], { routes })])
    await Promise.all(Array.from({ length: 400 }, (_, n) => a.app.bus.send('Count', { n })))
    await eventually('all are counted', async () => (await effects()).length >= 400 && (await waiting()) === 0, 30_000)
    expect(new Set(await effects()).size).toBe(400)
    expect((await effects()).length).toBe(400)
    expect(Math.min(seen[0]!.length, seen[1]!.length)).toBeGreaterThan(0)
  })

  it('handle a sequential endpoint one message at a time, in order', async () => {
    let now = 0
    let most = 0
    const order: number[] = []
    const chain = plain('Count', async (run) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(run.message.n)
      now -= 1
    })
    const routes = defineRoutes(({ listen }) => listen('local://count', { sequential: true }))
    const [a] = await Promise.all([start([chain], { routes }), start([chain], { routes })])
    for (let n = 0; n < 60; n++) await a.app.bus.send('Count', { n })
    await eventually('all came', () => order.length >= 60, 30_000)
    expect(order).toEqual(Array.from({ length: 60 }, (_, n) => n))
    expect(most).toBe(1)
  })

  it('of two apps with different schemas in one database never touch each other', async () => {
    const handled: string[] = []
    const one = await start([plain('Count', (run) => handled.push(`one ${run.message.n}`))])
    await start([plain('Count', (run) => handled.push(`two ${run.message.n}`))], { schema: 'other', name: 'another' })
    for (let n = 0; n < 20; n++) await one.app.bus.send('Count', { n })
    await eventually('all came', () => handled.length >= 20)
    expect(handled.every((text) => text.startsWith('one'))).toBe(true)
    const locks = await database.pool.query(`select count(distinct classid) as n from pg_locks where locktype = 'advisory' and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())`)
    expect(Number(locks.rows[0].n)).toBe(2)
  })
})

describe('the database', () => {
  it('that falls silent under a handler that ignores its signal holds up no stop', async () => {
    const { hostname, port } = new URL(database.url)
    const proxy = await tcpFaultProxy(hostname, Number(port))
    const behind = new URL(database.url)
    behind.host = `127.0.0.1:${proxy.port}`
    const running = signal('the handler runs')
    const chain = transactional('Stuck', async (tx, run) => {
      await effect(tx, run.message.n, 'stuck')
      running.fire()
      await new Promise(() => undefined)
    })
    const log = keptLog()
    const app = buildApp<Messages>(
      { chains: [chain], messages: [registration('Stuck')] },
      { name: 'small', store: postgres({ connectionString: behind.href }), log, stopTimeout: '500ms' },
    )
    try {
      await app.start()
      await app.bus.send('Stuck', { n: 1 })
      await running.fired
      proxy.silence()
      const begun = performance.now()
      await app.stop()
      expect(performance.now() - begun).toBeLessThan(7_000)
      expect(log.has('could not sign off in time')).toBe(true)
      expect(log.has('the store did not close in time')).toBe(true)
    } finally {
      await proxy.close()
    }
  })

  it('that cuts every connection is survived: nothing is lost, nothing is done twice', async () => {
    const { app } = await start([transactional('Count', (tx, run) => effect(tx, run.message.n, 'counted').then(() => undefined))])
    const sends: Promise<unknown>[] = []
    for (let n = 0; n < 300; n++) {
      sends.push(app.bus.send('Count', { n }))
      if (n % 100 === 50) {
        await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
      }
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(sends)
    await eventually('all are counted', async () => (await effects()).length >= 300 && (await waiting()) === 0, 45_000)
    expect((await effects()).length).toBe(300)
    expect(await app.deadLetters.list({ limit: 10 })).toEqual([])
  }, 90_000)
})
