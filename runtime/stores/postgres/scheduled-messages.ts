import type { DueReport } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { OwnPool } from './own-pool.ts'
import { sql, verbatim } from './sql.ts'
import type { QueueContext } from './store-context.ts'

/** The next place in the order of arrival. */
export function nextPlace({ tables, queue }: QueueContext): SqlStatement {
  return verbatim(`nextval('"${tables.schema}".${queue}_seq_seq')`)
}

/**
 * Makes ready what is due. Rows that another node is making ready at this moment are its business.
 * What was scheduled gets its place in the order of arrival now, numbered in the order of `due`.
 */
export async function releaseDue(context: QueueContext, pool: OwnPool, limit: number): Promise<DueReport> {
  const { tables, queue, now } = context
  const table = tables[queue]
  const [row] = await pool.run(sql`
    with due as materialized (
      select d.id, d.endpoint, case when d.status = 'scheduled' then ${nextPlace(context)} end as place
      from (
        select id, endpoint, status from ${table} where due_at <= ${now()}
        order by due_at, seq limit ${limit}::int for update skip locked
      ) d
    ), released as (
      update ${table} i set status = 'ready', due_at = null, seq = coalesce(d.place, i.seq)
      from due d where i.id = d.id and i.endpoint = d.endpoint
      returning i.endpoint
    )
    select (select json_agg(distinct endpoint) from released)::text as endpoints,
      (select count(*) from released) as released,
      (select count(*) from (
        select from ${table} where due_at <= ${now()} order by due_at limit ${limit}::int + 1
      ) d) as due,
      ${untilDue(sql`(select min(due_at) from ${table} where due_at > ${now()})`, now())} as next_due`)
  const more = (row!['released'] as number) >= limit && (row!['due'] as number) > limit
  return {
    endpoints: JSON.parse((row!['endpoints'] as string | null) ?? '[]') as string[],
    more,
    nextDueInMs: more ? 0 : readUntilDue(row!['next_due']),
  }
}

/** Whole milliseconds until an instant, rounded up: a timer set to them never fires too early. */
export function untilDue(instant: SqlStatement, now: SqlStatement): SqlStatement {
  return sql`ceil(extract(epoch from ${instant} - ${now}) * 1000)::float8`
}

/** Reads `untilDue`: 0 when overdue, undefined when there is nothing. */
export function readUntilDue(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.max(0, value) : undefined
}
