import type { PoolClient } from 'pg'

/** What a client's connection says about the transaction on it, whoever sent the statements. */
export interface ConnectionWatch {
  /** From here on the transaction is open. */
  begun(): void
  /** Whether the transaction was ended by a statement that was not the runtime's. */
  endedByHand(): boolean
  /** The error that broke the connection, once it is broken. */
  lost(): Error | undefined
  dispose(): void
}

/** The events of pg's protocol connection that tell how a transaction fares. pg-native has none. */
interface ProtocolEvents {
  on(event: string, listener: (message: never) => void): unknown
  removeListener(event: string, listener: (message: never) => void): unknown
}

/**
 * Watches the answers of the server: after each statement it says whether a transaction is open.
 *
 * COMMIT is noticed by its tag as well, for `commit; begin` in one string ends in a transaction
 * again. ROLLBACK alone is not: going back to a savepoint has the same tag.
 */
export function watchConnection(client: PoolClient): ConnectionWatch {
  const connection = protocolEvents(client)
  let begun = false
  let ended = false
  let rolledBack = false
  let lost: Error | undefined

  const onError = (error: Error) => {
    lost ??= error
  }
  const onTag = ({ text }: { text: string }) => {
    if (!begun) return
    if (text === 'COMMIT' || text === 'PREPARE TRANSACTION') ended = true
    if (text === 'BEGIN' && rolledBack) ended = true
    rolledBack = text === 'ROLLBACK'
  }
  const onReady = (message: { status?: string }) => {
    rolledBack = false
    if (begun && message.status === 'I') ended = true
  }

  // Without a listener of its own an error on a checked-out client would end the process.
  client.on('error', onError)
  connection?.on('commandComplete', onTag)
  connection?.on('readyForQuery', onReady)

  return {
    begun() {
      begun = true
    },
    endedByHand: () => ended || (begun && lost === undefined && statusOf(client) === 'I'),
    lost: () => lost,
    dispose() {
      client.removeListener('error', onError)
      connection?.removeListener('commandComplete', onTag)
      connection?.removeListener('readyForQuery', onReady)
    },
  }
}

/** Recent versions of pg keep the status themselves; pg-native has nothing else. */
function statusOf(client: PoolClient): string | null {
  const ask = (client as { getTransactionStatus?: () => string | null }).getTransactionStatus
  return typeof ask === 'function' ? ask.call(client) : null
}

function protocolEvents(client: PoolClient): ProtocolEvents | undefined {
  const connection = (client as unknown as { readonly connection?: Partial<ProtocolEvents> }).connection
  return typeof connection?.on === 'function' && typeof connection.removeListener === 'function'
    ? (connection as ProtocolEvents)
    : undefined
}
