import type { TakeOverReport } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { OwnPool } from './own-pool.ts'
import { sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** Frees the claims in the CTEs `owned` and `owned_out`. Raising the epoch makes every copy of the old claim worthless. */
const free = ({ tables }: StoreContext) => sql`freed_in as (
    update ${tables.incoming} i set owner = null, epoch = i.epoch + 1
    from owned o where i.id = o.id and i.endpoint = o.endpoint
    returning i.id, i.endpoint
  ), freed_out as (
    update ${tables.outgoing} i set owner = null, epoch = i.epoch + 1
    from owned_out o where i.id = o.id and i.endpoint = o.endpoint
    returning i.id, i.endpoint
  ), freed as (select endpoint from freed_in union all select endpoint from freed_out)`

/**
 * Whether the node owns rows beyond those that `freed` has: of the first so many and one, one at least was
 * then not freed. Asked without an order, the planner takes what half the table may have for a short search
 * and reads from its beginning, at every page of a take-over.
 */
const moreOf = (table: SqlStatement, nodeId: string, limit: number, freed: string) => sql`exists (
        select from (
          select i.id, i.endpoint from ${table} i where i.owner = ${nodeId}::uuid order by i.seq limit ${limit}::int + 1
        ) i where not exists (select from ${verbatim(freed)} f where f.id = i.id and f.endpoint = i.endpoint)
      )`

/** What is left of the limit once `owned` has its part. */
const rest = (limit: number) => sql`greatest(0, ${limit}::int - (select count(*) from owned))`

const freedEndpoints = verbatim('(select json_agg(distinct endpoint) from freed)::text as endpoints')

/** Marks a node dead and frees a page of its claims; forgets the node when nothing of it is left. */
export async function takeOver(context: StoreContext, pool: OwnPool, nodeId: string, limit: number): Promise<TakeOverReport> {
  const { tables, now } = context
  const [row] = await pool.run(sql`
    with marked as (
      update ${tables.nodes} set dead_at = ${now()} where id = ${nodeId}::uuid and dead_at is null
    ), owned as (
      select id, endpoint from ${tables.incoming} where owner = ${nodeId}::uuid
      order by seq limit ${limit}::int for update skip locked
    ), owned_out as (
      select id, endpoint from ${tables.outgoing} where owner = ${nodeId}::uuid
      order by seq limit ${rest(limit)} for update skip locked
    ), ${free(context)}
    select (select count(*) from freed) as released, ${freedEndpoints},
      ${moreOf(tables.incoming, nodeId, limit, 'freed_in')} or ${moreOf(tables.outgoing, nodeId, limit, 'freed_out')} as left_over`)
  const finished = row!['left_over'] === false
  if (finished) {
    await pool.run(sql`
      delete from ${tables.nodes} where id = ${nodeId}::uuid and dead_at is not null
        and not exists (select from ${tables.incoming} where owner = ${nodeId}::uuid)
        and not exists (select from ${tables.outgoing} where owner = ${nodeId}::uuid)`)
  }
  return { released: row!['released'] as number, endpoints: readEndpoints(row!['endpoints']), finished }
}

/**
 * Claims of nodes that are gone: what a node stored while it was taken over, or while it left.
 *
 * Owners are found by jumping along their index, so the cost does not grow with what they own.
 */
export async function releaseOrphans(context: StoreContext, pool: OwnPool, limit: number): Promise<readonly string[]> {
  const { tables } = context
  const [row] = await pool.run(sql`
    with recursive ${ownersOf(tables.incoming, 'owners')}, ${ownersOf(tables.outgoing, 'owners_out')}, gone as (
      select owner from (select owner from owners union select owner from owners_out) o
      where o.owner is not null and not exists (select from ${tables.nodes} n where n.id = o.owner)
    ), owned as (
      select i.id, i.endpoint from gone g cross join lateral (${someOf(tables.incoming, sql`${limit}::int`)}) i limit ${limit}::int
    ), owned_out as (
      select i.id, i.endpoint from gone g cross join lateral (${someOf(tables.outgoing, rest(limit))}) i limit ${rest(limit)}
    ), ${free(context)}
    select ${freedEndpoints}`)
  return readEndpoints(row!['endpoints'])
}

/** A clean leave. Rows that are locked at this moment become orphans, which the others release. */
export async function removeNode(context: StoreContext, pool: OwnPool, nodeId: string): Promise<void> {
  const { tables } = context
  await pool.run(sql`
    with owned as (
      select id, endpoint from ${tables.incoming} where owner = ${nodeId}::uuid for update skip locked
    ), owned_out as (
      select id, endpoint from ${tables.outgoing} where owner = ${nodeId}::uuid for update skip locked
    ), ${free(context)}, removed as (
      delete from ${tables.nodes} where id = ${nodeId}::uuid
    )
    select count(*) from freed`)
}

/** A page of the claims of one owner, found by the index of owners however many owners are gone. */
function someOf(table: SqlStatement, limit: SqlStatement): SqlStatement {
  return sql`select o.id, o.endpoint from ${table} o where o.owner = g.owner order by o.seq limit ${limit} for update skip locked`
}

/** A recursive CTE: the owners of claims, and one null at the end. */
function ownersOf(table: SqlStatement, name: string): SqlStatement {
  return sql`${verbatim(name)} (owner) as (
      (select owner from ${table} where owner is not null order by owner limit 1)
      union all
      select (select i.owner from ${table} i where i.owner > o.owner order by i.owner limit 1)
      from ${verbatim(name)} o where o.owner is not null
    )`
}

function readEndpoints(text: unknown): readonly string[] {
  return text === null ? [] : (JSON.parse(text as string) as string[])
}
