import { execFile } from 'node:child_process'
import { inspect, promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { claimOne, comparable, envelope, insert, quiet, uuid } from '../conformance/message-store/scene.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

const connectionString = 'postgres://somebody:s3cr3t@127.0.0.1:5432/shop'
const open = { appName: 'shop', clock: systemClock, log: quiet }

describe('the options of the PostgreSQL store', () => {
  const refused: readonly [string, object, RegExp][] = [
    ['neither a connection string nor a pool', {}, /connectionString or pool.*environment variable/],
    ['an environment variable that is not set', { connectionString: undefined }, /connectionString or pool/],
    ['an empty connection string', { connectionString: '' }, /connectionString or pool/],
    ['both', { connectionString, pool: new pg.Pool() }, /not both/],
    ['a pool that is none', { pool: {} }, /not a Pool/],
    ['a schema with capitals', { connectionString, schema: 'Jasper' }, /schema.*"Jasper".*a-z/],
    ['a schema that ends its quotes', { connectionString, schema: 'a"; drop table x' }, /schema/],
    ['a schema of 64 characters', { connectionString, schema: 'a'.repeat(64) }, /63/],
    ['an empty schema', { connectionString, schema: '' }, /schema/],
    ['a schema of the server', { connectionString, schema: 'pg_catalog' }, /pg_/],
    ['another way to migrate', { connectionString, migrate: 'never' }, /'auto' or 'check'/],
    ['no connections', { connectionString, connections: 0 }, /connections.*1 to 50/],
    ['half a connection', { connectionString, connections: 1.5 }, /connections/],
    ['a window that is no length of time', { connectionString, dedupWindow: 'soon' }, /dedupWindow.*"soon"/],
  ]
  it.each(refused)('refuses %s', (_, options, message) => {
    expect(() => postgres(options)).toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringMatching(message) }))
  })

  it('refuses an address that cannot be read, without repeating it', () => {
    const error = caught(() => postgres({ connectionString: 'postgres://u:s3cr3t@:::/x' }))
    expect(error).toMatchObject({ code: 'JASPER_BAD_OPTION' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cr3t')
  })

  it('says where it is, without secrets', () => {
    const store = postgres({ connectionString, schema: 'orders' })
    expect(store.description).toBe('PostgreSQL at 127.0.0.1:5432/shop, schema "orders"')
    expect(inspect(store, { depth: 9, showHidden: true })).not.toContain('s3cr3t')
    expect(JSON.stringify(store)).not.toContain('s3cr3t')
    expect(inspect(store.pool, { depth: 9 })).not.toContain('s3cr3t')
  })

  it('says what to install when pg is missing', async () => {
    const withoutPg = `
      import { Module } from 'node:module'
      const resolve = Module._resolveFilename
      Module._resolveFilename = (name, ...rest) => {
        if (name === 'pg') throw Object.assign(new Error("Cannot find module 'pg'"), { code: 'MODULE_NOT_FOUND' })
        return resolve(name, ...rest)
      }
      const store = new URL('runtime/stores/postgres/index.ts', 'file://' + process.cwd() + '/')
      await import(store).catch((error) => console.log(error.code, error.message))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', withoutPg])
    expect(stdout).toMatch(/^JASPER_MISSING_PEER .*npm install pg/)
  })
})

describe('the pools of the PostgreSQL store', () => {
  let database: TemporaryDatabase
  beforeAll(async () => {
    database = await temporaryDatabase()
  })
  afterAll(() => database.drop())

  it('gives handlers a pool of its own making, once it is connected', async () => {
    const store = postgres({ connectionString: database.url, schema: 'own' })
    await Promise.all([store.connect(), store.connect()])
    expect(store.dataHandle('pg')).toBe(store.pool)
    expect((await store.pool.query('select count(*)::int as n from own.incoming')).rows).toEqual([{ n: 0 }])
    const { pool } = store
    await store.close()
    expect(pool.ended).toBe(true)
  })

  it('gives handlers the pool of the app, settles while it is exhausted, and leaves it open', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    const store = postgres({ pool, schema: 'given' })
    await store.open(open)
    expect(store.dataHandle('pg')).toBe(pool)
    const busyHandler = await pool.connect()
    const owner = uuid()
    await store.nodes.register({ id: owner, host: 'h', pid: 1 })
    await insert(store, { envelope: envelope(), owner: undefined, lane: undefined })
    const { claim } = await claimOne(store, owner)
    expect(await store.incoming.settle([{ kind: 'complete', claim, sends: [] }])).toEqual(['settled'])
    busyHandler.release()
    await store.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(pool.listenerCount('error')).toBe(0)
    await pool.end()
  })

  it('takes the settings of the pool, its hidden password and its kind of client', async () => {
    const seen: (string | undefined)[] = []
    class Client extends pg.Client {
      constructor(config?: string | pg.ClientConfig) {
        super(config)
        seen.push(this.password)
      }
    }
    const { host, port, database: name, user } = new pg.Client(database.url) as pg.Client & { database: string }
    const pool = new pg.Pool({ host, port, database: name, user: user!, password: 's3cr3t', Client, query_timeout: 1 })
    const store = postgres({ pool, schema: 'settings' })
    await store.open(open)
    await store.nodes.register({ id: uuid(), host: 'h', pid: 1 })
    await store.close()
    await pool.end()
    expect(new Set(seen)).toEqual(new Set(['s3cr3t']))
    expect(seen.length).toBeGreaterThan(1)
  })

  it('has at most three connections when idle, and names them', async () => {
    const store = postgres({ connectionString: database.url, schema: 'idle' })
    await store.open(open)
    await store.wakeUps.listen(() => undefined)
    await store.nodes.register({ id: uuid(), host: 'h', pid: 1 })
    await store.incoming.counts()
    const { rows } = await database.pool.query<{ name: string }>(
      `select application_name as name from pg_stat_activity where datname = current_database() and application_name <> ''`,
    )
    expect(rows.length).toBeLessThanOrEqual(3)
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['jasper-runtime idle']))
    await store.close()
  })

  it('neither changes the parsers of pg nor minds those that the app has set', async () => {
    const oids = [16, 17, 20, 23, 25, 114, 701, 1184, 2950]
    const before = oids.map((oid) => pg.types.getTypeParser(oid))
    try {
      for (const oid of oids) pg.types.setTypeParser(oid, () => 'spoilt')
      const store = postgres({ connectionString: database.url, schema: 'parsers' })
      await store.open(open)
      const owner = uuid()
      await store.nodes.register({ id: owner, host: 'h', pid: 1 })
      const full = envelope({ headers: { a: 'b' }, deliverBy: new Date(5) })
      await insert(store, { envelope: full, owner: undefined, lane: undefined })
      expect(comparable((await claimOne(store, owner)).envelope)).toEqual(comparable(full))
      expect(await store.nodes.beat(owner, [])).toMatchObject({ alive: true })
      await store.close()
      for (const oid of oids) expect((pg.types.getTypeParser(oid) as (text: string) => unknown)('x')).toBe('spoilt')
    } finally {
      oids.forEach((oid, at) => pg.types.setTypeParser(oid, before[at]))
    }
  })

  it('reads bytes from a server that spells them the old way', async () => {
    const store = postgres({ connectionString: `${database.url}?options=-c%20bytea_output%3Descape`, schema: 'escape' })
    await store.open(open)
    const owner = uuid()
    const full = envelope({ body: Uint8Array.from({ length: 256 }, (_, byte) => byte) })
    await insert(store, { envelope: full, owner: undefined, lane: undefined })
    expect(comparable((await claimOne(store, owner)).envelope)).toEqual(comparable(full))
    await store.close()
  })
})

function caught(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}
