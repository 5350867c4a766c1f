import type { SqlStatement } from '../../contracts/statement.ts'
import { deadLetterColumns, lastDeathCounts } from './dead-letters.ts'
import { laneIsFree } from './lane-heads.ts'
import type { OwnPool } from './own-pool.ts'
import { sql, verbatim } from './sql.ts'
import { milliseconds, type QueueContext, type StoreContext } from './store-context.ts'

/** A CTE: the types that this process can handle. */
function known({ handles }: StoreContext): SqlStatement {
  return sql`known as (
      select distinct type, version from json_to_recordset(${handles()}::json) as r(type text collate "C", version int)
    )`
}

/**
 * A CTE: the endpoints and types of which messages are parked. It jumps along the index, so it costs
 * one step for each type that is parked, however many messages are, and next to nothing where none is.
 */
function parkedTypes({ tables }: StoreContext): SqlStatement {
  const next = (after: SqlStatement): SqlStatement => sql`
        select i.endpoint, i.message_type, i.message_version from ${tables.incoming} i
        where i.parked_at is not null ${after}
        order by i.endpoint, i.message_type, i.message_version limit 1`
  return sql`parked_types (endpoint, type, version) as (
      (${next(verbatim(''))})
      union all
      select n.* from parked_types p cross join lateral (${next(
        sql`and (i.endpoint, i.message_type, i.message_version) > (p.endpoint, p.type, p.version)`,
      )}) n
    )`
}

/** The endpoints of `asked` (a table with the column `endpoint`) where something is parked that this process can handle. */
export function endpointsWithParked(context: StoreContext, asked: string): SqlStatement {
  return sql`with recursive ${known(context)}, ${parkedTypes(context)}
      select distinct p.endpoint from parked_types p join known k on k.type = p.type and k.version = p.version
        join ${verbatim(asked)} a on a.endpoint = p.endpoint`
}

/**
 * CTEs that end in `held_parked`: parked messages of an endpoint that this process can handle, locked.
 *
 * They are claimed where they are, and not made ready first, so that a process that does not know them
 * never sees them again.
 */
export function claimableParked(
  context: QueueContext,
  endpoint: SqlStatement,
  { limit, deadLettersBlock }: { readonly limit: number; readonly deadLettersBlock: SqlStatement },
): SqlStatement {
  const { incoming } = context.tables
  const place = { endpoint, lane: verbatim('p.lane'), seq: verbatim('p.seq'), deadLettersBlock }
  return sql`${known(context)}, aside as materialized (
      select p.id, p.lane, p.seq from known k cross join lateral (
        select i.id, i.lane, i.seq from ${incoming} i
        where i.parked_at is not null and i.endpoint = ${endpoint} and i.message_type = k.type and i.message_version = k.version
        order by i.seq limit ${limit}::int
      ) p
    ), free_aside as (
      select p.id, p.seq from aside p
      where p.lane is null or (${laneIsFree(context, place)} and not exists (
        select from ${incoming} e where e.endpoint = ${endpoint} and e.lane = p.lane and e.seq < p.seq
          and e.lane is not null and e.status in ('ready', 'delayed', 'parked')
      ))
      order by p.seq limit ${limit}::int
    ), held_parked as (
      -- Each by its key: what the planner takes for many rows it would join by reading the whole table.
      select i.id, i.seq from free_aside p cross join lateral (
        select i.id, i.seq from ${incoming} i where i.id = p.id and i.endpoint = ${endpoint} and i.status = 'parked' for update skip locked
      ) i
    )`
}

export async function expireParked({ tables, now }: StoreContext, pool: OwnPool, parkedForMs: number, limit: number): Promise<number> {
  const [row] = await pool.run(sql`
    with expired as (
      select id, endpoint from ${tables.incoming} where parked_at < ${now()} - ${milliseconds(parkedForMs)}
      order by parked_at limit ${limit}::int for update skip locked
    ), dead as (
      delete from ${tables.incoming} i using expired e where i.id = e.id and i.endpoint = e.endpoint returning i.*
    ), kept as (
      insert into ${tables.deadLetters} as d (${deadLetterColumns})
      select id, endpoint, seq, epoch, lane, attempts, message_type, message_version, content_type, body, sent_at,
        deliver_by, ordering_key, headers, connection_losses, failures, 'JASPER_UNKNOWN_MESSAGE', parked_reason, null, ${now()}, false
      from dead order by seq
      ${lastDeathCounts}
    )
    select count(*) as expired from dead`)
  return row!['expired'] as number
}
