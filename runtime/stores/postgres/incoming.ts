import { unroutedAddress, type IncomingMessages, type NewMessage } from '../../contracts/message-store.ts'
import { enlistOnce, storeOnce } from './enlist-once.ts'
import { enlistSettlement } from './enlist-settlement.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { dropKnown, isUnknown, storeMessages } from './insert-messages.ts'
import { joinTransaction } from './join-transaction.ts'
import type { OwnPool } from './own-pool.ts'
import { expireParked } from './parked-messages.ts'
import { sharedStatements } from './shared-statements.ts'
import { sql } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** One statement carries bodies of about so many bytes; a larger insert is a transaction of several. */
const statementBytes = 16 * 1024 * 1024
const statementRows = 5_000

/** Statements on incoming rows, one file each where they are longer than a few lines. */
export function incomingMessages(context: StoreContext, pool: () => OwnPool, channel: () => string): IncomingMessages {
  const { tables, now } = context
  return {
    ...sharedStatements(context, pool, 'incoming'),

    async insert(messages, { mayExist }) {
      const statements = pages(messages).flatMap((page) => [
        storePage(context, page, mayExist),
        ...(mayExist ? dropKnown(context, page) : []),
      ])
      if (statements.length === 1) await pool().run(statements[0]!)
      else if (statements.length > 1) {
        await pool().transaction(async (execute) => {
          for (const statement of statements) await execute(statement)
        })
      }
    },

    join: (sends, { notify }) => joinTransaction(context, channel, sends, notify),
    once: (id, endpoint) => enlistOnce(context, id, endpoint),
    storeOnce: async (message) => await storeOnce(context, pool(), message),

    async isKnown(id, endpoint) {
      const [row] = await pool().run(sql`
        select exists (select from ${tables.incoming} i where i.id = m.id and i.endpoint = m.endpoint) or not (${isUnknown(context)}) as known
        from (select ${id}::uuid as id, ${endpoint}::text as endpoint) m`)
      return row!['known'] as boolean
    },

    enlist: (claim, sends) => enlistSettlement(context, claim, sends),

    expireParked: async (parkedForMs, limit) => await expireParked(context, pool(), parkedForMs, limit),

    async forgetCompleted(limit) {
      const [row] = await pool().run(sql`
        with old as (
          select id, endpoint from ${tables.completed} where forget_at <= ${now()}
          order by forget_at limit ${limit}::int for update skip locked
        ), gone as (
          delete from ${tables.completed} c using old o where c.id = o.id and c.endpoint = o.endpoint returning c.id
        )
        select count(*) as forgotten from gone`)
      return row!['forgotten'] as number
    },

    async counts() {
      const rows = await pool().run(sql`
        select coalesce(i.endpoint, d.endpoint) as endpoint, coalesce(ready, 0) as ready, coalesce(blocked, 0) as blocked, coalesce(claimed, 0) as claimed,
          coalesce(scheduled, 0) as scheduled, coalesce(parked, 0) as parked, coalesce(dead, 0) as dead
        from (
          select endpoint, count(*) filter (where status = 'ready' and owner is null) as ready,
            count(*) filter (where status = 'ready' and owner is null and lane is not null and ${context.blocking()}::jsonb ? endpoint and exists (
              select from ${tables.deadLetters} d where d.endpoint = i.endpoint and d.lane = i.lane and not d.outgoing and d.seq < i.seq
            )) as blocked,
            count(owner) as claimed, count(due_at) as scheduled, count(parked_at) as parked
          from ${tables.incoming} i group by endpoint
          union all
          select ${unroutedAddress}::text, count(*) filter (where parked_at is null), 0, 0, 0, count(parked_at)
          from ${tables.unrouted} having count(*) > 0
        ) i full join (
          select endpoint, count(*) as dead from ${tables.deadLetters} group by endpoint
        ) d on d.endpoint = i.endpoint
        order by 1`)
      return rows.map((row) => ({
        endpoint: row['endpoint'] as string,
        ready: row['ready'] as number,
        blocked: row['blocked'] as number,
        claimed: row['claimed'] as number,
        scheduled: row['scheduled'] as number,
        parked: row['parked'] as number,
        deadLettered: row['dead'] as number,
      }))
    },
  }
}

/** One statement, also for a page that goes to both tables. */
function storePage(context: StoreContext, page: readonly NewMessage[], mayExist: boolean): SqlStatement {
  const [first, second] = storeMessages(context, page.map((message) => ({ message, parent: 0 })), { mayExist })
  return second === undefined ? first! : sql`with sent as (${first!}) ${second}`
}

function pages(messages: readonly NewMessage[]): readonly (readonly NewMessage[])[] {
  const all: NewMessage[][] = []
  let page: NewMessage[] | undefined
  let bytes = 0
  for (const message of messages) {
    const size = message.envelope.body.byteLength
    if (page === undefined || page.length === statementRows || bytes + size > statementBytes) {
      all.push((page = []))
      bytes = 0
    }
    page.push(message)
    bytes += size
  }
  return all
}
