import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toQuery } from '../../runtime/stores/postgres/sql.ts'
import { claim, claimOne, complete, countsAt, endpoint, insert, message, messages, Scene, uuid } from '../conformance/message-store/scene.ts'
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

/** A handler's transaction that stays open until it is told to end. */
async function openTransaction(): Promise<pg.Client> {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query('begin')
  return client
}

describe('claims in PostgreSQL', () => {
  it('that a handler is about to commit stay with it through a take-over, and are freed when it rolls back', async () => {
    const [dying, other] = [await scene.process(), await scene.process()]
    const dead = await scene.node(dying)
    await insert(dying, ...messages(2))
    const [first] = await claim(dying, dead)
    const handler = await openTransaction()
    const { statement, verify } = dying.incoming.enlist(first!.claim, [])
    const { rows, rowCount } = await handler.query<Record<string, unknown>>(toQuery(statement))
    verify({ rows, affected: rowCount ?? 0 })

    expect(await other.nodes.takeOver(dead, 10)).toMatchObject({ released: 1, finished: false })
    expect(await other.nodes.takeOver(dead, 10)).toMatchObject({ released: 0, finished: false })
    await handler.query('rollback')
    await handler.end()
    expect(await other.nodes.takeOver(dead, 10)).toMatchObject({ released: 1, finished: true })
    expect(await countsAt(other)).toMatchObject({ ready: 2, claimed: 0 })
  })

  it('of a handler that commits after the take-over began are done, once', async () => {
    const [dying, other] = [await scene.process(), await scene.process()]
    const dead = await scene.node(dying)
    await insert(dying, message())
    const { claim: held } = await claimOne(dying, dead)
    const handler = await openTransaction()
    const { statement } = dying.incoming.enlist(held, [message()])
    await handler.query(toQuery(statement))
    expect(await other.nodes.takeOver(dead, 10)).toMatchObject({ finished: false })
    await handler.query('commit')
    await handler.end()
    expect(await other.nodes.takeOver(dead, 10)).toMatchObject({ released: 0, finished: true })
    expect(await countsAt(other)).toMatchObject({ ready: 1, claimed: 0 })
  })

  it('make a transaction that was aborted by a swallowed error fail instead of losing its messages', async () => {
    const store = await scene.process()
    await insert(store, message())
    const { claim: held } = await claimOne(store, await scene.node(store))
    const handler = await openTransaction()
    await handler.query('select 1/0').catch(() => undefined)
    await expect(handler.query(toQuery(store.incoming.enlist(held, []).statement))).rejects.toMatchObject({ code: '25P02' })
    await handler.end()
    expect(await store.incoming.holds(held)).toBe(true)
  })

  it('are refused by the database itself where a lane would be held twice', async () => {
    const store = await scene.process()
    await insert(store, ...messages(2, 'a'))
    await claimOne(store, await scene.node(store))
    await expect(
      database.pool.query(`update ${place.schema}.incoming set owner = gen_random_uuid() where owner is null`),
    ).rejects.toMatchObject({ code: '23505' })
  })

  it('keep a message whose stored headers somebody has damaged', async () => {
    const store = await scene.process()
    const damaged = message({ body: Uint8Array.of(255, 0, 1) })
    await insert(store, damaged)
    await database.pool.query(`update ${place.schema}.incoming set headers = '[1]', body = '\\xff00', message_type = 'Nobody knows'`)
    const { envelope } = await claimOne(store, await scene.node(store))
    expect(envelope).toMatchObject({ id: damaged.envelope.id, correlationId: damaged.envelope.id, messageType: 'Nobody knows', headers: {} })
    expect([...envelope.body]).toEqual([255, 0])
  })

  it('go by the clock of the database unless a test says otherwise', async () => {
    const store = place.store({ clock: undefined as never })
    await store.open({ appName: 'conformance', clock: place.clock, log: { debug() {}, info() {}, warn() {}, error() {} } })
    place.advance(-3_600_000)
    await insert(store, message({ scheduledFor: new Date(new Date().getTime() - 1_000) }))
    expect(await claim(store, uuid())).toHaveLength(1)
    await store.close()
  })

  it('refuse as a whole an insert of which one message cannot be stored', async () => {
    const store = await scene.process()
    const unstorable = [
      message({ id: 'not a uuid' }),
      message({ orderingKey: 'a\0b' }),
      message({ messageType: '\ud800' }),
      message({}, { lane: 'x'.repeat(2_000) }),
      // PostgreSQL itself refuses this one. It is the message that is to blame: waiting would mend nothing.
      message({ messageVersion: 1.5 }),
    ]
    for (const bad of unstorable) await expect(insert(store, message(), bad)).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
    expect(await store.incoming.counts()).toEqual([])
  })

  it('cost the same whatever waits: nothing reads a whole table', async () => {
    // In a database of its own: what other tests have scanned in this one is told late.
    const quietDatabase = await temporaryDatabase()
    const place = postgresPlace(quietDatabase)
    const scene = new Scene(place)
    const scans = () => scansOfIncoming(quietDatabase, place.schema)
    const filling = await scene.process()
    const later = new Date(place.clock.now().getTime() + 3_600_000)
    for (let batch = 0; batch < 4; batch++) {
      await filling.incoming.insert(messages(3_000), { mayExist: false })
      await filling.incoming.insert(messages(1_000, 'one lane'), { mayExist: false })
      await filling.incoming.insert(Array.from({ length: 1_000 }, (_, at) => message({}, { lane: `lane ${at}` })), { mayExist: false })
      await filling.incoming.insert(Array.from({ length: 1_000 }, () => message({ scheduledFor: later })), { mayExist: false })
    }
    await filling.close()
    const before = await scans()

    const store = await scene.process()
    const owner = await scene.node(store)
    for (let round = 0; round < 3; round++) {
      const claimed = await claim(store, owner, 50)
      await store.incoming.settle(claimed.slice(0, 40).map((one) => complete(one.claim, message())))
      await store.nodes.beat(owner, [endpoint, 'local://elsewhere'])
      await store.incoming.releaseDue(100)
      const { messages: scheduled } = await store.scheduled.list({ limit: 10 })
      expect(scheduled).toHaveLength(10)
      await store.scheduled.list({ limit: 10, endpoint, from: later })
      await store.scheduled.cancel(scheduled[0]!.envelope.id)
      await store.scheduled.reschedule(scheduled[1]!.envelope.id, new Date(place.clock.now().getTime() + 1_000))
      place.advance(2_000)
      await store.scheduled.cancel(uuid())
      expect((await store.incoming.releaseDue(100)).endpoints).toEqual([endpoint])
      await store.incoming.ownedBy(owner)
      await store.incoming.claim({ owner, endpoint, limit: 10, parked: true })
      await store.incoming.expireParked(1_000, 100)
      await store.nodes.releaseOrphans(100)
      await insert(store, message())
      await store.nodes.takeOver(uuid(), 100)
    }
    await store.close()
    expect(await scans()).toBe(before)

    // Control: the one operation that may scan is seen.
    const counting = await scene.process()
    await counting.incoming.counts()
    await counting.close()
    expect(await scans()).toBe(before + 1)
    await scene.end()
    await quietDatabase.drop()
  }, 60_000)

  /** A session tells its statistics when it ends at the latest. */
  async function scansOfIncoming({ pool }: TemporaryDatabase, schema: string): Promise<number> {
    await eventually('the sessions of the stores have ended', async () => {
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'jasper-runtime%'`,
      )
      return rows[0]!.n === 0
    })
    const { rows } = await pool.query<{ scans: string }>(
      `select seq_scan as scans from pg_stat_user_tables where schemaname = $1 and relname = 'incoming'`,
      [schema],
    )
    return Number(rows[0]!.scans)
  }
})

describe('the session lock', () => {
  it('that vanishes from an unbroken connection is no longer trusted: a proxy hands statements to any session', async () => {
    const clients: pg.Client[] = []
    class Client extends pg.Client {
      constructor(config?: string | pg.ClientConfig) {
        super(config)
        clients.push(this)
      }
    }
    const pool = new pg.Pool({ connectionString: database.url, Client })
    const behindProxy = place.store({ connectionString: undefined, pool })
    await behindProxy.open({ appName: 'conformance', clock: place.clock, log: { debug() {}, info() {}, warn() {}, error() {} } })
    const other = await scene.process()
    const [mine, theirs] = [await scene.node(behindProxy), await scene.node(other)]
    await behindProxy.nodes.beat(mine, [])
    for (const client of clients) await client.query('select pg_advisory_unlock_all()').catch(() => undefined)
    await behindProxy.nodes.beat(mine, [])
    await other.close()
    expect(await behindProxy.nodes.beat(mine, [])).toMatchObject({ alive: true, unbroken: true, others: [{ id: theirs, lockHeld: true }] })

    const direct = await scene.process()
    const observer = await scene.node(direct)
    const seen = (await direct.nodes.beat(observer, [])).others
    expect(seen.find(({ id }) => id === mine)).toMatchObject({ lockHeld: true })
    expect(seen.find(({ id }) => id === theirs)).toMatchObject({ lockHeld: false })
    await behindProxy.close()
    await pool.end()
  })
})
