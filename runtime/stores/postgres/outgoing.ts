import type { OutgoingMessages } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { OwnPool } from './own-pool.ts'
import { sharedStatements } from './shared-statements.ts'
import { sql } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** Statements on outgoing rows: those that they share with incoming ones, and what the want of a transport needs. */
export function outgoingMessages(context: StoreContext, pool: () => OwnPool): OutgoingMessages {
  const { tables, now } = context
  return {
    ...sharedStatements(context, pool, 'outgoing'),

    async parkUnserved(limit) {
      const [row] = await pool().run(sql`
        with recursive ${waitingDestinations(tables.outgoing)}, served as (
          select distinct s.scheme from ${tables.nodes} n cross join json_array_elements_text(n.schemes) s (scheme)
          where n.dead_at is null
        ), unserved as (
          select endpoint from waiting w
          where w.endpoint is not null and not exists (select from served s where s.scheme = split_part(w.endpoint, '://', 1))
        ), found as (
          select o.id, o.endpoint from ${tables.outgoing} o join unserved u on u.endpoint = o.endpoint
          where o.status = 'ready' and o.owner is null
          limit ${limit}::int for update of o skip locked
        ), parked as (
          update ${tables.outgoing} o set status = 'parked', parked_at = ${now()},
            parked_reason = 'no process of this app has a transport for ' || split_part(o.endpoint, '://', 1) || '://'
          from found f where o.id = f.id and o.endpoint = f.endpoint
          returning o.id
        )
        select count(*) as parked from parked`)
      return row!['parked'] as number
    },

    async releaseParked(schemes, limit) {
      if (schemes.length === 0) return { released: 0, destinations: [] }
      const rows = await pool().run(sql`
        with found as (
          select o.id, o.endpoint from ${tables.outgoing} o
          where o.parked_at is not null and split_part(o.endpoint, '://', 1) in (
            select json_array_elements_text(${JSON.stringify(schemes)}::json)
          ) order by o.seq limit ${limit}::int for update skip locked
        ), released as (
          update ${tables.outgoing} o set status = 'ready', parked_at = null, parked_reason = null
          from found f where o.id = f.id and o.endpoint = f.endpoint
          returning o.endpoint
        )
        select endpoint, count(*)::int as released from released group by endpoint order by endpoint`)
      return {
        released: rows.reduce((sum, row) => sum + (row['released'] as number), 0),
        destinations: rows.map((row) => row['endpoint'] as string),
      }
    },

    async counts() {
      const rows = await pool().run(sql`
        select endpoint, count(*) filter (where status = 'ready' and owner is null) as ready,
          count(owner) as claimed, count(due_at) as scheduled, count(parked_at) as parked
        from ${tables.outgoing} group by endpoint order by endpoint`)
      return rows.map((row) => ({
        destination: row['endpoint'] as string,
        ready: row['ready'] as number,
        claimed: row['claimed'] as number,
        scheduled: row['scheduled'] as number,
        parked: row['parked'] as number,
      }))
    },
  }
}

/**
 * A recursive CTE `waiting`: the destinations that have something unclaimed, and one null at the end.
 * It jumps along the index, so that its cost does not grow with what waits.
 */
export function waitingDestinations(outgoing: SqlStatement): SqlStatement {
  return sql`waiting (endpoint) as (
      (select o.endpoint from ${outgoing} o where o.status = 'ready' and o.owner is null order by o.endpoint limit 1)
      union all
      select (
        select o.endpoint from ${outgoing} o
        where o.status = 'ready' and o.owner is null and o.endpoint > w.endpoint order by o.endpoint limit 1
      ) from waiting w where w.endpoint is not null
    )`
}
