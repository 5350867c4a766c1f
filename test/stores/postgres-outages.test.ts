import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import { postgres, type PostgresStore } from '../../runtime/stores/postgres/index.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { claim, complete, countsAt, endpoint, insert, message, messages, quiet, uuid } from '../conformance/message-store/scene.ts'
import { eventually, signal } from '../support/eventually.ts'
import { tcpFaultProxy, type TcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

let database: TemporaryDatabase
let proxy: TcpFaultProxy
let store: PostgresStore
let node: string

beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())

beforeEach(async () => {
  const { hostname, port } = new URL(database.url)
  proxy = await tcpFaultProxy(hostname, Number(port || 5432))
  const url = new URL(database.url)
  url.host = `127.0.0.1:${proxy.port}`
  store = postgres({ connectionString: url.href })
  await store.open({ appName: 'shop', clock: systemClock, log: quiet })
  node = uuid()
  await store.nodes.register({ id: node, host: 'h', pid: 1 })
})
afterEach(async () => {
  proxy.mend()
  await store.close()
  await proxy.close()
  await database.pool.query('drop schema jasper cascade')
})

/** Ends every connection of the store from the server's side, as a restart or an administrator does. */
async function terminateAll(): Promise<void> {
  await database.pool.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'jasper-runtime%'`)
}

/** Repeats what was not answered, as the runtime does. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  return await eventually('the store answers again', async () => [await work()]).then(([value]) => value!)
}

/** A store in another process, on its own way to the server. */
async function witness(): Promise<{ store: MessageStore; node: string; end(): Promise<void> }> {
  const other = postgres({ connectionString: database.url })
  await other.open({ appName: 'shop', clock: systemClock, log: quiet })
  const id = uuid()
  await other.nodes.register({ id, host: 'h', pid: 2 })
  return { store: other, node: id, end: () => other.close() }
}

describe('a PostgreSQL server that goes away', () => {
  it('is told at open, at once', async () => {
    const nowhere = postgres({ connectionString: 'postgres://u:s3cr3t@127.0.0.1:1/x' })
    const begun = performance.now()
    const error = await nowhere.open({ appName: 'shop', clock: systemClock, log: quiet }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'JASPER_STORE_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1/x') })
    expect(String((error as Error).stack)).not.toContain('s3cr3t')
    expect(performance.now() - begun).toBeLessThan(5_000)
    await nowhere.close()
  })

  it('may be opened later by the same store', async () => {
    const url = new URL(database.url)
    url.host = `127.0.0.1:${proxy.port}`
    const late = postgres({ connectionString: url.href })
    proxy.cut()
    await expect(late.open({ appName: 'shop', clock: systemClock, log: quiet })).rejects.toMatchObject({ code: 'JASPER_STORE_UNREACHABLE' })
    proxy.mend()
    await late.open({ appName: 'shop', clock: systemClock, log: quiet })
    await insert(late, message())
    await late.close()
  })

  it.each([
    ['terminates all connections', async () => await terminateAll()],
    ['resets them', async () => proxy.cut()],
  ])('%s: the store recovers by itself, with its lock and its listeners', async (_, happens) => {
    const woken = signal<readonly string[]>('signals may have been missed')
    await store.wakeUps.listen(woken.fire)
    await store.nodes.beat(node, [])
    const other = await witness()
    await happens()
    proxy.mend()
    expect(await woken.fired).toEqual([])
    const lock = async () => (await other.store.nodes.beat(other.node, [])).others[0]!.lockHeld
    await eventually('the lock is taken again', lock)

    const again = signal<readonly string[]>('a wake-up on the new connection')
    await store.wakeUps.listen(again.fire)
    other.store.wakeUps.notify([endpoint])
    expect(await again.fired).toEqual([endpoint])
    await other.end()
  })

  it('breaks the beat that comes next, and that alone', async () => {
    expect(await store.nodes.beat(node, [])).toMatchObject({ alive: true, unbroken: true })
    await terminateAll()
    expect(await persistently(() => store.nodes.beat(node, []))).toMatchObject({ alive: true, unbroken: false })
    expect(await store.nodes.beat(node, [])).toMatchObject({ alive: true, unbroken: true })
  })

  it('takes nothing from what was claimed', async () => {
    await insert(store, ...messages(3))
    const claimed = await claim(store, node)
    await terminateAll()
    const outcomes = await persistently(() => store.incoming.settle(claimed.map((one) => complete(one.claim))))
    expect(outcomes).toEqual(['settled', 'settled', 'settled'])
  })

  it('rejects with one code while it is away, and the store works when it is back', async () => {
    proxy.cut()
    for (const work of [
      () => insert(store, message()),
      () => claim(store, node),
      () => store.nodes.beat(node, []),
      () => store.incoming.counts(),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'JASPER_STORE_UNREACHABLE' })
    }
    store.wakeUps.notify([endpoint])
    proxy.mend()
    await persistently(() => insert(store, message()))
    await persistently(() => store.nodes.beat(node, []))
  })

  it('loses and doubles nothing when it goes away again and again in the middle of work', async () => {
    const sent = messages(400)
    const handled = new Map<string, number>()
    const outages = (async () => {
      for (let round = 0; round < 8; round++) {
        await eventually('some work is done', () => handled.size > round * 40)
        await (round % 2 === 0 ? terminateAll() : proxy.cut())
        proxy.mend()
      }
    })()
    for (let at = 0; at < sent.length; at += 50) {
      await persistently(() => insert(store, ...sent.slice(at, at + 50)))
    }
    while (handled.size < sent.length) {
      const page = await persistently(() => claim(store, node, 20))
      const strays = await persistently(() => store.incoming.ownedBy(node))
      const settlements = strays.map((one) => complete(one))
      const outcomes = await persistently(() => store.incoming.settle(settlements))
      // An answer that was lost shows as 'lost' on the second try; the row tells the truth.
      strays.forEach(({ id }, index) => handled.set(id, (handled.get(id) ?? 0) + (outcomes[index] === 'settled' ? 1 : 0)))
      expect(page.length).toBeLessThanOrEqual(20)
    }
    await outages
    expect([...handled.keys()].sort()).toEqual(sent.map(({ envelope: { id } }) => id).sort())
    expect(Math.max(...handled.values())).toBe(1)
    expect(await persistently(() => countsAt(store))).toMatchObject({ ready: 0, claimed: 0 })
  }, 60_000)

  it('that falls silent is found out by the beat', async () => {
    proxy.silence()
    await expect(store.nodes.beat(node, [])).rejects.toMatchObject({ code: 'JASPER_STORE_UNREACHABLE' })
    proxy.mend()
    await terminateAll()
    expect(await persistently(() => store.nodes.beat(node, []))).toMatchObject({ alive: true })
  }, 40_000)
})
