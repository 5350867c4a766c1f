import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { claim, complete, countsAt, insert, messages, Scene } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
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

it('forgetting completed ids holds up nobody who stores the same ids or claims and settles others; who settles the same waits for its page', async () => {
  const store = await scene.process()
  const owner = await scene.node(store)
  const old = messages(200)
  await insert(store, ...old)
  await store.incoming.settle((await claim(store, owner, 200)).map((one) => complete(one.claim)))
  place.advance(2 * 3_600_000)

  // The cleanup stops in the middle of its page for as long as somebody else holds a lock.
  await database.pool.query(`
    create function public.wait_at_delete() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(4242);
      return old;
    end $$;
    create trigger waits before delete on ${place.schema}.completed for each row execute function public.wait_at_delete()`)
  const holder = new pg.Client(database.url)
  await holder.connect()
  try {
    await holder.query('select pg_advisory_lock(4242)')
    let ended = false
    const forgotten = store.incoming.forgetCompleted(150).finally(() => (ended = true))
    await eventually('the cleanup waits', async () => {
      const { rowCount } = await database.pool.query(`select from pg_locks where locktype = 'advisory' and objid = 4242 and not granted`)
      return rowCount === 1
    })
    await insert(store, ...old, ...messages(50))
    expect(await countsAt(store)).toMatchObject({ ready: 250 })
    const held = await claim(store, owner, 250)
    expect(held).toHaveLength(250)
    const outcomes = await store.incoming.settle(held.slice(200).map((one) => complete(one.claim)))
    expect(new Set(outcomes)).toEqual(new Set(['settled']))
    expect(ended, 'all of it while the cleanup was under way').toBe(false)
    const same = store.incoming.settle(held.slice(0, 200).map((one) => complete(one.claim)))
    await holder.query('select pg_advisory_unlock(4242)')
    expect(await forgotten).toBe(150)
    expect(new Set(await same)).toEqual(new Set(['settled']))
    expect(await store.incoming.forgetCompleted(150), 'all of them are known anew').toBe(0)
    await insert(store, ...old)
    expect(await store.incoming.counts()).toEqual([])
  } finally {
    await holder.end()
    await database.pool.query(`drop trigger waits on ${place.schema}.completed; drop function public.wait_at_delete()`)
  }
})
