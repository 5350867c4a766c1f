import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres, schemaScript, type PostgresOptions, type PostgresStore } from '../../runtime/stores/postgres/index.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { migrations } from '../../runtime/stores/postgres/migrations.ts'
import { claim, countsAt, endpoint, insert, message, quiet, uuid } from '../conformance/message-store/scene.ts'
import { signal } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

let database: TemporaryDatabase
const stores: PostgresStore[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(async () => {
  for (const store of stores) await store.close()
  await database.drop()
})

function store(schema: string, options: Partial<PostgresOptions> = {}): PostgresStore {
  const made = postgres({ connectionString: database.url, schema, ...options })
  stores.push(made)
  return made
}

async function opened(schema: string, options: Partial<PostgresOptions> = {}, appName = 'shop'): Promise<PostgresStore> {
  const made = store(schema, options)
  await made.open({ appName, clock: systemClock, log: quiet })
  return made
}

describe('the schema of the PostgreSQL store', () => {
  it('is made once by many processes that start at the same time', async () => {
    const processes = await Promise.all(Array.from({ length: 6 }, () => opened('together')))
    await Promise.all(processes.map((one) => insert(one, message())))
    const { rows } = await database.pool.query('select version, name from together.migrations')
    expect(rows).toEqual(migrations.map(({ version, name }) => ({ version, name })))
  })

  it('is not made with check, and the error says how', async () => {
    await expect(opened('missing', { migrate: 'check' })).rejects.toMatchObject({
      code: 'JASPER_STORE_SCHEMA',
      message: expect.stringMatching(/schema "missing".*migrate: 'auto'.*schemaScript/),
    })
    const { rows } = await database.pool.query(`select 1 from pg_namespace where nspname = 'missing'`)
    expect(rows).toEqual([])
  })

  it('may be made by the script, and passes the check', async () => {
    await database.pool.query(schemaScript('scripted'))
    await insert(await opened('scripted', { migrate: 'check' }), message())
    await opened('scripted')
  })

  it('is refused when it is newer than the runtime, and left alone', async () => {
    await opened('newer')
    await database.pool.query(`insert into newer.migrations (version, name, works_from) values (99, 'from the future', 99)`)
    for (const migrate of ['auto', 'check'] as const) {
      await expect(opened('newer', { migrate })).rejects.toMatchObject({ code: 'JASPER_STORE_SCHEMA', message: expect.stringContaining('Update jasper-runtime') })
    }
  })

  it('is refused when it has tables of other origin, and left as it was', async () => {
    await database.pool.query('create schema foreign_tables; create table foreign_tables.incoming (x int)')
    await expect(opened('foreign_tables')).rejects.toMatchObject({ code: 'JASPER_STORE_SCHEMA', message: expect.stringContaining('another schema') })
    const { rows } = await database.pool.query(`select tablename from pg_tables where schemaname = 'foreign_tables'`)
    expect(rows).toEqual([{ tablename: 'incoming' }])
  })

  it('that loses a table gives a clear error, not a wrong answer', async () => {
    const broken = await opened('broken')
    await database.pool.query('drop table broken.incoming')
    await expect(insert(broken, message())).rejects.toMatchObject({ code: 'JASPER_STORE_SCHEMA' })
  })

  it('belongs to the application that came first', async () => {
    await opened('owned')
    await expect(opened('owned', {}, 'billing')).rejects.toMatchObject({
      code: 'JASPER_STORE_OWNED',
      message: expect.stringMatching(/"shop".*"billing".*postgres\(\{ schema \}\)/),
    })
  })

  it('that a role may not make or use gives an error that says what to grant', async () => {
    const role = `jasper_test_${process.pid}`
    await database.pool.query(`create role ${role} login; revoke create on database ${database.name} from public`)
    try {
      const url = new URL(database.url)
      url.username = role
      await expect(opened('not_mine', { connectionString: url.href })).rejects.toMatchObject({ code: 'JASPER_STORE_REFUSED', message: expect.stringContaining('permission denied') })
      await opened('of_others')
      await expect(opened('of_others', { connectionString: url.href, migrate: 'check' })).rejects.toMatchObject({
        code: 'JASPER_STORE_REFUSED',
        message: expect.stringMatching(/permission denied.*Grant/),
      })
      // Rights on the tables are not enough, and what else it takes nobody has unasked.
      const asRole = { connectionString: url.href, migrate: 'check' } as const
      await database.pool.query(`grant usage on schema of_others to ${role}; grant select, insert, update, delete on all tables in schema of_others to ${role}`)
      await expect(opened('of_others', asRole)).rejects.toMatchObject({
        code: 'JASPER_STORE_REFUSED',
        message: expect.stringContaining(`grant usage on all sequences in schema "of_others" to "${role}"`),
      })
      await database.pool.query(`grant usage on all sequences in schema of_others to ${role}`)
      const store = await opened('of_others', asRole)
      const due = message({ scheduledFor: new Date(Date.now() + 3_600_000) })
      await insert(store, due)
      // Due at once: it arrives, and is numbered.
      await store.scheduled.reschedule(due.envelope.id, new Date(0))
      expect(await claim(store, uuid())).toHaveLength(1)
    } finally {
      await database.pool.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  it('in a database that does not exist gives an error that says so', async () => {
    const url = new URL(database.url)
    url.pathname = '/no_such_database'
    await expect(opened('jasper', { connectionString: url.href })).rejects.toMatchObject({
      code: 'JASPER_STORE_REFUSED',
      message: expect.stringMatching(/does not exist.*Create the database/),
    })
  })
})

describe('the tables of messages that come in and of those that go out', () => {
  it('have the same columns, because they share their statements', async () => {
    await opened('alike')
    const columnsOf = async (table: string): Promise<readonly string[]> => {
      const { rows } = await database.pool.query<{ said: string }>(
        `select concat_ws(' ', column_name, data_type, collation_name, column_default, is_nullable, is_identity) as said
         from information_schema.columns where table_schema = 'alike' and table_name = $1 order by 1`,
        [table],
      )
      return rows.map(({ said }) => said)
    }
    const incoming = await columnsOf('incoming')
    expect(incoming).toContain('body bytea NO NO')
    expect(await columnsOf('outgoing')).toEqual(incoming)
  })
})

describe('two schemas in one database', () => {
  it('share no message, no node, no lock, no claim and no wake-up', async () => {
    const [one, two] = [await opened('one'), await opened('two', {}, 'another')]
    const id = uuid()
    await one.nodes.register({ id, host: 'h', pid: 1 })
    await two.nodes.register({ id, host: 'h', pid: 1 })
    const watcher = await opened('one')
    const observer = uuid()
    await watcher.nodes.register({ id: observer, host: 'h', pid: 1 })

    const stored = message()
    await insert(one, stored)
    await insert(two, stored)
    expect(await claim(one, id)).toHaveLength(1)
    expect(await countsAt(two)).toMatchObject({ ready: 1, claimed: 0 })
    await two.nodes.takeOver(id, 10)
    expect(await one.incoming.ownedBy(id)).toHaveLength(1)
    expect((await watcher.nodes.beat(observer, [endpoint])).others).toMatchObject([{ id, lockHeld: true }])

    const wakes: (readonly string[])[] = []
    const woken = signal('the wake-up of its own schema')
    await watcher.wakeUps.listen((endpoints) => {
      wakes.push(endpoints)
      woken.fire()
    })
    const other = await opened('two', {}, 'another')
    const otherWoken = signal('the other schema has sent its own')
    await other.wakeUps.listen(() => otherWoken.fire())
    two.wakeUps.notify(['local://two'])
    await otherWoken.fired
    one.wakeUps.notify(['local://one'])
    await woken.fired
    expect(wakes).toEqual([['local://one']])
  })

  it('lose their locks each for itself', async () => {
    const [left, right, watchLeft, watchRight] = await Promise.all([opened('left'), opened('right'), opened('left'), opened('right')])
    const [node, watcher] = [uuid(), uuid()]
    for (const one of [left, right]) await one.nodes.register({ id: node, host: 'h', pid: 1 })
    for (const one of [watchLeft, watchRight]) await one.nodes.register({ id: watcher, host: 'h', pid: 1 })
    await left.close()
    const held = async (one: PostgresStore) => (await one.nodes.beat(watcher, [])).others[0]!.lockHeld
    await expect.poll(() => held(watchLeft)).toBe(false)
    expect(await held(watchRight)).toBe(true)
  })
})

