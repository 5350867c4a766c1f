import type { PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { onAnyError } from '../../runtime/config/error-match.ts'
import { orderingKey, parallelism } from '../../runtime/config/handler-policies.ts'
import type { Policy } from '../../runtime/config/policy.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import type { App } from '../../runtime/host/app.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { keptLog, registration, type Numbered, type Run } from './small-app.ts'

type Messages = Record<string, { message: Numbered; reply: unknown }>

let database: TemporaryDatabase
const apps: App<Messages>[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
  await database.pool.query('create table effects (at bigserial, n int, step text)')
})
afterAll(() => database.drop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  await database.pool.query('drop schema if exists jasper cascade; truncate effects')
})

/** A chain as the compiler emits it for a handler that asks for a PoolClient, and for the message alone where it has a name. */
function chain(name: string | undefined, handler: (tx: PoolClient, run: Run) => Promise<void>, policy?: Policy): AnyChain {
  return {
    message: 'Placed',
    handle: (run: Run) =>
      run.inTransaction(pgTransactions, async (tx) => {
        await handler(tx, run)
        await run.settle()
      }),
    transaction: pgTransactions as never,
    cascades: [],
    ...(name !== undefined && { queue: `local://placed/${name}`, separate: true }),
    ...(policy !== undefined && { policies: [policy] }),
    handlers: [`separate-on-postgres.test.ts ${name}`],
  }
}

async function start(chains: readonly AnyChain[]): Promise<App<Messages>> {
  const app = buildApp<Messages>(
    { chains, messages: [registration('Placed')] },
    { name: 'small', store: postgres({ connectionString: database.url }), log: keptLog() },
  )
  apps.push(app)
  await app.start()
  return app
}

const effect = (step: string) => async (tx: PoolClient, run: Run): Promise<void> => {
  await tx.query('insert into effects (n, step) values ($1, $2)', [run.message.n, step])
}
const effects = async (): Promise<readonly string[]> => {
  return (await database.pool.query<{ n: number; step: string }>('select n, step from effects order by at')).rows.map(({ n, step }) => `${n} ${step}`)
}

describe('separate handlers in transactions of their own', () => {
  it('do each message exactly once: what one has done is not done again when another fails, nor when its dead letter is replayed', async () => {
    let broken = true
    const mail = async (tx: PoolClient, run: Run): Promise<void> => {
      await effect('mail')(tx, run)
      if (broken) throw new RangeError('no mail')
    }
    const app = await start([chain(undefined, effect('shared')), chain('audit', effect('audit')), chain('mail', mail, onAnyError().retryNow(2))])
    const ids = await Promise.all([1, 2, 3].map((n) => app.bus.send('Placed', { n })))
    await eventually('each mail is a dead letter, and all else is done', async () => {
      return (await app.deadLetters.list({ limit: 10 })).length === 3 && (await effects()).length === 6
    })
    const letters = await app.deadLetters.list({ limit: 10 })
    expect(letters.map(({ envelope }) => envelope.id).toSorted()).toEqual(ids.toSorted())
    expect(letters.map(({ envelope: { destination, attempts } }) => [destination, attempts])).toEqual(Array(3).fill(['local://placed/mail', 3]))

    broken = false
    expect(await app.deadLetters.replay({ endpoint: 'local://placed/mail' })).toBe(3)
    await eventually('the mails are sent', async () => (await effects()).length === 9)
    const expected = [1, 2, 3].flatMap((n) => [`${n} audit`, `${n} mail`, `${n} shared`])
    expect((await effects()).toSorted()).toEqual(expected)
    expect(await app.deadLetters.list({ limit: 10 })).toEqual([])
  })

  it('are each known by message and queue: the same id again is passed over by all of them', async () => {
    const app = await start([chain('audit', effect('audit')), chain('mail', effect('mail'))])
    const id = '00000000-0000-7000-8000-0000000000aa'
    await app.bus.send('Placed', { n: 1 }, { id })
    await eventually('both are done', async () => (await effects()).length === 2)
    await app.bus.send('Placed', { n: 1 }, { id })
    await app.bus.send('Placed', { n: 2 })
    await eventually('the next is done', async () => (await effects()).length >= 4)
    expect((await effects()).toSorted()).toEqual(['1 audit', '1 mail', '2 audit', '2 mail'])
  })
})

describe('an ordering key by a policy', () => {
  it('keeps the order of each key with processes side by side', async () => {
    const key = orderingKey<Numbered>(function lane({ n }) {
      return n % 3
    })
    const handlers = [chain(undefined, effect('done'), [key, parallelism(8)])]
    const [first] = await Promise.all([start(handlers), start(handlers)])
    for (let n = 0; n < 60; n++) await first.bus.send('Placed', { n })
    await eventually('all are done', async () => (await effects()).length === 60)
    const order = (await effects()).map((line) => Number(line.split(' ')[0]))
    for (const lane of [0, 1, 2]) {
      const ofLane = order.filter((n) => n % 3 === lane)
      expect(ofLane).toEqual(ofLane.toSorted((a, b) => a - b))
    }
  })
})
