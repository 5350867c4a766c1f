import type { MessageStoreCapabilities } from '../contracts/message-store.ts'
import type { AnyTransactionAdapter } from '../contracts/transaction-adapter.ts'
import { JasperError } from '../errors/jasper-error.ts'

/** The data-access libraries of one app: those of its handlers, and those that it names itself. Each knows its own handles. */
export class KnownLibraries {
  readonly #adapters = new Map<string, AnyTransactionAdapter>()
  readonly #store: { readonly description: string; readonly capabilities: MessageStoreCapabilities }

  constructor(
    adapters: Iterable<AnyTransactionAdapter | undefined>,
    store: { readonly description: string; readonly capabilities: MessageStoreCapabilities },
  ) {
    for (const adapter of adapters) if (adapter !== undefined) this.#adapters.set(adapter.name, adapter)
    this.#store = store
  }

  /** The library whose pool or data source `root` is. */
  ofRoot(root: unknown): AnyTransactionAdapter {
    for (const adapter of this.#adapters.values()) if (adapter.isRoot(root)) return this.#joinable(adapter, 'outbox.transaction')
    if (this.#whose(root) !== undefined) {
      throw new JasperError(
        'JASPER_BAD_OPTION',
        'outbox.transaction was given a connection, and it opens its transaction on a pool or data source. Where you have begun a transaction yourself, use outbox.within.',
      )
    }
    throw new JasperError('JASPER_BAD_OPTION', `outbox.transaction was given what none of the app's libraries begins a transaction on. ${this.#names()}`)
  }

  /** The library on whose handle `tx` a caller may have begun a transaction. */
  ofTransaction(tx: unknown): AnyTransactionAdapter {
    const adapter = this.#whose(tx)
    if (adapter !== undefined) return this.#joinable(adapter, 'outbox.within')
    for (const { isRoot } of this.#adapters.values()) {
      if (!isRoot(tx)) continue
      throw new JasperError(
        'JASPER_NOT_A_TRANSACTION',
        'outbox.within was given a pool, whose statements run each on another connection. Give it the connection on which you sent BEGIN, or use outbox.transaction with the pool.',
      )
    }
    throw new JasperError('JASPER_NOT_A_TRANSACTION', `outbox.within was given what is no transaction of the app's libraries, or one that has ended. ${this.#names()}`)
  }

  #whose(tx: unknown): AnyTransactionAdapter | undefined {
    for (const adapter of this.#adapters.values()) if (adapter.callers.isHandle(tx)) return adapter
    return undefined
  }

  #joinable(adapter: AnyTransactionAdapter, what: string): AnyTransactionAdapter {
    if (adapter.dialect === this.#store.capabilities.dialect) return adapter
    throw new JasperError(
      'JASPER_TRANSACTION_STORE',
      `${what} was given a handle of ${adapter.name}, whose transactions ${this.#store.description} cannot join: the messages would not be part of the commit. ` +
        `Use a store on ${adapter.dialect === 'postgres' ? "PostgreSQL, such as embedded('./.jasper')" : 'SQL Server'}.`,
    )
  }

  #names(): string {
    const names = [...this.#adapters.keys()]
    const known = names.length === 0 ? 'The app knows none' : `The app knows ${names.join(', ')}`
    return `${known}: libraries of its handlers, and those given as createApp({ transactions: [pgTransactions] }).`
  }
}
