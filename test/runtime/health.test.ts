import { afterEach, describe, expect, it } from 'vitest'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { resetForTests } from '../../runtime/durability/storage.ts'
import { insert, message } from '../conformance/message-store/scene.ts'
import { smallApp, startsSmallApps } from './small-app.ts'

const start = startsSmallApps()

describe('app.health()', () => {
  it('is ready from the start on, and not before', async () => {
    const { app } = smallApp({ Count: () => undefined })
    expect(await app.health()).toMatchObject({ live: true, ready: false, store: { answers: false } })
    await app.stop()
    expect(await app.health()).toMatchObject({ live: false, ready: false })
    const running = await start({ Count: () => undefined })
    expect(await running.app.health()).toMatchObject({
      live: true,
      ready: true,
      store: { answers: true, error: undefined },
      endpoints: [{ address: 'local://count', state: 'open', waitedMs: undefined }],
    })
  })

  it('is not ready while the store is silent, and answers all the same', async () => {
    const store = inMemory()
    const { app, clock } = await start({ Count: () => undefined }, { store })
    Object.defineProperty(store.operations, 'backlog', { value: () => new Promise(() => undefined) })
    const asked = app.health({ timeout: '500ms' })
    await clock.advance(500)
    expect(await asked).toMatchObject({ live: true, ready: false, store: { answers: false, error: 'The store did not answer within 500 ms.' } })
  })
})

describe('resetForTests', () => {
  const before = process.env['NODE_ENV']
  afterEach(() => {
    process.env['NODE_ENV'] = before
  })

  it('empties a store, and refuses in production', async () => {
    const store = inMemory()
    const { app } = await start({ Count: () => undefined }, { store })
    await insert(store, message({ destination: 'local://nobody' }))
    process.env['NODE_ENV'] = 'production'
    await expect(resetForTests(store)).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
    expect(await app.storage.counts()).toHaveLength(1)
    process.env['NODE_ENV'] = 'test'
    await resetForTests(store)
    expect(await app.storage.counts()).toEqual([])
  })
})
