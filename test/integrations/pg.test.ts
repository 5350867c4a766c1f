import { once } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { transactionAdapterConformance } from '../conformance/transaction-adapter.ts'
import { cutOnCommit } from './cut-on-commit.ts'
import { temporaryDatabase } from '../support/temporary-database.ts'

async function marks() {
  const database = await temporaryDatabase()
  const url = new URL(database.url)
  const pool = new pg.Pool({ connectionString: database.url, max: 4 })
  pool.on('error', () => undefined)
  await pool.query('create table marks (id text primary key, parent text references marks (id) deferrable initially deferred)')
  const proxy = await cutOnCommit({ host: url.hostname, port: Number(url.port || 5432) })
  const viaProxy = new URL(database.url)
  viaProxy.hostname = '127.0.0.1'
  viaProxy.port = String(proxy.port)
  const lossy = new pg.Pool({ connectionString: viaProxy.href, max: 1 })
  lossy.on('error', () => undefined)
  return {
    pool,
    lossy,
    committed: async () => (await pool.query<{ id: string }>('select id from marks order by id')).rows.map((row) => row.id),
    async close() {
      await pool.end()
      await lossy.end()
      await proxy.close()
      await database.drop()
    },
  }
}

transactionAdapterConformance('pg', async () => {
  const { pool, lossy, committed, close } = await marks()
  return {
    adapter: pgTransactions,
    root: pool,
    rootThatLosesCommits: lossy,
    isolationLevels: ['read committed', 'repeatable read', 'serializable'],
    insert: (tx, id) => tx.query('insert into marks (id) values ($1)', [id]),
    fail: (tx) => tx.query('select 1 / 0'),
    isolationOf: async (tx) =>
      (await tx.query<{ level: string }>("select current_setting('transaction_isolation') as level")).rows[0]?.level ?? '',
    async beginAsCaller() {
      const client = await pool.connect()
      await client.query('begin')
      return {
        tx: client,
        async end(how) {
          await client.query(how)
          client.release()
        },
      }
    },
    async cut(tx) {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
      const gone = once(tx, 'end')
      // pg says an error before the end, and `once` would reject with it.
      gone.catch(() => undefined)
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await gone.catch(() => undefined)
    },
    committed,
    insertStatement: (id) => ({ parts: ['insert into marks (id) values (', ') returning id'], values: [id] }),
    checkedOut: () => pool.totalCount - pool.idleCount,
    close,
  }
})

describe('pg transactions', () => {
  test('of one statement take three round trips: BEGIN, the statement, and the last one with COMMIT', async () => {
    const { pool, committed, close } = await marks()
    try {
      let trips = 0
      let connection: NodeJS.EventEmitter | undefined
      const count = (): void => void (trips += 1)
      for (const id of ['first', 'prepared by now']) {
        await pgTransactions.run(pool, async (tx) => {
          trips = 1
          connection = (tx as unknown as { readonly connection: NodeJS.EventEmitter }).connection.on('readyForQuery', count)
          await tx.query('insert into marks (id) values ($1)', [`${id}, handler's`])
          const statement = { parts: ['insert into marks (id) values (', ')'], values: [`${id}, last`] }
          expect(pgTransactions.executeWithCommit!(tx, { statement, explain: (error) => error })).toBe(true)
        })
        connection?.removeListener('readyForQuery', count)
        expect(trips).toBe(3)
      }
      expect(await committed()).toHaveLength(4)
    } finally {
      await close()
    }
  })

  test('whose session forgets what was prepared, as behind a pooling proxy, fail once as a lost connection and prepare no more', async () => {
    const { pool, committed, close } = await marks()
    const single = new pg.Pool({ ...pool.options, connectionString: pool.options.connectionString, max: 1 })
    const mark = (id: string) =>
      pgTransactions.run(single, async (tx) => {
        const statement = { parts: ['insert into marks (id) values (', ')'], values: [id] }
        expect(pgTransactions.executeWithCommit!(tx, { statement, explain: (error) => error })).toBe(true)
      })
    try {
      await mark('prepared')
      await single.query('deallocate all')
      const error: unknown = await mark('forgotten').catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: '26000' })
      expect(pgTransactions.classify(error), 'no attempt of the handler counts').toBe('connection-lost')
      for (const id of ['unprepared', 'unprepared again']) {
        await mark(id)
        await single.query('deallocate all')
      }
      expect(await committed()).toEqual(['prepared', 'unprepared', 'unprepared again'])
    } finally {
      await single.end()
      await close()
    }
  })

  test('live through a connection that breaks at the moment when the pool hands it out', async () => {
    const { pool, committed, close } = await marks()
    const fresh = new pg.Pool({ ...pool.options, connectionString: pool.options.connectionString, max: 1 })
    fresh.on('error', () => undefined)
    // Runs before the continuation of any await, as does an error that came with the same packet.
    fresh.once('acquire', (client) => process.nextTick(() => client.emit('error', new Error('terminated by an administrator'))))
    try {
      const run = pgTransactions.run(fresh, async (tx) => await tx.query("insert into marks (id) values ('cut')"))
      await expect(run).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
      expect(await committed()).toEqual([])
      expect(fresh.totalCount, 'the client is not used again').toBe(0)
    } finally {
      await fresh.end()
      await close()
    }
  })

  test('take a client from a pool that knows promises alone', async () => {
    const { pool, committed, close } = await marks()
    const wrapped = new Proxy(pool, {
      get: (target, name) => (name === 'connect' ? async () => await target.connect() : (Reflect.get(target, name, target) as unknown)),
    })
    try {
      await pgTransactions.run(wrapped, async (tx) => await tx.query("insert into marks (id) values ('kept')"))
      expect(await committed()).toEqual(['kept'])
    } finally {
      await close()
    }
  })

  let db: Awaited<ReturnType<typeof marks>>
  beforeAll(async () => {
    db = await marks()
  })
  afterAll(() => db.close())
  let next = 0
  const mark = () => `m${++next}`

  test('the handle takes every form of query', async () => {
    await pgTransactions.run(db.pool, async (tx) => {
      expect((await tx.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      expect((await tx.query('select $1::int as n', [2])).rows).toEqual([{ n: 2 }])
      expect((await tx.query({ text: 'select $1::int as n', values: [3], name: 'three' })).rows).toEqual([{ n: 3 }])
      expect((await tx.query({ text: 'select 4', rowMode: 'array' })).rows).toEqual([[4]])
      const byCallback = (...args: unknown[]) =>
        new Promise<unknown[]>((resolve, reject) => {
          const query = tx.query as (...args: unknown[]) => unknown
          query(...args, (error: Error | null, result: pg.QueryResult) => {
            if (error === null) resolve(result.rows)
            else reject(error)
          })
        })
      expect(await byCallback('select 5 as n')).toEqual([{ n: 5 }])
      expect(await byCallback('select $1::int as n', [6])).toEqual([{ n: 6 }])
      expect(await byCallback({ text: 'select 7 as n' })).toEqual([{ n: 7 }])
      const submitted = tx.query(new pg.Query<{ n: number }>('select generate_series(8, 10) as n'))
      const rows: number[] = []
      submitted.on('row', (row) => rows.push(row.n))
      await once(submitted, 'end')
      expect(rows).toEqual([8, 9, 10])
    })
  })

  test('the handle reads, listens and is recognised like the client', async () => {
    await pgTransactions.run(db.pool, async (tx) => {
      expect(tx).toBeInstanceOf(pg.Client)
      expect(tx.database).toBe(db.pool.options.database ?? tx.database)
      expect(tx.escapeIdentifier('a"b')).toBe('"a""b"')
      expect(tx.on).toBe(tx.on)
      const { query } = tx
      expect((await query('select 1 as n')).rows).toEqual([{ n: 1 }])
      const notices: unknown[] = []
      expect(tx.on('notice', (notice) => notices.push(notice.message))).toBe(tx)
      await tx.query("do $$ begin raise notice 'hello'; end $$")
      expect(notices).toEqual(['hello'])
    })
  })

  test('listeners that a handler added do not stay on the pooled client', async () => {
    const pool = new pg.Pool({ ...db.pool.options, max: 1 })
    const count = async () => {
      const client = await pool.connect()
      const listeners = ['notice', 'error', 'notification'].map((event) => client.listenerCount(event))
      const protocol = ['readyForQuery', 'commandComplete'].map((event) => client.connection.listenerCount(event))
      client.release()
      return [...listeners, ...protocol]
    }
    const before = await count()
    await pgTransactions.run(pool, async (tx) => {
      tx.on('notice', () => undefined)
      tx.once('notification', () => undefined)
      tx.addListener('error', () => undefined)
      await tx.query('select 1')
    })
    expect(await count()).toEqual(before)
    await pool.end()
  })

  test.each(['release', 'end', 'connect'] as const)('%s on the handle throws a clear error', async (method) => {
    const id = mark()
    await pgTransactions.run(db.pool, async (tx) => {
      await tx.query('insert into marks (id) values ($1)', [id])
      expect(() => void tx[method]()).toThrow(/^JASPER_TRANSACTION_OWNED: .*remove the call/)
      expect((await tx.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    })
    expect(await db.committed()).toContain(id)
  })

  test.each([
    ['commit', 'commit'],
    ['rollback', 'rollback'],
    ['commit and begin in one string', 'commit; begin'],
    ['rollback and begin in one string', 'rollback; begin'],
    ['commit and chain', 'commit and chain'],
  ])('a handler that sends %s is told so before a statement of ours runs', async (_name, sql) => {
    const id = mark()
    let ours = false
    await expect(
      pgTransactions.run(db.pool, async (tx) => {
        await tx.query(sql)
        await pgTransactions.execute(tx, { parts: ['insert into marks (id) values (', ')'], values: [id] })
        ours = true
      }),
    ).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ENDED', message: expect.stringContaining('savepoint') as string })
    expect(ours).toBe(false)
    expect(await db.committed()).not.toContain(id)
  })

  test('after such a COMMIT nothing more runs on the handle, and run rejects', async () => {
    const id = mark()
    await expect(
      pgTransactions.run(db.pool, async (tx) => {
        await tx.query('commit')
        await tx.query('insert into marks (id) values ($1)', [id]).catch(() => undefined)
      }),
    ).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ENDED' })
    expect(await db.committed()).not.toContain(id)
  })

  test('savepoints are the handler\'s own', async () => {
    const [kept, undone] = [mark(), mark()]
    await pgTransactions.run(db.pool, async (tx) => {
      await tx.query('insert into marks (id) values ($1)', [kept])
      await tx.query('savepoint a')
      await tx.query('insert into marks (id) values ($1)', [undone])
      await tx.query('select 1 / 0').catch(() => undefined)
      await tx.query('rollback to savepoint a')
      await pgTransactions.execute(tx, { parts: ['select 1'], values: [] })
    })
    const committed = await db.committed()
    expect(committed).toContain(kept)
    expect(committed).not.toContain(undone)
  })

  test('an error that the handler swallowed is the cause when the transaction cannot commit', async () => {
    const aborted = { code: 'JASPER_TRANSACTION_ABORTED', cause: { code: '22012' } }
    const swallow = (tx: pg.PoolClient) => tx.query('select 1 / 0').catch(() => undefined)
    await expect(pgTransactions.run(db.pool, swallow)).rejects.toMatchObject(aborted)
    await expect(
      pgTransactions.run(db.pool, async (tx) => {
        await swallow(tx)
        await pgTransactions.execute(tx, { parts: ['select 1'], values: [] })
      }),
    ).rejects.toMatchObject(aborted)
  })

  test('a statement that is still running when the handler returns fails the transaction', async () => {
    const id = mark()
    const unawaited = (tx: pg.PoolClient) => {
      void tx.query('insert into marks (id) select $1 from pg_sleep(0.05)', [id])
      return Promise.resolve()
    }
    const refused = { code: 'JASPER_STATEMENT_NOT_AWAITED' }
    await expect(pgTransactions.run(db.pool, unawaited)).rejects.toMatchObject(refused)
    await expect(
      pgTransactions.run(db.pool, async (tx) => {
        await unawaited(tx)
        await pgTransactions.execute(tx, { parts: ['select 1'], values: [] })
      }),
    ).rejects.toMatchObject(refused)
    expect(await db.committed()).not.toContain(id)
  })

  test('a cursor that was left open fails the transaction instead of holding it for ever', async () => {
    const pool = new pg.Pool({ ...db.pool.options, max: 1 })
    const openCursor = { submit: () => undefined, handleError: () => undefined, handleReadyForQuery: () => undefined }
    await expect(
      pgTransactions.run(pool, (tx) => {
        tx.query(openCursor)
        return Promise.resolve()
      }),
    ).rejects.toMatchObject({ code: 'JASPER_STATEMENT_NOT_AWAITED' })
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await pool.end()
  })

  test('a constraint that is checked at COMMIT rejects with its own error', async () => {
    const id = mark()
    const error: unknown = await pgTransactions
      .run(db.pool, (tx) => tx.query('insert into marks (id, parent) values ($1, $2)', [id, 'nobody']))
      .then(() => undefined, (reason: unknown) => reason)
    expect(error).toMatchObject({ code: '23503' })
    expect(await db.committed()).not.toContain(id)
  })

  test('a serialization failure is retryable, at COMMIT and wrapped too', async () => {
    await db.pool.query('create table sums (n int)')
    const addSum = (tx: pg.PoolClient) => tx.query('insert into sums select count(*) from sums')
    const isolation = 'serializable'
    let reachedEnd = false
    const error: unknown = await pgTransactions
      .run(
        db.pool,
        async (first) => {
          await addSum(first)
          // The second reads what the first wrote over, and commits before it.
          await pgTransactions.run(db.pool, addSum, { isolation })
          reachedEnd = true
        },
        { isolation },
      )
      .then(() => undefined, (reason: unknown) => reason)
    expect(reachedEnd).toBe(true)
    expect(error).toMatchObject({ code: '40001' })
    expect(pgTransactions.classify(error)).toBe('retryable')
    expect(pgTransactions.classify(new Error('wrapped', { cause: error }))).toBe('retryable')
  })

  test('a client whose ROLLBACK failed, or whose connection broke, is destroyed', async () => {
    const pool = new pg.Pool({ ...db.pool.options, max: 1 })
    pool.on('error', () => undefined)
    const removed = once(pool, 'remove')
    await expect(
      pgTransactions.run(pool, async (tx) => {
        await db.pool.query('select pg_terminate_backend($1)', [
          (await tx.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid,
        ])
        await tx.query('select 1')
      }),
    ).rejects.toBeDefined()
    await removed
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await pool.end()
  })

  test('refuses an isolation level that PostgreSQL has not, before it opens anything', async () => {
    const began: unknown[] = []
    const run = pgTransactions.run(db.pool, (tx) => Promise.resolve(began.push(tx)), { isolation: 'snapshot' })
    await expect(run).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
    expect(began).toEqual([])
  })

  test('works over a pool that pipelines', async () => {
    const id = mark()
    const pool = new pg.Pool({ ...db.pool.options, pipeline: true, max: 1 })
    await pgTransactions.run(pool, async (tx) => {
      await Promise.all([tx.query('select 1'), tx.query('insert into marks (id) values ($1)', [id]), tx.query('select 2')])
      await pgTransactions.execute(tx, { parts: ['select 1'], values: [] })
    })
    await expect(pgTransactions.run(pool, (tx) => tx.query('rollback'))).rejects.toMatchObject({
      code: 'JASPER_TRANSACTION_ENDED',
    })
    expect(await db.committed()).toContain(id)
    await pool.end()
  })
})
