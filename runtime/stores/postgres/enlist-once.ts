import type { EnlistedStatement, NewMessage } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { storeMessages } from './insert-messages.ts'
import type { OwnPool } from './own-pool.ts'
import { sql } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/**
 * The first statement of a transaction that handles a message without a row. The key of `completed`
 * makes a second transaction of the same message wait until the first has ended.
 */
export function enlistOnce(context: StoreContext, id: string, endpoint: string): EnlistedStatement {
  return {
    statement: sql`
      with ${noted(context, id, endpoint)}
      select case when exists (select from noted) then 'new' else 'known' end as message`,
    verify({ rows }) {
      if (rows[0]?.['message'] === 'new') return
      throw new JasperError('JASPER_DUPLICATE', `Message ${id} at ${endpoint} is stored, dead-lettered or was handled before. The transaction must roll back.`)
    },
  }
}

/**
 * Stores a message that waits for another attempt, by the same key as the transactions that may
 * handle it at this moment. The key stays: a transaction that waits for it looks at nothing else
 * when it goes on, for its view of the inbox is as old as its statement. Such a transaction may be
 * long: a connection of this small pool waits for it a moment at a time.
 */
export async function storeOnce(context: StoreContext, pool: OwnPool, message: NewMessage): Promise<boolean> {
  const { id, destination } = message.envelope
  const [insert] = storeMessages(context, [{ message, parent: 0 }], { mayExist: true, sentBy: 'noted' })
  return await pool.transaction(async (execute) => {
    await execute(sql`set local lock_timeout = 50`)
    const [row] = await execute(sql`
      with ${noted(context, id, destination)}, stored as (${insert!} returning 1)
      select exists (select from stored) as stored`)
    return row!['stored'] as boolean
  })
}

/** A CTE with one row, numbered 0, when this statement is the first to speak for a message. */
function noted(context: StoreContext, id: string, endpoint: string): SqlStatement {
  const { tables, now } = context
  return sql`noted as (
        insert into ${tables.completed} as c (id, endpoint, forget_at)
        select m.id, m.endpoint, ${context.forgetAt('m.endpoint')} from (select ${id}::uuid as id, ${endpoint}::text as endpoint) m
        where not exists (select from ${tables.incoming} i where i.id = m.id and i.endpoint = m.endpoint)
          and not exists (select from ${tables.deadLetters} d where d.id = m.id and d.endpoint = m.endpoint and not d.outgoing)
        on conflict (id, endpoint) do update set forget_at = excluded.forget_at
          where c.forget_at <= ${now()}
        returning 0 as n
      )`
}
