import type { SqlStatement } from '../../contracts/statement.ts'
import { sql, verbatim } from './sql.ts'
import type { QueueContext } from './store-context.ts'

export interface LaneSearch {
  readonly limit: number
  /** How many of the oldest messages with a lane to look at first. */
  readonly window: number
  /** How many lanes to walk if that was not enough. */
  readonly lanes: number
  /** The lane at which the walk begins. */
  readonly resumeAt: string
  /** Whether a dead letter holds its lane: true, false, or an expression. */
  readonly deadLettersBlock: SqlStatement
}

/** The rows of a lane that have a place in its order: the oldest of them is its head. */
const inLane = verbatim(`i.lane is not null and i.status in ('ready', 'delayed', 'parked')`)

/**
 * CTEs that end in `heads`: for an endpoint of a table, messages that are the oldest of their lane, ready,
 * and whose lane neither a claim nor a dead letter holds. Their cost is bounded whatever waits.
 *
 * `front` is a look at the oldest messages; each lane in it has its oldest one there. That finds
 * everything unless a few lanes fill the whole front with messages that must wait. Only then `walk`
 * goes from lane to lane by the index, until it has found enough or walked far enough; its last lane
 * is where the next claim goes on.
 */
export function claimableHeads(context: QueueContext, endpoint: SqlStatement, search: LaneSearch): SqlStatement {
  const table = context.tables[context.queue]
  const free = (lane: string, seq: string): SqlStatement =>
    laneIsFree(context, { endpoint, lane: verbatim(lane), seq: verbatim(seq), deadLettersBlock: search.deadLettersBlock })
  const waiting = sql`i.endpoint = ${endpoint} and ${inLane}`
  const headOf = (lane: string): SqlStatement => sql`
      left join lateral (
        select o.id, o.seq from (
          select i.id, i.seq, i.status from ${table} i where ${waiting} and i.lane = ${verbatim(lane)} order by i.seq limit 1
        ) o where o.status = 'ready' and ${free(lane, 'o.seq')}
      ) h on true`
  return sql`front as materialized (
      select i.id, i.lane, i.seq from ${table} i
      where i.endpoint = ${endpoint} and i.status = 'ready' and i.owner is null and i.lane is not null
      order by i.seq limit ${search.window}::int
    ), front_heads as materialized (
      select f.id, f.seq
      from (select distinct on (lane) id, lane, seq from front order by lane, seq) f
      where ${free('f.lane', 'f.seq')} and not exists (
        select from ${table} i where ${waiting} and i.lane = f.lane and i.seq < f.seq
      )
    ), walk (lane, id, seq, step, found) as (
      (
        select n.lane, h.id, h.seq, 1, (h.id is not null)::int
        from (
          select i.lane from ${table} i
          where ${waiting} and i.lane >= ${search.resumeAt}::text collate "C"
            and (select count(*) from front) >= ${search.window}::int
            and (select count(*) from front_heads) < ${search.limit}::int
          order by i.lane limit 1
        ) n ${headOf('n.lane')}
      )
      union all
      select n.lane, h.id, h.seq, w.step + 1, w.found + (h.id is not null)::int
      from walk w cross join lateral (
        select i.lane from ${table} i where ${waiting} and i.lane > w.lane order by i.lane limit 1
      ) n ${headOf('n.lane')}
      where w.step < ${search.lanes}::int and w.found < ${search.limit}::int
    ), heads as (
      select id, seq from front_heads union select id, seq from walk where id is not null order by seq limit ${search.limit}::int
    )`
}

export interface PlaceInLane {
  readonly endpoint: SqlStatement
  readonly lane: SqlStatement
  readonly seq: SqlStatement
  readonly deadLettersBlock: SqlStatement
}

/** Whether no claim holds the lane, and no dead letter that came before `seq`. */
export function laneIsFree({ tables, queue }: QueueContext, { endpoint, lane, seq, deadLettersBlock }: PlaceInLane): SqlStatement {
  return sql`not exists (
        select from ${tables[queue]} i where i.endpoint = ${endpoint} and i.lane = ${lane} and i.owner is not null and i.lane is not null
      ) and not (${deadLettersBlock} and exists (
        select from ${tables.deadLetters} d where d.endpoint = ${endpoint} and d.lane = ${lane} and d.lane is not null and not d.outgoing and d.seq < ${seq}
      ))`
}
