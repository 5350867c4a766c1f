import type { DeadLetter, DeadLetterFilter, DeadLetterGroup, DeadLetterIds, DeadLetterPage, DeadLetterQuery } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { readCursor, writeCursor } from '../../envelope/list-cursor.ts'
import { decodeEnvelope, envelopeColumns, isUuid, storable } from './message-rows.ts'
import type { OwnPool, Row } from './own-pool.ts'
import { join, sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** Newest first. A cursor is (microseconds of the instant, entry): exact, and on every index of the table. */
export async function listDeadLetters({ tables }: StoreContext, pool: OwnPool, query: DeadLetterQuery): Promise<readonly DeadLetter[]> {
  const behind = query.after === undefined ? verbatim('true') : isBehind(query.after)
  const rows = await pool.run(sql`
    select ${envelopeColumns('d')}, d.error_type, d.error_message, d.error_stack, d.entry, d.outgoing,
      ${micros('d.dead_lettered_at')} as dead_lettered_at, ${micros('d.edited_at')} as edited_at
    from ${tables.deadLetters} d where ${matching(query)} and ${behind}
    order by d.dead_lettered_at desc, d.entry desc limit ${query.limit}::int`)
  return rows.map((row): DeadLetter => ({
    envelope: decodeEnvelope(row),
    error: {
      type: row['error_type'] as string,
      message: row['error_message'] as string,
      stack: (row['error_stack'] as string | null) ?? undefined,
    },
    deadLetteredAt: instant(row, 'dead_lettered_at'),
    outgoing: row['outgoing'] as boolean,
    editedAt: row['edited_at'] === null ? undefined : instant(row, 'edited_at'),
    cursor: writeCursor(row['dead_lettered_at'] as number, row['entry'] as number),
  }))
}

export async function summariseDeadLetters(
  { tables }: StoreContext,
  pool: OwnPool,
  filter: DeadLetterFilter,
): Promise<readonly DeadLetterGroup[]> {
  const rows = await pool.run(sql`
    select d.endpoint, d.message_type, d.error_type, count(*) as letters,
      ${micros('min(d.dead_lettered_at)')} as oldest, ${micros('max(d.dead_lettered_at)')} as newest
    from ${tables.deadLetters} d where ${matching(filter)}
    group by d.endpoint, d.message_type, d.error_type
    order by letters desc, d.endpoint, d.message_type, d.error_type collate "C"`)
  return rows.map((row) => ({
    endpoint: row['endpoint'] as string,
    messageType: row['message_type'] as string,
    errorType: row['error_type'] as string,
    count: row['letters'] as number,
    oldest: instant(row, 'oldest'),
    newest: instant(row, 'newest'),
  }))
}

/** A cursor is (seq, entry, the newest letter when the first page was read). Pages go up along the order of arrival. */
export async function deadLettersInOrder(
  { tables }: StoreContext,
  pool: OwnPool,
  filter: DeadLetterFilter,
  { limit, after }: DeadLetterPage,
): Promise<DeadLetterIds> {
  const [seq = -1, entry = -1, newest] = after === undefined ? [] : readCursor(after, 3)
  const mark = newest === undefined ? sql`(select max(dead_lettered_at) from ${tables.deadLetters})` : fromMicros(newest)
  const rows = await pool.run(sql`
    select d.id::text as id, d.endpoint, d.seq, d.entry, ${micros('n.mark')} as mark
    from (select ${mark} as mark) n cross join ${tables.deadLetters} d
    where ${matching(filter)} and d.dead_lettered_at <= n.mark and (d.seq, d.entry) > (${seq}::bigint, ${entry}::bigint)
    order by d.seq, d.entry limit ${limit}::int`)
  const last = rows.at(-1)
  return {
    ids: rows.map((row) => ({ id: row['id'] as string, endpoint: row['endpoint'] as string })),
    next: last === undefined || rows.length < limit ? undefined : writeCursor(last['seq'] as number, last['entry'] as number, last['mark'] as number),
  }
}

function isBehind(cursor: string): SqlStatement {
  const [at, entry] = readCursor(cursor, 2)
  return sql`(d.dead_lettered_at, d.entry) < (${fromMicros(at!)}, ${entry!}::bigint)`
}

function matching({ ids, endpoint, messageType, errorType, errorText, from, until }: DeadLetterFilter): SqlStatement {
  const conditions: SqlStatement[] = [verbatim('true')]
  if (ids !== undefined) {
    conditions.push(sql`d.id in (select i::uuid from json_array_elements_text(${JSON.stringify(ids.filter(isUuid))}::json) i)`)
  }
  if (endpoint !== undefined) conditions.push(sql`d.endpoint = ${endpoint}::text`)
  if (messageType !== undefined) conditions.push(sql`d.message_type = ${messageType}::text`)
  if (errorType !== undefined) conditions.push(sql`d.error_type = ${errorType}::text`)
  if (errorText !== undefined) conditions.push(sql`position(lower(${storable(errorText)}::text) in lower(d.error_message)) > 0`)
  if (from !== undefined) conditions.push(sql`d.dead_lettered_at >= ${from.toISOString()}::timestamptz`)
  if (until !== undefined) conditions.push(sql`d.dead_lettered_at < ${until.toISOString()}::timestamptz`)
  return join(conditions, ' and ')
}

/** Whole microseconds of the epoch, which a double holds exactly until the year 2255. */
function micros(instantInSql: string): SqlStatement {
  return verbatim(`(extract(epoch from ${instantInSql}) * 1000000)::bigint`)
}

function fromMicros(value: number): SqlStatement {
  return sql`(timestamptz 'epoch' + ${value}::float8 * interval '1 microsecond')`
}

function instant(row: Row, column: string): Date {
  return new Date(Math.round((row[column] as number) / 1_000))
}
