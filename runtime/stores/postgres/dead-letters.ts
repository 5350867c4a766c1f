import type { DeadLetterId, DeadLetters } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { deadLettersInOrder, listDeadLetters, summariseDeadLetters } from './dead-letter-queries.ts'
import type { OwnPool } from './own-pool.ts'
import { isUuid } from './message-rows.ts'
import { sql, verbatim } from './sql.ts'
import { milliseconds, type StoreContext } from './store-context.ts'

const columns = [
  'id', 'endpoint', 'seq', 'epoch', 'lane', 'attempts', 'message_type', 'message_version', 'content_type', 'body', 'sent_at', 'deliver_by',
  'ordering_key', 'headers', 'connection_losses', 'failures', 'error_type', 'error_message', 'error_stack', 'dead_lettered_at', 'outgoing',
]

/** The columns that a dead letter is made of, `entry` and `edited_at` apart. */
export const deadLetterColumns = verbatim(columns.join(', '))

/**
 * The end of an insert of dead letters, as `d`: the last death of a message counts. But one that could
 * not be sent, and was handled all the same, says less than its death there.
 */
export const lastDeathCounts = verbatim(
  `on conflict (id, endpoint) do update set entry = default, edited_at = null, ${columns.slice(2).map((name) => `${name} = excluded.${name}`).join(', ')}
          where d.outgoing or not excluded.outgoing`,
)

/** `channel` is that of the wake-ups. */
export function deadLetters(context: StoreContext, pool: () => OwnPool, channel: () => string): DeadLetters {
  const { tables, now } = context
  return {
    list: async (query) => await listDeadLetters(context, pool(), query),
    summary: async (filter) => await summariseDeadLetters(context, pool(), filter),
    inOrder: async (filter, page) => await deadLettersInOrder(context, pool(), filter, page),

    /**
     * Stored first, and only what was stored is deleted, in one statement: whatever happens, a message
     * is at one of the two places. Its epoch goes with it: claims of its former life stay lost.
     */
    async replay(ids) {
      const [row] = await pool().run(sql`
        with asked as (${asked(ids)}), found as (
          select d.* from ${tables.deadLetters} d join asked a on d.id = a.id and d.endpoint = a.endpoint
          order by d.seq for update of d
        ), stored_in as (${replayed(tables.incoming, 'not outgoing', now())}),
        stored_out as (${replayed(tables.outgoing, 'outgoing', now())}),
        stored as (
          table stored_in union all table stored_out
        ), taken as (
          delete from ${tables.deadLetters} d using stored s where d.id = s.id and d.endpoint = s.endpoint
        ), forgotten as (
          delete from ${tables.completed} c using stored_in s where c.id = s.id and c.endpoint = s.endpoint
        ), woken as (
          select pg_notify(${channel()}::text, json_build_array(endpoint)::text) from (select distinct endpoint from stored) s
        )
        select (select count(*) from stored) as found, (select count(*) from woken) as woken`)
      return row!['found'] as number
    },

    async edit({ id, endpoint }, body) {
      if (!isUuid(id)) return false
      const rows = await pool().run(sql`
        update ${tables.deadLetters} set body = ${body}::bytea, edited_at = ${now()}
        where id = ${id}::uuid and endpoint = ${endpoint}::text returning 1`)
      return rows.length > 0
    },

    async discard(ids) {
      const [row] = await pool().run(sql`
        with asked as (${asked(ids)}), gone as (
          delete from ${tables.deadLetters} d using asked a where d.id = a.id and d.endpoint = a.endpoint returning d.id
        )
        select count(*) as found from gone`)
      return row!['found'] as number
    },

    async expire(olderThanMs, limit) {
      const [row] = await pool().run(sql`
        with old as (
          select id, endpoint from ${tables.deadLetters} where dead_lettered_at < ${now()} - ${milliseconds(olderThanMs)}
          order by dead_lettered_at, entry limit ${limit}::int for update skip locked
        ), gone as (
          delete from ${tables.deadLetters} d using old o where d.id = o.id and d.endpoint = o.endpoint returning d.id
        )
        select count(*) as expired from gone`)
      return row!['expired'] as number
    },
  }
}

function replayed(table: SqlStatement, which: string, now: SqlStatement) {
  return sql`
          insert into ${table} (id, endpoint, seq, status, epoch, lane, attempts, message_type, message_version,
            content_type, body, sent_at, deliver_by, ordering_key, headers, failures)
          select id, endpoint, seq, 'ready', epoch, lane, 0, message_type, message_version, content_type, body, sent_at,
            case when deliver_by > ${now} then deliver_by end, ordering_key, headers, failures
          from found where ${verbatim(which)} order by seq
          on conflict (id, endpoint) do nothing
          returning id, endpoint`
}

function asked(ids: readonly DeadLetterId[]) {
  const rows = JSON.stringify(ids.filter(({ id }) => isUuid(id)).map(({ id, endpoint }) => ({ id, endpoint })))
  return sql`select distinct id, endpoint from json_to_recordset(${rows}::json) as r(id uuid, endpoint text)`
}
