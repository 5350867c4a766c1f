import { unroutedAddress, type Routing, type UnroutedMessage, type UnroutedMessages } from '../../contracts/unrouted-messages.ts'
import { faultPoint } from '../../timing/fault-point.ts'
import { deadLetterColumns } from './dead-letters.ts'
import { dropKnown, storeMessages } from './insert-messages.ts'
import { encodedColumns, encodeMessages, storable } from './message-rows.ts'
import type { Execute, OwnPool, Row } from './own-pool.ts'
import { sql } from './sql.ts'
import { milliseconds, type StoreContext } from './store-context.ts'

/** Types of one transaction that parks; there are rarely more that nobody knows. */
const mostTypes = 200

export function unroutedMessages(context: StoreContext, pool: () => OwnPool): UnroutedMessages {
  const { tables, now } = context
  const router = `${tables.schema} routes ${unroutedAddress}`
  return {
    route: async (known, limit, route) =>
      await pool().transaction(async (execute) => {
        const types = JSON.stringify(known.map(({ messageType, messageVersion }) => ({ type: messageType, version: messageVersion })))
        const found = (most: number) => sql`
          select f.seq from json_to_recordset(${types}::json) as k(type text, version int) cross join lateral (
            select u.seq from ${tables.unrouted} u
            where u.message_type = k.type and (u.message_version is null or u.message_version = k.version)
            order by u.seq limit ${most}::int
          ) f order by f.seq limit ${most}::int`
        // Two routers would store two pages of one transaction in the order of their commits. Nobody waits, and
        // nobody holds others up who has nothing to take.
        const [lock] = await execute(sql`
          select case when exists (${found(1)}) then pg_try_advisory_xact_lock(hashtextextended(${router}::text, 0)) end as mine`)
        if (lock!['mine'] !== true) return lock!['mine'] === false ? 'busy' : 0
        const rows = await execute(sql`
          with found as materialized (${found(limit)})
          select u.seq::text as seq, u.id::text as id, u.message_type, u.message_version, u.body::text as body, u.headers::text as headers,
            u.ordering_key, (extract(epoch from u.due_at) * 1000)::float8 as due_at, u.correlation_id, u.tenant_id
          from ${tables.unrouted} u join found f on f.seq = u.seq
          order by u.seq for update of u skip locked`)
        if (rows.length === 0) return 0
        for (const routing of joined(await route(rows.map(decode)))) await store(context, execute, routing)
        const taken = JSON.stringify(rows.map((row) => row['seq']))
        await execute(sql`
          delete from ${tables.unrouted} u using json_array_elements_text(${taken}::json) t (seq) where u.seq = t.seq::bigint`)
        await faultPoint('unrouted.before-commit')
        return rows.length
      }),

    park: async (olderThanMs, limit, reasonOf) =>
      await pool().transaction(async (execute) => {
        const old = sql`u.parked_at is null and u.sent_at < ${now()} - ${milliseconds(olderThanMs)}`
        const types = await execute(sql`
          select distinct u.message_type, u.message_version from ${tables.unrouted} u where ${old} limit ${mostTypes}::int`)
        const reasons = types.flatMap((row) => {
          const [type, version] = [row['message_type'] as string, row['message_version'] as number | null]
          const reason = reasonOf(type, version ?? undefined)
          return reason === undefined ? [] : [{ type, version, reason }]
        })
        if (reasons.length === 0) return 0
        const [row] = await execute(sql`
          with found as (
            select u.seq, r.reason from ${tables.unrouted} u
              join json_to_recordset(${JSON.stringify(reasons)}::json) as r(type text, version int, reason text)
                on r.type = u.message_type and r.version is not distinct from u.message_version
            where ${old} order by u.seq limit ${limit}::int for update of u skip locked
          ), parked as (
            update ${tables.unrouted} u set parked_at = ${now()}, parked_reason = f.reason from found f where u.seq = f.seq returning u.seq
          )
          select count(*)::int as parked from parked`)
        return row!['parked'] as number
      }),

    async list(limit) {
      const rows = await pool().run(sql`
        select id::text as id, message_type, message_version, (extract(epoch from sent_at) * 1000)::float8 as sent_at, parked_reason
        from ${tables.unrouted} order by seq limit ${limit}::int`)
      return rows.map((row) => ({
        id: row['id'] as string,
        messageType: row['message_type'] as string,
        messageVersion: (row['message_version'] as number | null) ?? undefined,
        sentAt: new Date(Math.round(row['sent_at'] as number)),
        reason: (row['parked_reason'] as string | null) ?? undefined,
      }))
    },

    async discard(ids) {
      const [row] = await pool().run(sql`
        with gone as (
          delete from ${tables.unrouted} u using json_array_elements_text(${JSON.stringify(ids)}::json) a (id)
          where u.id = a.id::uuid returning u.id
        )
        select count(*)::int as gone from gone`)
      return row!['gone'] as number
    },
  }
}

/** Rows of neighbours share a statement; the order stays. */
function joined(routings: readonly Routing[]): readonly Routing[] {
  const all: Routing[] = []
  for (const routing of routings) {
    const last = all.at(-1)
    if (routing.kind === 'routed' && last?.kind === 'routed') all[all.length - 1] = { kind: 'routed', rows: [...last.rows, ...routing.rows] }
    else all.push(routing)
  }
  return all
}

async function store(context: StoreContext, execute: Execute, routing: Routing): Promise<void> {
  if (routing.kind === 'routed') {
    const messages = routing.rows.map((message) => ({ message, parent: 0 }))
    for (const statement of storeMessages(context, messages, { mayExist: true })) await execute(statement)
    for (const statement of dropKnown(context, routing.rows)) await execute(statement)
    return
  }
  const { tables, now } = context
  const { error, envelopes } = routing
  for (const envelope of envelopes) {
    const { rows, bodies } = encodeMessages([{ message: { envelope, owner: undefined, lane: undefined }, parent: 0 }])
    await execute(sql`
      insert into ${tables.deadLetters} (${deadLetterColumns})
      select m.id, m.endpoint, nextval(pg_get_serial_sequence(${`"${tables.schema}".incoming`}::text, 'seq')), 0, null, 0, m.type, m.version,
        m.content, ${bodies}::bytea, m.sent, m.until, m.key, m.headers::json, 0, null, ${storable(error.type)}::text,
        ${storable(error.message)}::text, ${error.stack === undefined ? null : storable(error.stack)}::text, ${now()},
        split_part(m.endpoint, '://', 1) <> 'local'
      from json_to_recordset(${rows}::json) as m(${encodedColumns})
      on conflict (id, endpoint) do nothing`)
  }
}

function decode(row: Row): UnroutedMessage {
  const text = (name: string): string | undefined => (row[name] as string | null) ?? undefined
  const dueAt = row['due_at'] as number | null
  return {
    id: row['id'] as string,
    messageType: row['message_type'] as string,
    messageVersion: (row['message_version'] as number | null) ?? undefined,
    body: Buffer.from(row['body'] as string),
    headers: JSON.parse(row['headers'] as string) as Record<string, string>,
    orderingKey: text('ordering_key'),
    // Up, to whole milliseconds: never early.
    dueAt: dueAt === null ? undefined : new Date(Math.ceil(dueAt)),
    correlationId: text('correlation_id'),
    tenantId: text('tenant_id'),
  }
}
