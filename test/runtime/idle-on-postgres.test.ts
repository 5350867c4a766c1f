import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defineRoutes, type Routes } from '../../runtime/config/routes.ts'
import { beatEveryMs } from '../../runtime/durability/liveness-judge.ts'
import type { App } from '../../runtime/host/app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually, signal } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { chainsOf, keptLog, registration, type Run } from './small-app.ts'

type Messages = Record<string, { message: { readonly n: number }; reply: unknown }>

let database: TemporaryDatabase
const running: { readonly app: App<Messages>; readonly clock: ManualClock | undefined }[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  for (const { app, clock } of running.splice(0)) {
    let stopped = false
    const stopping = app.stop().finally(() => (stopped = true))
    if (clock !== undefined) {
      await eventually('the app has stopped', async () => {
        await clock.advance(100)
        return stopped
      })
    }
    await stopping
  }
  await database.pool.query('drop schema if exists jasper cascade')
})

/** A driver that counts the statements of every connection, whoever opened it, and those that are awaited. */
function countingDriver() {
  const counted = { statements: 0, awaited: 0 }
  class CountingClient extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config)
      const query = this.query.bind(this) as (...given: unknown[]) => unknown
      const counting = (...given: unknown[]): unknown => {
        counted.statements += 1
        const answer = query(...given)
        if (answer instanceof Promise) {
          counted.awaited += 1
          const answered = (): void => void (counted.awaited -= 1)
          answer.then(answered, answered)
        }
        return answer
      }
      Object.defineProperty(this, 'query', { value: counting })
    }
  }
  return { counted, Client: CountingClient }
}

interface Twist {
  readonly names?: readonly string[]
  readonly clock?: ManualClock
  readonly Client?: typeof pg.Client
  readonly sendOnly?: boolean
  readonly routes?: Routes
}

async function start(handle: (run: Run) => unknown, { names = ['Count'], clock, Client, sendOnly = false, routes }: Twist = {}) {
  const handlers = Object.fromEntries(names.map((name) => [name, handle]))
  const pool = new pg.Pool({ connectionString: database.url, ...(Client && { Client }) })
  const app = buildApp<Messages>(
    { chains: chainsOf(handlers), messages: names.map((name) => registration(name)), routes },
    { name: 'small', store: postgres({ pool }), log: keptLog(), sendOnly, ...(clock && { clock }) },
  )
  running.push({ app, clock })
  await app.start()
  return app
}

/** Of everybody but this test. */
async function connections(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`,
  )
  return rows[0]!.n - database.pool.totalCount
}

it('an idle process runs less than a statement a second, its housekeeping included, and has at most three connections', { timeout: 90_000 }, async () => {
  const clock = new ManualClock()
  const { counted, Client } = countingDriver()
  await start(() => undefined, { names: ['A', 'B', 'C', 'D', 'E', 'F'], clock, Client })
  await clock.advance(beatEveryMs)
  // What its start has opened closes after ten seconds, by the real clock.
  await eventually('the connections of its start have closed', async () => (await connections()) <= 2, 30_000)

  const [before, idle] = [counted.statements, clock.waiting]
  const seconds = 120
  let [most, quietest] = [0, Infinity]
  for (let beats = 0; beats < (seconds * 1_000) / beatEveryMs; beats++) {
    const soFar = counted.statements
    await clock.advance(beatEveryMs)
    await eventually('it has beaten', () => counted.statements > soFar)
    await eventually('it waits for the next', () => counted.awaited === 0 && clock.waiting === idle)
    quietest = Math.min(quietest, counted.statements - soFar)
    most = Math.max(most, await connections())
  }
  const aSecond = (counted.statements - before) / seconds
  console.info(`An idle process: ${aSecond.toFixed(2)} statements a second, ${most} connections`)
  expect(quietest).toBe(1)
  expect(aSecond).toBeGreaterThan(1_000 / beatEveryMs)
  expect(aSecond).toBeLessThan(1)
  expect(most).toBeLessThanOrEqual(3)
})

describe('the connection that listens', () => {
  it('costs at most a beat when it is cut just before a message is announced', async () => {
    const clock = new ManualClock()
    const handled = signal<number>('the message is handled')
    let done = false
    await start((run) => {
      done = true
      handled.fire(run.message.n)
    }, { clock })
    const cut = await database.pool.query<{ pid: number }>(
      `select pid, pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    )
    expect(cut.rows).toHaveLength(1)
    const sender = await start(() => undefined, { sendOnly: true })
    // Its clock stands still, so it has no connection yet on which it could hear of this.
    await sender.bus.send('Count', { n: 7 })
    const stored = async (): Promise<number> => (await database.pool.query('select from jasper.incoming where owner is null')).rowCount!
    expect([done, await stored()]).toEqual([false, 1])
    await clock.advance(beatEveryMs)
    expect(await handled.fired).toBe(7)
  })
})

it('with many messages waiting and a slow handler, a process claims no more than its buffer holds', { timeout: 60_000 }, async () => {
  const [count, buffer] = [400, 20]
  const sender = await start(() => undefined, { sendOnly: true })
  await Promise.all(Array.from({ length: count }, (_, n) => sender.bus.send('Count', { n })))
  const mayEnd = signal('the handlers may end', 50_000)
  const done = new Set<number>()
  await start(async (run) => {
    await mayEnd.fired
    await new Promise((resolve) => setImmediate(resolve))
    done.add(run.message.n)
  }, { routes: defineRoutes(({ listen }) => listen('local://count', { buffer, parallelism: 2 })) })
  const claimed = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ n: number }>('select count(owner)::int as n from jasper.incoming')
    return rows[0]!.n
  }
  await eventually('it has claimed what it has room for', async () => (await claimed()) === buffer)
  let most = buffer
  mayEnd.fire()
  await eventually('all are handled', async () => {
    most = Math.max(most, await claimed())
    return done.size === count
  }, 40_000)
  expect(most).toBe(buffer)
})
