import type { MessageStore } from '../contracts/message-store.ts'
import type { AnyTransactionAdapter } from '../contracts/transaction-adapter.ts'
import type { AnyChain } from '../dispatch/chain.ts'
import { JasperError } from '../errors/jasper-error.ts'

/**
 * The app's handle for each library whose transactions or handles its handlers ask for: the one in `data`, else
 * the store's own. Throws `JASPER_TRANSACTION_STORE` where handlers cannot be enlisted.
 */
export function findRoots(
  chains: Iterable<AnyChain>,
  store: MessageStore,
  data: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, unknown> {
  const roots = new Map<string, unknown>()
  const find = (adapter: AnyTransactionAdapter, why: string): void => {
    const { name } = adapter
    if (roots.has(name)) return
    const root = data[name] ?? store.dataHandle(name)
    if (!adapter.isRoot(root)) {
      throw new JasperError('JASPER_TRANSACTION_STORE', `${why}, and the app has no ${name} handle. Give it as createApp({ data: { ${name}: ... } }).`)
    }
    roots.set(name, root)
  }
  for (const { transaction, handles = [], message, handlers } of chains) {
    const who = `The handlers of ${message} (${handlers.join(', ')})`
    for (const adapter of handles) find(adapter, `${who} ask for the app's ${adapter.name} handle`)
    if (transaction === undefined) continue
    if (store.capabilities.dialect !== transaction.dialect) {
      throw new JasperError(
        'JASPER_TRANSACTION_STORE',
        `${who} run in a ${transaction.name} transaction, which ${store.description} cannot join. ` +
          `Use a store on ${transaction.dialect === 'postgres' ? "PostgreSQL, such as embedded('./.jasper')" : 'SQL Server'}.`,
      )
    }
    find(transaction, `${who} run in a ${transaction.name} transaction`)
  }
  return roots
}

/** The adapters of all chains, whether handlers ask for transactions or for handles. */
export function librariesOf(chains: readonly AnyChain[]): readonly AnyTransactionAdapter[] {
  return chains.flatMap(({ transaction, handles = [] }) => [...(transaction === undefined ? [] : [transaction]), ...handles])
}
