import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres, type PostgresStore } from '../../runtime/stores/postgres/index.ts'
import { claim, insert, message, uuid } from '../conformance/message-store/scene.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

/** Of each kind so many: free, in lanes, scheduled, completed, owned by a dead node. `npm run bench -- growth` has a million. */
const many = 30_000
const backlog = 'local://backlog'

interface Recorded {
  readonly text: string
  readonly values: unknown[]
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Plan[]
}

interface Read {
  /** Tables of messages read from end to end. */
  readonly scans: readonly string[]
  readonly indexes: readonly string[]
  /** 8 kB each. */
  readonly pages: number
}

let database: TemporaryDatabase
let store: PostgresStore
let pool: pg.Pool
let recorded: Recorded[] = []
const dead = uuid()

/** A client that remembers what the store sends. */
class RecordingClient extends pg.Client {
  constructor(...args: ConstructorParameters<typeof pg.Client>) {
    super(...args)
    const send = this.query.bind(this) as (...passed: unknown[]) => unknown
    this.query = ((config: unknown, ...rest: unknown[]) => {
      if (typeof config === 'object' && config !== null && 'text' in config) recorded.push(config as Recorded)
      return send(config, ...rest)
    }) as typeof this.query
  }
}

beforeAll(async () => {
  database = await temporaryDatabase()
  pool = new pg.Pool({ connectionString: database.url, Client: RecordingClient })
  store = postgres({ pool })
  await store.connect()
  await insert(store, message({ destination: backlog }))
  await multiply(`'ready', null, null, null`)
  await multiply(`'ready', null, 'lane ' || n % 3000, null`)
  await multiply(`'scheduled', null, null, now() + interval '1 day' + n * interval '1 second'`)
  await multiply(`'ready', '${dead}', null, null`)
  await database.pool.query(`insert into jasper.nodes (id, host, pid, started_at, beat_at) values ($1, 'h', 1, now(), now())`, [dead])
  await database.pool.query(
    `insert into jasper.completed (id, endpoint, completed_at) select gen_random_uuid(), '${backlog}', now() - n * interval '1 second' from generate_series(1, $1::int) n`,
    [many],
  )
  await database.pool.query('vacuum (analyze) jasper.incoming')
  await database.pool.query('vacuum (analyze) jasper.completed')
}, 120_000)
afterAll(async () => {
  await store.close()
  await pool.end()
  await database.drop()
})

/** Copies the one message that is there: `kind` spells status, owner, lane and due_at. */
async function multiply(kind: string): Promise<void> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns where table_schema = 'jasper' and table_name = 'incoming'
       and column_name not in ('id', 'seq', 'status', 'owner', 'lane', 'due_at')`,
  )
  const same = rows.map(({ name }) => name).join(', ')
  await database.pool.query(
    `insert into jasper.incoming (id, status, owner, lane, due_at, ${same}) select gen_random_uuid(), ${kind}, ${same}
     from (select * from jasper.incoming order by seq limit 1) first cross join generate_series(1, $1::int) n`,
    [many],
  )
}

/** What the statements of `work` read: their plans are asked for in a transaction that is rolled back. */
async function plansOf(work: () => Promise<unknown>): Promise<Read> {
  recorded = []
  await work()
  const statements = recorded.filter(({ text }) => text.includes('jasper'))
  expect(statements.length, 'statements seen').toBeGreaterThan(0)
  const client = await database.pool.connect()
  const scans: string[] = []
  const indexes = new Set<string>()
  let pages = 0
  const walk = (plan: Plan): void => {
    const table = plan['Relation Name']
    if (plan['Node Type'] === 'Seq Scan' && (table === 'incoming' || table === 'completed')) scans.push(`${plan['Node Type']} of ${table}`)
    if (plan['Index Name'] !== undefined) indexes.add(plan['Index Name'])
    plan.Plans?.forEach(walk)
  }
  try {
    for (const { text, values } of statements) {
      await client.query('begin')
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (analyze, buffers, format json) ${text}`, values)
      await client.query('rollback')
      const [{ Plan: top }] = rows[0]!['QUERY PLAN']
      walk(top)
      pages += top['Shared Hit Blocks'] + top['Shared Read Blocks']
    }
  } finally {
    client.release()
  }
  return { scans, indexes: [...indexes], pages }
}

describe(`with ${many.toLocaleString('en-US')} messages of each kind`, () => {
  it('sees a statement that reads a table from end to end', async () => {
    const { scans, pages } = await plansOf(() => store.incoming.counts())
    expect(scans).toContain('Seq Scan of incoming')
    expect(pages).toBeGreaterThan(4_000)
  })

  it('a claim reads the index of what is ready, and pages by the number of messages that it takes', async () => {
    const node = uuid()
    const { scans, indexes, pages } = await plansOf(() => claim(store, node, 20, backlog))
    expect(scans).toEqual([])
    expect(indexes).toContain('incoming_ready')
    expect(pages).toBeLessThan(4_000)
  })

  it('taking over reads the index of owners', async () => {
    const { scans, indexes, pages } = await plansOf(() => store.nodes.takeOver(dead, 20))
    expect(scans).toEqual([])
    expect(indexes).toContain('incoming_owned')
    expect(pages).toBeLessThan(4_000)
  })

  it('looking for what is due reads the index of due times', async () => {
    const { scans, indexes, pages } = await plansOf(() => store.incoming.releaseDue(20))
    expect(scans).toEqual([])
    expect(indexes).toContain('incoming_due')
    expect(pages).toBeLessThan(1_000)
  })

  it('forgetting completed ids walks no more of them than it forgets', async () => {
    const { scans, pages } = await plansOf(() => store.incoming.forgetCompleted(20))
    expect(scans).toEqual([])
    expect(pages).toBeLessThan(1_000)
  })

  it('a beat, which is the safety poll as well, reads no backlog', async () => {
    const node = uuid()
    await store.nodes.register({ id: node, host: 'h', pid: 1 })
    const { scans, pages } = await plansOf(() => store.nodes.beat(node, [backlog, 'local://nothing-there']))
    expect(scans).toEqual([])
    expect(pages).toBeLessThan(4_000)
  })

  it('a settlement finds its row by its key', async () => {
    const node = uuid()
    const [held] = await claim(store, node, 1, backlog)
    const { scans, pages } = await plansOf(() => store.incoming.settle([{ kind: 'complete', claim: held!.claim, sends: [message()] }]))
    expect(scans).toEqual([])
    expect(pages).toBeLessThan(200)
  })
})
