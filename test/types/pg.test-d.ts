import type { ClientBase, Pool, PoolClient } from 'pg'
import type { TransactionAdapter } from '../../runtime/contracts/transaction-adapter.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'

/** Checked by tsc with the rest of the tree: what users of `jasper-runtime/pg` can and cannot write. */
declare const pool: Pool
declare const value: unknown

export const adapter: TransactionAdapter<Pool, PoolClient> = pgTransactions

export async function handlers(): Promise<number> {
  const asksForBase = (tx: ClientBase) => tx.query<{ n: number }>('select 1 as n')
  const result = await pgTransactions.run(pool, (tx) => asksForBase(tx), { isolation: 'serializable' })
  // @ts-expect-error a connection string is no root
  await pgTransactions.run('postgres://localhost', (tx) => asksForBase(tx))
  // @ts-expect-error there is no such level
  await pgTransactions.run(pool, (tx) => asksForBase(tx), { isolation: 'read uncommitted' })
  // @ts-expect-error a pool is no transaction
  await pgTransactions.execute(pool, { parts: ['select 1'], values: [] })
  // @ts-expect-error dates travel as text
  if (pgTransactions.isTransaction(value)) await pgTransactions.execute(value, { parts: ['select ', ''], values: [new Date(0)] })
  return result.rows[0]?.n ?? 0
}
