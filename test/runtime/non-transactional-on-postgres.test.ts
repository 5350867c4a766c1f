import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from './compiled-app.ts'
import { keptLog } from './small-app.ts'

const source = {
  'src/import.handler.ts': `import type { Pool } from 'pg'
import { nonTransactional, onAnyError, policies } from 'jasper-runtime/config'
import type { MessageContext } from 'jasper-runtime'
import type { Tale } from './tale.providers.ts'

export interface Import { file: string; fails: boolean }
export interface Imported { file: string }
export interface Noted { file: string }

export const policy = policies(nonTransactional(), onAnyError().retryNow(1).thenDeadLetter())

export async function handle({ file, fails }: Import, pool: Pool, context: MessageContext, tale: Tale): Promise<Imported> {
  await pool.query('insert into effects values ($1)', [file])
  await (context as MessageContext<never> as unknown as { send(name: string, message: Noted): Promise<void> }).send('Noted', { file })
  const { rows } = await pool.query<{ n: string }>('select count(*) as n from jasper.incoming')
  tale.push(\`\${rows[0]?.n} stored\`)
  if (fails) throw new Error('in the middle')
  return { file }
}
`,
  'src/told.handler.ts': `import type { Imported, Noted } from './import.handler.ts'
import type { Tale } from './tale.providers.ts'

export function handleNoted({ file }: Noted, tale: Tale): void { tale.push('noted ' + file) }
export function handleImported({ file }: Imported, tale: Tale): void { tale.push('imported ' + file) }
`,
  'src/tale.providers.ts': 'export interface Tale extends Array<string> { readonly tale?: true }\n',
}

describe('handlers in no transaction, over PostgreSQL', () => {
  let database: TemporaryDatabase
  let compiled: CompiledApp
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    database = await temporaryDatabase()
    await database.pool.query('create table effects (file text)')
    compiled = await compiledApp(source)
  })
  beforeEach(() => database.pool.query('truncate effects'))
  afterEach(async () => {
    await stop?.()
    stop = undefined
    await database.pool.query('drop schema if exists jasper cascade')
  })
  afterAll(async () => {
    await removeCompiledApps()
    await database.drop()
  })

  async function started(tale: string[] = []) {
    const app = compiled.createApp({ name: 'imports', store: postgres({ pool: database.pool }), log: keptLog(), services: { tale } })
    stop = () => app.stop()
    await app.start()
    return { app, tale }
  }
  const one = async (query: string): Promise<number> => Number((await database.pool.query<{ n: string }>(query)).rows[0]!.n)
  const effects = () => one('select count(*) as n from effects')
  const stored = () => one('select count(*) as n from jasper.incoming')

  it('are given the pool of the app, and what they send is stored with the completion of their message, not before', async () => {
    const { app, tale } = await started()
    expect(app.describe().chains.find(({ message }) => message === 'Import')).toMatchObject({ transaction: undefined, effects: 'at least once' })
    await app.bus.send('Import', { file: 'a', fails: false })
    await eventually('all is done', async () => tale.length === 3 && (await stored()) === 0)
    expect(tale.toSorted()).toEqual(['1 stored', 'imported a', 'noted a'])
    expect(await effects()).toBe(1)
  })

  it('leave what they have written when they fail, and send nothing: again at the next attempt', async () => {
    const { app, tale } = await started()
    await app.bus.send('Import', { file: 'b', fails: true })
    await eventually('it is a dead letter', async () => (await one('select count(*) as n from jasper.dead_letters')) === 1)
    expect(tale).toEqual(['1 stored', '1 stored'])
    expect([await effects(), await stored()], 'written twice, sent never').toEqual([2, 0])
  })

  it('send once what they sent before a failure and after it', async () => {
    const tale: string[] = []
    let left = 1
    // The second statement of the handler fails once: after it has written, and sent.
    const failing = new Proxy(tale, {
      get: (target, name) =>
        name === 'push' ? (text: string) => (text.endsWith('stored') && left-- > 0 ? never() : target.push(text)) : Reflect.get(target, name),
    })
    const { app } = await started(failing)
    await app.bus.send('Import', { file: 'c', fails: false })
    await eventually('all is done', async () => tale.length === 3 && (await stored()) === 0)
    expect(tale.toSorted()).toEqual(['1 stored', 'imported c', 'noted c'])
    expect(await effects()).toBe(2)
  })

  it('need the handle that they ask for, and no store that shares its database', async () => {
    const options = { name: 'imports', store: inMemory(), log: keptLog(), services: { tale: [] } }
    const without = compiled.createApp(options)
    await expect(without.start()).rejects.toMatchObject({
      code: 'JASPER_TRANSACTION_STORE',
      message: expect.stringContaining("ask for the app's pg handle, and the app has no pg handle. Give it as createApp({ data: { pg: ... } })."),
    })
    const withHandle = compiled.createApp({ ...options, store: inMemory(), data: { pg: database.pool } })
    stop = () => withHandle.stop()
    await withHandle.start()
  })
})

function never(): never {
  throw new Error('in the middle')
}
