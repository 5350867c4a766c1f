import type { IncomingMessages } from '../../contracts/message-store.ts'
import { ClaimMessages } from './claim-messages.ts'
import type { OwnPool } from './own-pool.ts'
import { releaseDue } from './scheduled-messages.ts'
import type { Queue } from './schema-names.ts'
import { settleMessages } from './settle-messages.ts'
import { sql } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/** What is the same for messages that come in and for those that go out: one text, two tables. */
export function sharedStatements(
  context: StoreContext,
  pool: () => OwnPool,
  queue: Queue,
): Pick<IncomingMessages, 'claim' | 'settle' | 'holds' | 'ownedBy' | 'releaseDue'> {
  const table = context.tables[queue]
  const claims = new ClaimMessages({ ...context, queue }, pool)
  return {
    claim: (request) => claims.claim(request),
    settle: async (settlements) => await settleMessages({ ...context, queue }, pool(), settlements),
    releaseDue: async (limit) => await releaseDue({ ...context, queue }, pool(), limit),

    async holds({ id, endpoint, owner, epoch }) {
      const rows = await pool().run(sql`
        select 1 from ${table} where id = ${id}::uuid and endpoint = ${endpoint}::text
          and owner is not distinct from ${owner}::uuid and epoch = ${epoch}::int`)
      return rows.length > 0
    },

    async ownedBy(owner) {
      const rows = await pool().run(sql`
        select id::text as id, endpoint, epoch from ${table} where owner = ${owner}::uuid`)
      return rows.map((row) => ({
        id: row['id'] as string,
        endpoint: row['endpoint'] as string,
        owner,
        epoch: row['epoch'] as number,
      }))
    },
  }
}
