import type { EnlistedStatement } from '../contracts/message-store.ts'
import type { TransactionAdapter } from '../contracts/transaction-adapter.ts'
import { areFaultPointsInstalled } from '../timing/fault-point.ts'

/**
 * Writes what a scope leaves behind as the last statement before COMMIT, or leaves it to the adapter to send
 * both together.
 *
 * A unit of work writes its own changes first. `enlisted` is asked only then: whatever is sent later
 * would not be part of the commit. In a transaction that a swallowed error has aborted the statement
 * fails, where COMMIT would answer ROLLBACK without an error.
 */
export async function writeLast<Root, Tx>(
  adapter: TransactionAdapter<Root, Tx>,
  tx: Tx,
  enlisted: () => EnlistedStatement,
): Promise<void> {
  await adapter.flush?.(tx)
  const { statement, verify, last } = enlisted()
  // A test that stops between the two needs them apart.
  if (last !== undefined && !areFaultPointsInstalled() && adapter.executeWithCommit?.(tx, last) === true) return
  verify(await adapter.execute(tx, statement))
}
