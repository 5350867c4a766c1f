import type { JoiningStatements, NewMessage } from '../../contracts/message-store.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { storedBy } from './insert-messages.ts'
import { sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'
import { packPayloads } from './wake-ups.ts'

/**
 * Stores messages in a transaction that the runtime neither began nor will end.
 *
 * PostgreSQL has no way to ask whether a transaction is open: outside of one, each statement is its
 * own. So the first statement asks for the transaction's id, and the second does its work only under
 * that id. Where no transaction is open, or the first one has ended meanwhile, it finds another id and
 * does nothing.
 */
export function joinTransaction(
  context: StoreContext,
  channel: () => string,
  sends: readonly NewMessage[],
  notify: boolean,
): JoiningStatements {
  return {
    identify: verbatim('select pg_current_xact_id()::text as transaction'),
    store({ rows: [identified] }) {
      const ctes = [sql`here as materialized (
        select 0 as n where pg_current_xact_id()::text = ${identified?.['transaction'] as string}::text
      )`]
      ctes.push(...storedBy(context, sends.map((message) => ({ message, parent: 0 })), 'here'))
      const wakes = notify && sends.length > 0
      const payloads = JSON.stringify(wakes ? packPayloads([...new Set(sends.map(({ envelope }) => envelope.destination))]) : [])
      return {
        statement: sql`with ${ctes.reduce((list, cte) => sql`${list}, ${cte}`)}
          select (select count(*) from here)::int as here, (
            select count(pg_notify(${channel()}::text, payload))::int
            from here, json_array_elements_text(${payloads}::json) p (payload)
          ) as notified`,
        verify({ rows: [row] }) {
          if (row?.['here'] === 1) return
          throw new JasperError(
            'JASPER_NOT_A_TRANSACTION',
            'No transaction is open on this connection, so there is none that the messages could be part of; nothing was stored. ' +
              'Send BEGIN, and await it, before outbox.within; or let outbox.transaction open one.',
          )
        },
      }
    },
  }
}
