import type { ScheduleChange, ScheduleOutcome } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { scheduledHeaders } from './message-rows.ts'
import type { Execute, OwnPool, Row } from './own-pool.ts'
import { nextPlace } from './scheduled-messages.ts'
import { queues } from './schema-names.ts'
import { join, sql, verbatim } from './sql.ts'
import type { QueueContext, StoreContext } from './store-context.ts'

/**
 * Takes a message back where its time has not come.
 *
 * `seen` waits for whoever is making a row ready, or changing it, at this moment, and goes by what
 * they have left: a row that is gone by then is not seen.
 */
export async function cancelScheduled(context: StoreContext, pool: OwnPool, id: string): Promise<ScheduleChange> {
  const { tables } = context
  const ctes = queues.map(
    (queue) => sql`${verbatim(queue)}_seen as (
        select endpoint, status from ${tables[queue]} where id = ${id}::uuid for update
      ), ${verbatim(queue)}_gone as (
        delete from ${tables[queue]} i using ${verbatim(queue)}_seen s
        where i.id = ${id}::uuid and i.endpoint = s.endpoint and s.status = 'scheduled'
      )`,
  )
  const answers = queues.map(
    (queue) => sql`select endpoint, case status when 'scheduled' then 'changed' else 'due' end as outcome from ${verbatim(queue)}_seen`,
  )
  return changeOf(
    await pool.run(sql`with ${join(ctes, ', ')} ${pastOutcomes(context, id)} union all ${join(answers, ' union all ')}`),
  )
}

/** Gives a message another time where the one it has has not come: in its row, and in its envelope. */
export async function rescheduleScheduled(context: StoreContext, pool: OwnPool, id: string, dueAt: Date): Promise<ScheduleChange> {
  return await pool.transaction(async (execute) => {
    const rows: Row[] = []
    for (const queue of queues) rows.push(...(await moveIn({ ...context, queue }, execute, id, dueAt)))
    return changeOf([...(await execute(pastOutcomes(context, id))), ...rows])
  })
}

async function moveIn(context: QueueContext, execute: Execute, id: string, dueAt: Date): Promise<readonly Row[]> {
  const { tables, queue, now } = context
  const table = tables[queue]
  const seen = await execute(sql`
    select endpoint, status, headers::text as headers from ${table} where id = ${id}::uuid for update`)
  const isScheduled = (row: Row): boolean => row['status'] === 'scheduled'
  const rows = seen.filter(isScheduled).map((row) => ({ endpoint: row['endpoint'], ...scheduledHeaders(row['headers'] as string, dueAt) }))
  if (rows.length > 0) {
    await execute(sql`
      update ${table} i set headers = g.headers::json,
        status = case when g.due > ${now()} then 'scheduled' else 'ready' end,
        due_at = case when g.due > ${now()} then g.due end,
        seq = case when g.due > ${now()} then i.seq else ${nextPlace(context)} end
      from json_to_recordset(${JSON.stringify(rows)}::json) as g(endpoint text, due timestamptz, headers text)
      where i.id = ${id}::uuid and i.endpoint = g.endpoint`)
  }
  return seen.map((row) => ({ endpoint: row['endpoint'], outcome: isScheduled(row) ? 'changed' : 'due' }))
}

/** Where a message is no longer among those that wait. */
function pastOutcomes({ tables, now }: StoreContext, id: string): SqlStatement {
  return sql`
    select endpoint, 'handled' as outcome from ${tables.completed}
    where id = ${id}::uuid and forget_at > ${now()}
    union all select endpoint, 'dead-lettered' from ${tables.deadLetters} where id = ${id}::uuid`
}

function changeOf(rows: readonly Row[]): ScheduleChange {
  const sorted = rows.map((row) => [row['endpoint'] as string, row['outcome'] as ScheduleOutcome] as const)
  return Object.fromEntries(sorted.sort(([left], [right]) => (left < right ? -1 : 1)))
}
