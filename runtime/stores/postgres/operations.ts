import type { EndpointBacklog, NodeReport, SchemaOperations, StoreOperations } from '../../contracts/message-store.ts'
import { headerNames } from '../../envelope/headers.ts'
import { decodeHeaders } from './message-rows.ts'
import { scriptOf } from './migrations.ts'
import { migrate, rebuild } from './migrate.ts'
import { heldLocks } from './nodes.ts'
import type { OwnPool } from './own-pool.ts'
import { messageTables } from './schema-names.ts'
import { readSchema, type SchemaParts } from './schema-version.ts'
import { join, sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** Up to so many messages are deleted one by one, which is quicker than to truncate and needs no more rights. */
const fewMessages = 10_000

export interface OperationsParts {
  readonly context: StoreContext
  readonly schema: SchemaParts
  readonly pool: () => OwnPool
  readonly lockClass: () => number
}

export function storeOperations({ context, schema, pool, lockClass }: OperationsParts): StoreOperations {
  const { tables } = context
  return {
    async owner() {
      const [row] = await pool().run(sql`select name from ${tables.application}`)
      return row?.['name'] as string | undefined
    },
    nodes: async () => await readNodes(context, pool(), lockClass()),
    backlog: async () => await readBacklog(context, pool()),
    clear: async () => await clear(context, pool()),
    schema: schemaOperations(schema, pool),
  }
}

function schemaOperations(parts: SchemaParts, pool: () => OwnPool): SchemaOperations {
  return {
    state: async () => await readSchema(parts, (statement) => pool().run(statement)),
    migrate: async () => await migrate(parts, pool()),
    script: (range = {}) => scriptOf(parts.known, parts.tables.schema, range),
    rebuild: async () => await rebuild(parts, pool()),
  }
}

async function readNodes({ tables, now }: StoreContext, pool: OwnPool, lockClass: number): Promise<readonly NodeReport[]> {
  const rows = await pool.run(sql`
    with ${heldLocks(lockClass)}
    select o.id::text as id, o.host, o.pid, o.dead_at is not null as dead,
      (extract(epoch from o.started_at) * 1000)::float8 as started_at,
      greatest(0, extract(epoch from ${now()} - greatest(o.beat_at, pg_postmaster_start_time())) * 1000)::float8 as beat_age,
      o.dead_at is null and (not o.session_lock or exists (select from locks l where l.number = o.number)) as locked,
      (select count(*) from ${tables.incoming} i where i.owner = o.id)
        + (select count(*) from ${tables.outgoing} i where i.owner = o.id) as claims
    from ${tables.nodes} o order by o.number`)
  return rows.map((row) => ({
    id: row['id'] as string,
    host: row['host'] as string,
    pid: row['pid'] as number,
    startedAt: new Date(Math.round(row['started_at'] as number)),
    beatAgeMs: row['beat_age'] as number,
    lockHeld: row['locked'] as boolean,
    declaredDead: row['dead'] as boolean,
    claims: row['claims'] as number,
  }))
}

/** Endpoints are found by jumping along the two indexes of what is ready; the oldest of each is the first in its index. */
async function readBacklog({ tables, now }: StoreContext, pool: OwnPool): Promise<readonly EndpointBacklog[]> {
  const ready = (lane: 'lane is null' | 'lane is not null'): string => `i.status = 'ready' and i.owner is null and i.${lane}`
  const oldest = (lane: 'lane is null' | 'lane is not null', name: string) => sql`${verbatim(name)} (endpoint) as (
      (select i.endpoint from ${tables.incoming} i where ${verbatim(ready(lane))} order by i.endpoint limit 1)
      union all
      select (select i.endpoint from ${tables.incoming} i where ${verbatim(ready(lane))} and i.endpoint > e.endpoint order by i.endpoint limit 1)
      from ${verbatim(name)} e where e.endpoint is not null
    ), first_${verbatim(name)} as (
      select e.endpoint, f.sent_at, f.headers from ${verbatim(name)} e cross join lateral (
        select i.sent_at, i.headers from ${tables.incoming} i where i.endpoint = e.endpoint and ${verbatim(ready(lane))}
        order by i.seq limit 1
      ) f
    )`
  const rows = await pool.run(sql`
    with recursive ${oldest('lane is null', 'free')}, ${oldest('lane is not null', 'in_lanes')}
    select endpoint, (extract(epoch from ${now()}) * 1000)::float8 as now, (extract(epoch from sent_at) * 1000)::float8 as sent_at,
      headers::text as headers
    from (table first_free union all table first_in_lanes) f order by endpoint`)
  const waited = new Map<string, number>()
  for (const row of rows) {
    // Read here: a header may hold what PostgreSQL can store as JSON, and not take out as text.
    const chosen = Date.parse(String(decodeHeaders(row['headers'] as string)[headerNames.scheduledFor]))
    const since = Math.max(row['sent_at'] as number, Number.isNaN(chosen) ? 0 : chosen)
    const endpoint = row['endpoint'] as string
    waited.set(endpoint, Math.max(waited.get(endpoint) ?? 0, (row['now'] as number) - since))
  }
  return [...waited].map(([endpoint, waitedMs]) => ({ endpoint, waitedMs }))
}

async function clear({ tables }: StoreContext, pool: OwnPool): Promise<number> {
  const emptied = messageTables(tables)
  return await pool.transaction(async (execute) => {
    const [few] = await execute(sql`
      select ${join(emptied.map((table) => sql`(select count(*) from (select from ${table} limit ${fewMessages}::int) f)`), ' + ')} as messages`)
    const isFew = (few!['messages'] as number) < fewMessages
    // A handler's open transaction holds locks on what it settles; a truncate that waits for it holds up everybody.
    if (!isFew) await execute(verbatim(`set local lock_timeout = '5s'`))
    if (!isFew) await execute(sql`lock table ${join(emptied, ', ')} in access exclusive mode`)
    const [row] = await execute(sql`
      select (select count(*) from ${tables.incoming}) + (select count(*) from ${tables.outgoing})
        + (select count(*) from ${tables.unrouted}) + (select count(*) from ${tables.deadLetters}) as messages`)
    if (isFew) for (const table of emptied) await execute(sql`delete from ${table}`)
    else await execute(sql`truncate ${join(emptied, ', ')}`)
    return row!['messages'] as number
  })
}
