import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import { postgres, schemaScript } from '../../runtime/stores/postgres/index.ts'
import { migrations, scriptOf, type Migration } from '../../runtime/stores/postgres/migrations.ts'
import { postgresKnowing } from '../../runtime/stores/postgres/postgres-message-store.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { claim, claimOne, complete, countsAt, deadLetter, endpoint, insert, message, messages, quiet, uuid } from '../conformance/message-store/scene.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

let database: TemporaryDatabase
const stores: MessageStore[] = []
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(async () => {
  for (const store of stores) await store.close()
  await database.drop()
})

const now = migrations.length
const last = migrations.at(-1)!
/** A version that this runtime does not know, compatible with it unless it says otherwise. */
const future = (version: number, worksFrom = version - 1): Migration => ({
  version,
  name: `future ${version}`,
  worksFrom,
  text: (schema) => `create table ${schema}.future_${version} (x int);`,
})
const knowing = (known: readonly Migration[], schema: string, migrate: 'auto' | 'check' = 'auto') => {
  const store = postgresKnowing(known, { connectionString: database.url, schema, migrate })
  stores.push(store)
  return store
}
const opened = async (...args: Parameters<typeof knowing>) => {
  const store = knowing(...args)
  await store.open({ appName: 'shop', clock: systemClock, log: quiet })
  return store
}
const operated = async (store: MessageStore, { readOnly = false, checkSchema = false } = {}) => {
  stores.push(store)
  await store.openForOperator({ readOnly, checkSchema, clock: systemClock, log: quiet })
  return store
}

/** Everything that a schema consists of, as PostgreSQL tells it. */
async function shapeOf(schema: string): Promise<unknown> {
  const { rows } = await database.pool.query(
    `select 'column' as kind, table_name || '.' || column_name as name, data_type || ' ' || is_nullable || coalesce(' ' || column_default, '') as what
       from information_schema.columns where table_schema = $1
     union all select 'index', indexname, indexdef from pg_indexes where schemaname = $1
     union all select 'constraint', conname, pg_get_constraintdef(c.oid) from pg_constraint c where connamespace = to_regnamespace($1)
     union all select 'function', p.proname, pg_get_functiondef(p.oid) from pg_proc p where pronamespace = to_regnamespace($1)
     order by 1, 2`,
    [schema],
  )
  return JSON.parse(JSON.stringify(rows).replaceAll(schema, 'SCHEMA')) as unknown
}

describe('the list of migrations', () => {
  it('is given hours where other statements are given seconds: an index over a large table takes its time', async () => {
    const asked = vi.spyOn(pg.Client.prototype, 'query')
    try {
      await opened([...migrations, future(now + 1)], 'slow')
      const queries = asked.mock.calls.map(([query]) => query as unknown as { readonly text?: string; readonly query_timeout?: number })
      const slow = queries.filter(({ text }) => text?.includes('create table "slow".future_') === true)
      expect(slow.length).toBeGreaterThan(0)
      for (const { query_timeout: limit } of slow) expect(limit).toBeGreaterThan(3_600_000)
      expect(queries.some(({ text, query_timeout: limit }) => text !== undefined && limit === undefined), 'others keep the limit of the pool').toBe(true)
    } finally {
      asked.mockRestore()
    }
  })

  it('has no gap, and each says from which version on a runtime goes on working', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
    for (const { version, worksFrom } of migrations) expect([version, Math.max(1, version - 1)]).toContain(worksFrom)
  })
})

describe('while a deploy rolls from one version to the next', () => {
  it('a process of the version before goes on, restarts, and works beside the new one', async () => {
    expect(last.worksFrom).toBe(last.version - 1)
    const former = migrations.slice(0, -1)
    // The statements of this runtime need its own tables, so what the former process does comes after the migration.
    const running = await opened(former, 'rolling')
    const newer = await opened(migrations, 'rolling')
    const restarted = await opened(former, 'rolling')
    const checking = await opened(former, 'rolling', 'check')
    for (const store of [running, newer, restarted, checking]) {
      await insert(store, ...messages(2))
      const owner = uuid()
      await store.nodes.register({ id: owner, host: 'h', pid: 1 })
      const [one, two] = await claim(store, owner, 2)
      expect(await store.incoming.settle([complete(one!.claim), deadLetter(two!.claim)])).toEqual(['settled', 'settled'])
      expect(await store.deadLetters.replay([{ id: two!.claim.id, endpoint }])).toBe(1)
      await store.incoming.settle([complete((await claimOne(store, owner)).claim)])
    }
    expect(await countsAt(newer)).toMatchObject({ ready: 0, claimed: 0, deadLettered: 0 })
  })

  it('a newer schema is left as it is by a process that could migrate', async () => {
    await opened([...migrations, future(now + 1)], 'left_alone')
    await opened(migrations, 'left_alone')
    const { rows } = await database.pool.query('select max(version) as version from left_alone.migrations')
    expect(rows).toEqual([{ version: now + 1 }])
  })

  it('a schema that the runtime cannot work with is refused, and the error says why', async () => {
    await opened([...migrations, future(now + 1, now + 1)], 'too_new')
    for (const migrate of ['auto', 'check'] as const) {
      await expect(opened(migrations, 'too_new', migrate)).rejects.toMatchObject({
        code: 'JASPER_STORE_SCHEMA',
        message: expect.stringMatching(new RegExp(`version ${now + 1}, which this .* made for version ${now}\\. Update`)),
      })
    }
  })

  it('a runtime that is two versions behind is refused, though each step was compatible', async () => {
    await opened([...migrations, future(now + 1), future(now + 2)], 'two_ahead')
    await opened([...migrations, future(now + 1)], 'two_ahead')
    await expect(opened(migrations, 'two_ahead')).rejects.toMatchObject({ code: 'JASPER_STORE_SCHEMA' })
  })

  it('a failing migration leaves the schema as it was, and the old version working', async () => {
    const store = await opened(migrations, 'failing')
    const broken = { ...future(now + 1), text: (schema: string) => `create table ${schema}.half (x int); select 1/0;` }
    await expect(opened([...migrations, broken], 'failing')).rejects.toMatchObject({ code: expect.stringMatching(/^JASPER_/) })
    const { rows } = await database.pool.query(`select to_regclass('failing.half') as half, (select max(version) from failing.migrations) as version`)
    expect(rows).toEqual([{ half: null, version: now }])
    await insert(store, message())
  })
})

describe('an operator', () => {
  it('sees what a migration will do, does it, and sees that nothing is left', async () => {
    await opened(migrations.slice(0, -1), 'pending')
    const { operations } = await operated(postgres({ connectionString: database.url, schema: 'pending' }))
    const step = { version: last.version, name: last.name, canRoll: true }
    expect(await operations.schema!.state()).toEqual({ version: now - 1, needed: now, isUsable: false, pending: [step] })
    expect(await operations.schema!.migrate()).toEqual([step])
    expect(await operations.schema!.state()).toEqual({ version: now, needed: now, isUsable: true, pending: [] })
    expect(await operations.schema!.migrate()).toEqual([])
  })

  it('sees an empty database, and which steps stop a rolling deploy', async () => {
    const { operations } = await operated(knowing([...migrations, future(now + 1, now + 1)], 'nothing_there'))
    const { version, isUsable, pending } = await operations.schema!.state()
    expect({ version, isUsable }).toEqual({ version: 0, isUsable: false })
    expect(pending.map(({ canRoll }) => canRoll)).toEqual([...migrations.map(() => true), false])
  })

  it('is told when the schema must be checked and is not there', async () => {
    const store = postgres({ connectionString: database.url, schema: 'never_made' })
    await expect(operated(store, { readOnly: true, checkSchema: true })).rejects.toMatchObject({
      code: 'JASPER_STORE_SCHEMA',
      message: expect.stringContaining('jasper storage migrate'),
    })
  })

  it('can change nothing through a read-only connection, whatever is asked', async () => {
    const store = await opened(migrations, 'looked_at')
    await insert(store, message())
    const looking = await operated(postgres({ connectionString: `${database.url}?options=-c%20default_transaction_read_only%3Doff`, schema: 'looked_at' }), { readOnly: true })
    expect(await countsAt(looking)).toMatchObject({ ready: 1 })
    await expect(looking.operations.clear()).rejects.toThrow(/read-only transaction/)
    await expect(looking.operations.schema!.rebuild()).rejects.toThrow(/read-only transaction/)
    await expect(insert(looking, message())).rejects.toThrow(/read-only transaction/)
    expect(await countsAt(store)).toMatchObject({ ready: 1 })
  })

  it('may not take over a store that somebody has connected', async () => {
    const store = await opened(migrations, 'in_use')
    await expect(operated(store, { readOnly: true })).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
  })
})

describe('the script', () => {
  it.each(Array.from({ length: now }, (_, from) => from))('from version %i makes what a migration makes', async (from) => {
    const schema = `from_version_${from}`
    if (from > 0) await database.pool.query(scriptOf(migrations, schema, { to: from }))
    await database.pool.query(scriptOf(migrations, schema, { from }))
    await opened(migrations, 'by_migration')
    expect(await shapeOf(schema)).toEqual(await shapeOf('by_migration'))
    await opened(migrations, schema, 'check')
  })

  it('fails and changes nothing where the database has another version', async () => {
    const script = schemaScript('wrong_start', { from: 1 })
    await database.pool.query(schemaScript('wrong_start'))
    await expect(database.pool.query(script)).rejects.toThrow(/goes on from schema version 1/)
    await database.pool.query('rollback')
    await opened(migrations, 'wrong_start', 'check')
  })

  it('goes only forward, and only to versions that there are', () => {
    for (const range of [{ from: 2, to: 1 }, { to: now + 1 }, { from: -1 }, { from: 0.5 }]) {
      expect(() => schemaScript('jasper', range)).toThrow(/JASPER_BAD_OPTION.*no way/)
    }
    expect(schemaScript('jasper', { from: now })).toMatch(/^-- .*nothing to do/)
  })
})

describe('a rebuild', () => {
  it('makes the tables anew, without messages, and leaves alone what is not ours', async () => {
    const store = await opened(migrations, 'rebuilt')
    await insert(store, message())
    await database.pool.query(`create table rebuilt.of_the_user (x int); insert into rebuilt.of_the_user values (7)`)
    await store.close()
    const { operations } = await operated(postgres({ connectionString: database.url, schema: 'rebuilt' }))
    await operations.schema!.rebuild()
    expect((await database.pool.query('select x from rebuilt.of_the_user')).rows).toEqual([{ x: 7 }])
    await database.pool.query('drop table rebuilt.of_the_user')
    await opened(migrations, 'fresh')
    expect(await shapeOf('rebuilt')).toEqual(await shapeOf('fresh'))
    const { rows } = await database.pool.query(`select nspname from pg_namespace where nspname like '%rebuild'`)
    expect(rows).toEqual([])
    expect(await countsAt(await opened(migrations, 'rebuilt'))).toMatchObject({ ready: 0 })
  })

  it('of an empty database makes the tables', async () => {
    const { operations } = await operated(postgres({ connectionString: database.url, schema: 'made_by_rebuild' }))
    await operations.schema!.rebuild()
    await opened(migrations, 'made_by_rebuild', 'check')
  })

  it('is refused where the schema is newer', async () => {
    await (await opened([...migrations, future(now + 1)], 'newer_than_us')).close()
    const { operations } = await operated(postgres({ connectionString: database.url, schema: 'newer_than_us' }))
    await expect(operations.schema!.rebuild()).rejects.toMatchObject({ code: 'JASPER_STORE_SCHEMA' })
  })
})
