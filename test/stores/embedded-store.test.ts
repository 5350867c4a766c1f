import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inspect } from 'node:util'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Logger } from '../../runtime/contracts/logger.ts'
import { startEmbeddedServer, type EmbeddedServer } from '../../runtime/stores/embedded/start-embedded-server.ts'
import { embedded, type EmbeddedStore } from '../../runtime/stores/embedded/index.ts'
import { systemClock as clock } from '../../runtime/timing/system-clock.ts'
import { messageStoreConformance } from '../conformance/message-store.ts'
import { eventually } from '../support/eventually.ts'
import { ownFolder } from './embedded/start-app.ts'
import { postgresPlace } from './postgres-harness.ts'

const log: Logger = { debug() {}, info() {}, warn() {}, error() {} }
let own: Awaited<ReturnType<typeof ownFolder>>
let folder: string

beforeAll(async () => {
  own = await ownFolder()
  folder = join(own.path, '.jasper')
})
afterAll(() => own.remove())

describe('the embedded store, joined to a server', () => {
  let server: EmbeddedServer
  let pool: pg.Pool
  beforeAll(async () => {
    server = await startEmbeddedServer({ folder, fastForTests: true })
    pool = new pg.Pool({ connectionString: server.connectionString(), max: 4 })
    // pool.end() does not wait for its connections, and the server that stops next has a last word for them.
    pool.on('error', () => undefined)
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  messageStoreConformance('the embedded store', {
    capabilities: { durable: true, dialect: 'postgres', wakesOtherProcesses: true },
    fresh() {
      const place = postgresPlace({ url: server.connectionString(), name: 'jasper', pool, drop: () => Promise.resolve() })
      return Promise.resolve({
        ...place,
        store: () => embedded(folder, { schema: place.schema, clock: place.clock }),
      })
    },
  })
})

describe('the embedded store, running its server', () => {
  let store: EmbeddedStore
  const options = { appName: 'shop', clock, log }
  beforeAll(() => {
    store = embedded(folder)
  })
  afterAll(() => store.close())

  test('names its folder and shows no secret', async () => {
    await store.connect()
    const secret = new URL(store.connectionString()).password
    expect(secret.length).toBeGreaterThan(20)
    expect(store.description).toBe(`PostgreSQL embedded in ${folder}, schema "jasper"`)
    const shown = [JSON.stringify(store), inspect(store, { depth: 8 }), inspect(store.pool, { depth: 8 }), store.description]
    expect(shown.filter((text) => text.includes(secret))).toEqual([])
  })

  test('connect makes the pool usable before the app starts, and gives it to handlers', async () => {
    await store.connect()
    await store.pool.query('create table if not exists orders (id text)')
    expect(store.dataHandle('pg')).toBe(store.pool)
  })

  test('before connect and after close there is nothing to connect to', async () => {
    const closed = embedded(folder)
    expect(() => closed.connectionString()).toThrow(/^JASPER_STORE_CLOSED: .*connect\(\)/)
    await expect((async () => closed.pool.query('select 1'))()).rejects.toMatchObject({ code: 'JASPER_STORE_CLOSED' })
  })

  test('two stores of one folder share the server; when the one that runs it closes, the other goes on', async () => {
    await store.open(options)
    const other = embedded(folder)
    await other.open(options)
    try {
      const url = other.connectionString()
      expect(store.connectionString()).toBe(url)
      await store.close()
      await eventually('the other store answers', async () => (await other.incoming.counts()).length === 0)
      expect((await other.pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      await store.open(options)
      expect(await store.incoming.counts()).toEqual([])
    } finally {
      await other.close()
    }
    await eventually('the store has taken over', async () => (await store.incoming.counts()).length === 0)
  })

  test('a failed start can be tried again', async () => {
    const failing = embedded('/dev/null/jasper')
    await expect(failing.open(options)).rejects.toMatchObject({ code: 'JASPER_EMBEDDED_UNAVAILABLE' })
    await expect(failing.connect()).rejects.toMatchObject({ code: 'JASPER_EMBEDDED_UNAVAILABLE' })
    await failing.close()
  })

  test('refuses options that mean nothing', () => {
    expect(() => embedded('')).toThrow(/^JASPER_BAD_OPTION: .*folder/)
    expect(() => embedded(folder, { poolSize: 0 })).toThrow(/^JASPER_BAD_OPTION: .*poolSize/)
    expect(() => embedded(folder, { schema: 'no such "name' })).toThrow(/^JASPER_BAD_OPTION/)
  })

  test('importing it starts nothing and lets the process end', async () => {
    const path = fileURLToPath(new URL('../../runtime/stores/embedded/index.ts', import.meta.url))
    const script = `import { embedded } from ${JSON.stringify(path)}\nconst store = embedded('./never-made')\nconsole.log(store.description)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: own.path, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (text) => (said += String(text)))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, said }).toEqual({ code: 0, said: 'PostgreSQL embedded in ./never-made, schema "jasper"\n' })
  })
})
