import type { SqlStatement } from '../../contracts/statement.ts'
import type { NewMessage } from '../../contracts/message-store.ts'
import type { Queue } from './schema-names.ts'
import type { QueueContext, StoreContext } from './store-context.ts'
import { encodedColumns, encodeMessages, type NumberedMessage } from './message-rows.ts'
import { sql, verbatim } from './sql.ts'

export interface InsertOptions {
  /** Whether to look for the ids among the completed and the dead. */
  readonly mayExist: boolean
  /** A CTE with the numbers (`n`) of settlements that took effect: only their messages are stored. */
  readonly sentBy?: string
}

/** The inserts of any number of messages: one for each of the two tables that are concerned. */
export function storeMessages(
  context: StoreContext,
  messages: readonly NumberedMessage[],
  options: InsertOptions,
): readonly SqlStatement[] {
  const queues: readonly Queue[] = ['incoming', 'outgoing']
  return queues.flatMap((queue) => {
    const some = messages.filter(({ message }) => (message.outgoing === true) === (queue === 'outgoing'))
    return some.length === 0 ? [] : [insertInto({ ...context, queue }, some, options)]
  })
}

/** CTEs that store what a settlement sends; nothing where it sends nothing. */
export function storedBy(context: StoreContext, messages: readonly NumberedMessage[], sentBy: string | undefined): readonly SqlStatement[] {
  const inserts = storeMessages(context, messages, { mayExist: true, ...(sentBy !== undefined && { sentBy }) })
  return inserts.map((insert, at) => sql`${verbatim(at === 0 ? 'sent' : 'sent_besides')} as (${insert})`)
}

/**
 * The insert of any number of messages into one table, in their order.
 *
 * An owner that is not alive, and one of a message that has a lane or waits for its time, is stored
 * as none. What is stored already is passed over.
 */
function insertInto(context: QueueContext, messages: readonly NumberedMessage[], options: InsertOptions): SqlStatement {
  const { tables, queue, now } = context
  const { rows, bodies } = encodeMessages(messages)
  const sent = options.sentBy === undefined ? verbatim('') : verbatim(`join ${options.sentBy} s on s.n = m.parent`)
  const isNew = options.mayExist ? sql`where ${queue === 'incoming' ? isUnknown(context) : isNotDead(context)} and ${isNotStored(context)}` : verbatim('')
  return sql`
    insert into ${tables[queue]} (id, endpoint, status, owner, epoch, lane, due_at, attempts, message_type,
      message_version, content_type, body, sent_at, deliver_by, ordering_key, headers)
    select m.id, m.endpoint,
      case when m.due > m.now then 'scheduled' else 'ready' end,
      case when m.lane is null and (m.due > m.now) is not true then m.alive end,
      case when m.lane is null and (m.due > m.now) is not true and m.alive is not null then 1 else 0 end,
      m.lane, case when m.due > m.now then m.due end, m.attempts, m.type, m.version, m.content,
      substring(b.bodies from m.at for m.size), m.sent, m.until, m.key, m.headers::json
    from (
      select m.*, o.id as alive, ${now()} as now
      from json_to_recordset(${rows}::json) as m(${encodedColumns})
        left join ${tables.nodes} o on o.id = m.owner and o.dead_at is null
    ) m ${sent} cross join (select ${bodies}::bytea as bodies) b
    ${isNew}
    order by m.n
    on conflict (id, endpoint) do nothing`
}

/**
 * Takes out again what this transaction has stored although it was known.
 *
 * `insertMessages` looks for the ids in its own snapshot. An insert that meets a row whose handling
 * is about to commit waits for that commit, finds the row gone, and stores the message a second
 * time: the completed id is younger than its snapshot. This statement, in the same transaction and
 * with a snapshot of its own, sees it. Nobody else has seen the row.
 */
export function dropKnown(context: StoreContext, messages: readonly NewMessage[]): readonly SqlStatement[] {
  const incoming = messages.filter(({ outgoing }) => outgoing !== true)
  if (incoming.length === 0) return []
  const ids = JSON.stringify(incoming.map(({ envelope: { id, destination: endpoint } }) => ({ id, endpoint })))
  return [sql`
    delete from ${context.tables.incoming} i using json_to_recordset(${ids}::json) as m(id uuid, endpoint text)
    where i.id = m.id and i.endpoint = m.endpoint and i.xmin = pg_current_xact_id()::xid and not (${isUnknown(context)})`]
}

/**
 * Also a look into the snapshot, and not only at the unique index: a row whose handling commits while
 * the index is waited for is gone from there, and its completed id is not in the snapshot yet, but
 * the row itself still is. `dropKnown` closes what is left of that gap.
 */
function isNotStored({ tables, queue }: QueueContext): SqlStatement {
  return sql`not exists (select from ${tables[queue]} e where e.id = m.id and e.endpoint = m.endpoint)`
}

/** Whether `m` is neither among the completed of the dedup window nor among the dead letters. */
export function isUnknown(context: StoreContext): SqlStatement {
  const { tables, now } = context
  return sql`not exists (
      select from ${tables.completed} c
      where c.id = m.id and c.endpoint = m.endpoint and c.forget_at > ${now()}
    ) and ${isNotDead({ ...context, queue: 'incoming' })}`
}

function isNotDead({ tables, queue }: QueueContext): SqlStatement {
  const sameWay = verbatim(queue === 'outgoing' ? 'd.outgoing' : 'not d.outgoing')
  return sql`not exists (select from ${tables.deadLetters} d where d.id = m.id and d.endpoint = m.endpoint and ${sameWay})`
}
