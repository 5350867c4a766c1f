import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClaimRequest, StoreRules } from '../../runtime/contracts/message-store.ts'
import { claimStatement } from '../../runtime/stores/postgres/claim-messages.ts'
import { readOptions } from '../../runtime/stores/postgres/read-options.ts'
import { tablesOf } from '../../runtime/stores/postgres/schema-names.ts'
import { toQuery } from '../../runtime/stores/postgres/sql.ts'
import { storeContext } from '../../runtime/stores/postgres/store-context.ts'
import { endpoint, quiet, uuid } from '../conformance/message-store/scene.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { postgresPlace, type PostgresPlace } from './postgres-harness.ts'

/**
 * What a claim reads, as PostgreSQL itself tells: which indexes, and how many pages. Time is left out of
 * it, and so is the machine.
 */
let database: TemporaryDatabase
let place: PostgresPlace
beforeAll(async () => {
  database = await temporaryDatabase()
  place = postgresPlace(database)
  const store = place.store()
  await store.open({ appName: 'conformance', clock: place.clock, log: quiet })
  await store.close()
})
afterAll(() => database.drop())

interface Plan {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Plan[]
}

interface Cost {
  readonly pages: number
  readonly indexes: ReadonlySet<string>
  readonly wholeTables: readonly string[]
}

const handles = ['PlaceOrder', 'Other'].map((messageType) => ({ messageType, messageVersion: 1 }))
const table = (): string => `"${place.schema}".incoming`

/** Rows as `insert` leaves them: number `n` of `count` is in the lane that the expression says. */
async function fill(count: number, lane: string, more = ''): Promise<void> {
  await database.pool.query(`
    insert into ${table()} (id, endpoint, status, epoch, lane, attempts, message_type, message_version, content_type, body, sent_at, headers)
    select gen_random_uuid(), '${endpoint}', 'ready', 0, ${lane}, 0, 'PlaceOrder', 1, 'application/json', '{}', now(), '{}'
    from generate_series(1, ${count}) n ${more}`)
}

/** What a claim costs; it is rolled back. */
async function claimCost(over: Partial<ClaimRequest> = {}, onDeadLetter: 'release' | 'block' = 'release'): Promise<Cost> {
  const rules: StoreRules = { endpoints: new Map([[endpoint, { onDeadLetter }]]), handles }
  const settings = readOptions({ connectionString: database.url, schema: place.schema })
  const context = { ...storeContext(settings, tablesOf(place.schema), () => rules), queue: 'incoming' as const }
  const { text, values } = toQuery(claimStatement(context, { owner: uuid(), endpoint, limit: 100, ...over }, ''))
  const client = await database.pool.connect()
  try {
    await client.query('begin')
    const explain = `explain (analyze, buffers, format json) ${text}`
    const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }>(explain, values)
    await client.query('rollback')
    const root = rows[0]!['QUERY PLAN'][0].Plan
    const nodes = [...walk(root)]
    return {
      pages: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
      indexes: new Set(nodes.flatMap((node) => node['Index Name'] ?? [])),
      wholeTables: nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? ''),
    }
  } finally {
    client.release()
  }
}

function* walk(plan: Plan): Iterable<Plan> {
  yield plan
  for (const part of plan.Plans ?? []) yield* walk(part)
}

/** The cost of a claim with few and with many rows, each with and without statistics. */
async function costs(few: () => Promise<void>, many: () => Promise<void>, claimed: () => Promise<Cost>) {
  const all: { readonly size: 'few' | 'many'; readonly cost: Cost }[] = []
  for (const [size, prepare] of [['few', few], ['many', many]] as const) {
    for (const analyzed of [false, true]) {
      await database.pool.query(`truncate ${table()}`)
      await prepare()
      await database.pool.query(`${analyzed ? 'vacuum analyze' : 'vacuum'} ${table()}`)
      all.push({ size, cost: await claimed() })
    }
  }
  return all
}

/** No search reads a whole table, and ten times the rows cost the same but for the depth of an index. */
function expectFlat(all: Awaited<ReturnType<typeof costs>>, indexes: readonly string[]): void {
  const most = (size: 'few' | 'many'): number => Math.max(...all.filter((one) => one.size === size).map(({ cost }) => cost.pages))
  for (const { cost } of all.filter(({ size }) => size === 'many')) {
    expect(cost.wholeTables.filter((name) => name === 'incoming')).toEqual([])
    for (const index of indexes) expect([...cost.indexes]).toContain(index)
  }
  expect(most('many')).toBeLessThan(most('few') * 2 + 100)
}

const one = `'one lane'`
const each = `'lane ' || n`

describe('a claim, as PostgreSQL plans it', () => {
  it('costs the same with 100,000 messages waiting', async () => {
    expectFlat(await costs(() => fill(10_000, 'null'), () => fill(100_000, 'null'), () => claimCost()), ['incoming_ready'])
  }, 120_000)

  it('costs the same with 100,000 messages in one lane', async () => {
    expectFlat(await costs(() => fill(10_000, one), () => fill(100_000, one), () => claimCost()), ['incoming_ready_in_lanes', 'incoming_lanes'])
  }, 120_000)

  it('costs the same with 100,000 messages in a lane that is held, and others behind it', async () => {
    const heldAnd = async (count: number): Promise<void> => {
      await fill(count, one)
      await database.pool.query(`update ${table()} set owner = gen_random_uuid() where seq = (select min(seq) from ${table()})`)
      await fill(300, each)
    }
    const all = await costs(() => heldAnd(10_000), () => heldAnd(100_000), () => claimCost())
    expectFlat(all, ['incoming_ready_in_lanes', 'incoming_lanes', 'incoming_lane_held'])
  }, 120_000)

  it('costs the same with 100,000 lanes', async () => {
    expectFlat(await costs(() => fill(10_000, each), () => fill(100_000, each), () => claimCost()), ['incoming_ready_in_lanes', 'incoming_lanes'])
  }, 120_000)

  it('costs the same with 100,000 parked messages, and finds them by their type', async () => {
    const parked = async (count: number): Promise<void> => {
      await fill(count, 'null')
      await database.pool.query(`update ${table()} set status = 'parked', parked_at = now(), parked_reason = 'unknown'`)
    }
    expectFlat(await costs(() => parked(10_000), () => parked(100_000), () => claimCost({ parked: true })), ['incoming_parked_types'])
  }, 120_000)

  it('looks for dead letters that block by their own index', async () => {
    await database.pool.query(`truncate ${table()}`)
    await fill(100_000, each)
    await database.pool.query(`
      insert into "${place.schema}".dead_letters (id, endpoint, seq, epoch, lane, attempts, message_type, message_version, content_type, body,
        sent_at, headers, error_type, error_message, dead_lettered_at)
      select gen_random_uuid(), '${endpoint}', n, 0, 'dead ' || n, 5, 'PlaceOrder', 1, 'application/json', '{}', now(), '{}', 'Error', '', now()
      from generate_series(1, 20000) n`)
    await database.pool.query(`vacuum analyze ${table()}, "${place.schema}".dead_letters`)
    const cost = await claimCost({}, 'block')
    expect(cost.wholeTables).toEqual([])
    expect([...cost.indexes]).toContain('dead_letters_lanes')
    await database.pool.query(`truncate "${place.schema}".dead_letters`)
  }, 120_000)

  it('control: a claim that must read a whole table is seen', async () => {
    await database.pool.query(`truncate ${table()}; drop index "${place.schema}".incoming_ready`)
    await fill(100_000, 'null')
    await database.pool.query(`vacuum analyze ${table()}`)
    const cost = await claimCost()
    expect(cost.pages).toBeGreaterThan(2_000)
  }, 120_000)
})
