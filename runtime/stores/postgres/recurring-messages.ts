import type { RecurringMessages, RecurringState, RecurringStep } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { storedBy } from './insert-messages.ts'
import type { OwnPool, Row } from './own-pool.ts'
import { join, sql } from './sql.ts'
import { milliseconds, type StoreContext } from './store-context.ts'

export function recurringMessages(context: StoreContext, pool: () => OwnPool): RecurringMessages {
  const { tables, now } = context
  return {
    async declare(nodeId, rules) {
      const given = JSON.stringify(rules.map(({ name, timetable, messageType }) => ({ name, timetable, type: messageType })))
      await pool().run(sql`
        with given as (
          select name, timetable, type from json_to_recordset(${given}::json) as r(name text, timetable text, type text)
        ), gone as (
          delete from ${tables.recurringRules} r where r.node = ${nodeId}::uuid and r.name not in (select name from given)
        )
        insert into ${tables.recurringRules} (node, name, timetable, message_type, declared_at)
        select o.id, g.name, g.timetable, g.type, ${now()} from given g cross join ${tables.nodes} o where o.id = ${nodeId}::uuid
        on conflict (node, name) do update
        set timetable = excluded.timetable, message_type = excluded.message_type, declared_at = excluded.declared_at`)
    },

    async look() {
      const rows = await pool().run(sql`
        select ${instant(now())} as now, d.name, d.timetable, d.message_type, r.timetable as set_for,
          ${instant(sql`r.next_at`)} as next_at, ${instant(sql`r.last_at`)} as last_at
        from (select) always left join (
          select distinct on (r.name) r.name, r.timetable, r.message_type
          from ${tables.recurringRules} r join ${tables.nodes} o on o.id = r.node and o.dead_at is null
          order by r.name, r.declared_at desc, r.node desc
        ) d on true left join ${tables.recurring} r on r.name = d.name
        order by d.name`)
      return { now: dateOf(rows[0]!, 'now')!, rules: rows.filter((row) => row['name'] !== null).map(stateOf) }
    },

    async advance(step) {
      const ctes = [sql`advanced as (${advanced(step)})`, ...storedBy(context, step.messages.map((message) => ({ message, parent: 0 })), 'advanced')]
      const rows = await pool().run(sql`with ${join(ctes, ', ')} select n from advanced`)
      return rows.length > 0
    },

    async forget(olderThanMs) {
      const rows = await pool().run(sql`
        delete from ${tables.recurring} r
        where coalesce(r.next_at, r.last_at) < ${now()} - ${milliseconds(olderThanMs)}
          and not exists (select from ${tables.recurringRules} d where d.name = r.name)
        returning r.name`)
      return rows.length
    },
  }

  function advanced({ name, seen, timetable, nextAt, fired }: RecurringStep): SqlStatement {
    const next = sql`${iso(nextAt)}::timestamptz`
    const tick = sql`${iso(fired)}::timestamptz`
    if (seen === undefined) {
      return sql`
        insert into ${tables.recurring} (name, timetable, next_at) values (${name}::text, ${timetable}::text, ${next})
        on conflict (name) do nothing returning 0 as n`
    }
    return sql`
        update ${tables.recurring} set timetable = ${timetable}::text, next_at = ${next}, last_at = coalesce(${tick}, last_at)
        where name = ${name}::text and timetable = ${seen.setFor}::text and next_at is not distinct from ${iso(seen.nextAt)}::timestamptz
          and (${tick} > ${now()}) is not true
        returning 0 as n`
  }
}

function instant(of: SqlStatement): SqlStatement {
  return sql`(extract(epoch from ${of}) * 1000)::float8`
}

function iso(date: Date | undefined): string | null {
  return date?.toISOString() ?? null
}

/** Rounded down: a tick that is due by this instant is due. */
function dateOf(row: Row, column: string): Date | undefined {
  const ms = row[column]
  return typeof ms === 'number' ? new Date(Math.floor(ms)) : undefined
}

function stateOf(row: Row): RecurringState {
  return {
    name: row['name'] as string,
    timetable: row['timetable'] as string,
    messageType: row['message_type'] as string,
    setFor: (row['set_for'] as string | null) ?? undefined,
    nextAt: dateOf(row, 'next_at'),
    lastAt: dateOf(row, 'last_at'),
  }
}
