import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import { DeadLetterOffice } from '../../runtime/durability/dead-letter-office.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { claim, countsAt, deadLetter, endpoint, idsOf, insert, message, messages, Scene } from '../conformance/message-store/scene.ts'
import { eventually, signal } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { postgresPlace, type PostgresPlace } from './postgres-harness.ts'

let database: TemporaryDatabase
let place: PostgresPlace
let scene: Scene
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  place = postgresPlace(database)
  scene = new Scene(place)
})
afterEach(() => scene.end())

async function buried(count: number) {
  const store = await scene.process()
  const list = messages(count)
  await insert(store, ...list)
  const claimed = await claim(store, await scene.node(store), count)
  await store.incoming.settle(claimed.map((one) => deadLetter(one.claim)))
  return { store, ids: idsOf(list).map((id) => ({ id, endpoint })) }
}

describe('dead letters in PostgreSQL', () => {
  it('are at one of the two places whenever a replay is cut off', async () => {
    const { store, ids } = await buried(3)
    const locker = await database.pool.connect()
    await locker.query('begin')
    await locker.query(`select 1 from ${place.schema}.dead_letters where id = $1 for update`, [ids[1]!.id])
    const replaying = store.deadLetters.replay(ids).catch((error: unknown) => error)
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%found%'`
    const pid = await eventually('the replay waits for the lock', async () => (await database.pool.query<{ pid: number }>(waiting)).rows[0]?.pid)
    await database.pool.query('select pg_terminate_backend($1)', [pid])
    expect(await replaying).toMatchObject({ code: 'JASPER_STORE_UNREACHABLE' })
    expect(await countsAt(store)).toMatchObject({ ready: 0, deadLettered: 3 })
    await locker.query('rollback')
    locker.release()
    expect(await store.deadLetters.replay(ids)).toBe(3)
    expect(await countsAt(store)).toMatchObject({ ready: 3, deadLettered: 0 })
  })

  it('wake the other processes when they are replayed', async () => {
    const { store, ids } = await buried(1)
    const other = await scene.process()
    const woken = signal('the other process is woken')
    let endpoints: readonly string[] = []
    await other.wakeUps.listen((list) => {
      endpoints = list
      woken.fire()
    })
    await store.deadLetters.replay(ids)
    await woken.fired
    expect(endpoints).toEqual([endpoint])
  })

  it('come back through a replay that was interrupted and begun again, each once, in order', async () => {
    const { store, ids } = await buried(20)
    const replaying = new DeadLetterOffice({ deadLetters: store.deadLetters, clock: systemClock, wake: () => undefined })
    const interrupted = new AbortController()
    const first = await replaying.replay({ endpoint }, { rate: 500, signal: interrupted.signal, onProgress: () => interrupted.abort() })
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(100)
    expect(first + (await replaying.replay({ endpoint }))).toBe(20)
    expect(idsOf(await claim(store, await scene.node(store)))).toEqual(ids.map(({ id }) => id))
  })

  describe('among a hundred thousand', () => {
    let many: Scene
    let store: MessageStore
    beforeAll(async () => {
      const crowded = postgresPlace(database)
      many = new Scene(crowded)
      store = await many.process()
      await insert(store, message())
      const [claimed] = await claim(store, await many.node(store))
      await store.incoming.settle([deadLetter(claimed!.claim)])
      await database.pool.query(`
        insert into ${crowded.schema}.dead_letters (id, endpoint, seq, epoch, attempts, message_type, message_version, content_type, body, sent_at,
          headers, error_type, error_message, dead_lettered_at)
        select gen_random_uuid(), 'local://e' || n % 3, 1000 + n, 1, 1, 'Type' || n % 7, 1, 'application/json', '{}', now(), '{}',
          case when n % 5000 = 0 then 'Rare' else 'Common' end, 'broke', now() - n * interval '1 second'
        from generate_series(1, 100000) n`)
      await database.pool.query(`analyze ${crowded.schema}.dead_letters`)
    })
    afterAll(() => many.end())

    it.each([
      ['all', {}, 'dead_letters_newest'],
      ['those of an endpoint', { endpoint: 'local://e1' }, 'dead_letters_'],
      ['those of a type', { messageType: 'Type1' }, 'dead_letters_'],
      ['those of a rare error', { errorType: 'Rare' }, 'dead_letters_by_error'],
      ['those of a time', { from: new Date(Date.now() - 90_000_000), until: new Date(Date.now() - 80_000_000) }, 'dead_letters_newest'],
    ])('a page of %s reads the page and little more', async (_, filter, index) => {
      const first = await store.deadLetters.list({ ...filter, limit: 10 })
      await store.deadLetters.list({ ...filter, limit: 10, after: first.at(-1)!.cursor })
      const { plan, rows } = await planOf(() => store.deadLetters.list({ ...filter, limit: 10, after: first.at(-1)!.cursor }))
      expect(plan).toContain(index)
      expect(plan).not.toMatch(/Seq Scan|"Sort"/)
      expect(rows).toBeLessThan(200)
    })

    it('the pages of a replay go along the order of arrival', async () => {
      const { next } = await store.deadLetters.inOrder({}, { limit: 100 })
      const { plan, rows } = await planOf(() => store.deadLetters.inOrder({}, { limit: 100, after: next }))
      expect(plan).toContain('dead_letters_arrival')
      expect(plan).not.toMatch(/Seq Scan|"Sort"/)
      expect(rows).toBeLessThan(300)
    })
  })
})

/** The plan of the statement that `work` runs, and how many rows its scans read. */
async function planOf(work: () => Promise<unknown>): Promise<{ plan: string; rows: number }> {
  const statement = await statementOf(work)
  const { rows } = await database.pool.query<{ 'QUERY PLAN': readonly unknown[] }>(`explain (analyze, format json) ${statement.text}`, [...statement.values])
  const plan = rows[0]!['QUERY PLAN']
  const text = JSON.stringify(plan)
  let read = 0
  JSON.stringify(plan, (key, value: unknown) => {
    if (key === 'Actual Rows' || key === 'Rows Removed by Filter') read += value as number
    return value
  })
  return { plan: text, rows: read }
}

/** What `work` sends to the database. */
async function statementOf(work: () => Promise<unknown>): Promise<{ text: string; values: readonly unknown[] }> {
  const { Pool } = await import('pg').then(({ default: pg }) => pg)
  const original = Pool.prototype.query
  let seen: { text: string; values: readonly unknown[] } | undefined
  Pool.prototype.query = function (this: unknown, ...args: [unknown]) {
    seen = args[0] as typeof seen
    return (original as (...given: unknown[]) => unknown).apply(this, args)
  } as never
  try {
    await work()
  } finally {
    Pool.prototype.query = original
  }
  return seen!
}
