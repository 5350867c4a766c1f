import type { ScheduledMessage, ScheduledPage, ScheduledQuery } from '../../contracts/message-store.ts'
import { readPlace, writePlace } from '../../envelope/schedule-place.ts'
import { decodeEnvelope, envelopeColumns } from './message-rows.ts'
import type { OwnPool, Row } from './own-pool.ts'
import { queues, type Queue } from './schema-names.ts'
import { join, sql } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** One page of both tables, by their indexes: its cost does not grow with the pages before it. */
export async function listScheduled(context: StoreContext, pool: OwnPool, query: ScheduledQuery): Promise<ScheduledPage> {
  const found: Row[] = []
  for (const queue of queues) found.push(...(await pool.run(pageOf(context, queue, query))))
  const page = found.sort(compare).slice(0, query.limit)
  const last = page.at(-1)
  return {
    messages: page.map((row): ScheduledMessage => ({
      envelope: decodeEnvelope(row),
      endpoint: row['endpoint'] as string,
      dueAt: new Date(Math.floor(row['due_at'] as number)),
    })),
    next: last === undefined || found.length === page.length ? undefined : writePlace(placeOf(last)),
  }
}

/** One row more than the page has, which tells that there is another. */
function pageOf({ tables }: StoreContext, queue: Queue, { endpoint, messageType, from, until, limit, after }: ScheduledQuery) {
  const place = after === undefined ? undefined : readPlace(after)
  const conditions = [
    sql`s.status = 'scheduled'`,
    ...(endpoint === undefined ? [] : [sql`s.endpoint = ${endpoint}::text`]),
    ...(messageType === undefined ? [] : [sql`s.message_type = ${messageType}::text`]),
    ...(from === undefined ? [] : [sql`s.due_at >= ${from.toISOString()}::timestamptz`]),
    ...(until === undefined ? [] : [sql`s.due_at < ${until.toISOString()}::timestamptz`]),
    ...(place === undefined
      ? []
      : [sql`(s.due_at, s.id, s.endpoint) > (${place.due}::timestamptz, ${place.id}::uuid, ${place.endpoint}::text collate "C")`]),
  ]
  return sql`
    select ${envelopeColumns('s')}, (extract(epoch from s.due_at) * 1000)::float8 as due_at,
      to_char(s.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as due
    from ${tables[queue]} s where ${join(conditions, ' and ')}
    order by s.due_at, s.id, s.endpoint limit ${limit + 1}::bigint`
}

function placeOf(row: Row) {
  return { due: row['due'] as string, id: row['id'] as string, endpoint: row['endpoint'] as string }
}

function compare(left: Row, right: Row): number {
  const byTime = (left['due_at'] as number) - (right['due_at'] as number)
  return byTime !== 0 ? byTime : writePlace(placeOf(left)) < writePlace(placeOf(right)) ? -1 : 1
}
