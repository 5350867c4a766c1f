import type { MessageStore } from '../contracts/message-store.ts'
import type { AnyChain } from '../dispatch/chain.ts'
import { JasperError } from '../errors/jasper-error.ts'

/**
 * The app's handle for each library whose transactions its handlers ask for: the one in `data`, else
 * the store's own. Throws `JASPER_TRANSACTION_STORE` where handlers cannot be enlisted.
 */
export function findRoots(
  chains: Iterable<AnyChain>,
  store: MessageStore,
  data: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, unknown> {
  const roots = new Map<string, unknown>()
  for (const { transaction, message, handlers } of chains) {
    if (transaction === undefined || roots.has(transaction.name)) continue
    if (store.capabilities.dialect !== transaction.dialect) {
      throw new JasperError(
        'JASPER_TRANSACTION_STORE',
        `The handlers of ${message} (${handlers.join(', ')}) run in a ${transaction.name} transaction, which ${store.description} cannot join. ` +
          `Use a store on ${transaction.dialect === 'postgres' ? "PostgreSQL, such as embedded('./.jasper')" : 'SQL Server'}.`,
      )
    }
    const root = data[transaction.name] ?? store.dataHandle(transaction.name)
    if (!transaction.isRoot(root)) {
      throw new JasperError(
        'JASPER_TRANSACTION_STORE',
        `The handlers of ${message} (${handlers.join(', ')}) run in a ${transaction.name} transaction, and the app has no ${transaction.name} handle. ` +
          `Give it as createApp({ data: { ${transaction.name}: ... } }).`,
      )
    }
    roots.set(transaction.name, root)
  }
  return roots
}
