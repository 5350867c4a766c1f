import type {
  DestinationCounts,
  EndpointBacklog,
  EndpointCounts,
  MessageStore,
  NodeReport,
  SchemaState,
  SchemaStep,
} from '../contracts/message-store.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { silentWithLockMs, silentWithoutLockMs } from './liveness-judge.ts'

/** Rows that one statement frees. */
const page = 500

/** Whether a node has lived lately, as far as one look can tell. */
export function isAlive({ declaredDead, beatAgeMs, lockHeld }: NodeReport): boolean {
  return !declaredDead && beatAgeMs < (lockHeld ? silentWithLockMs : silentWithoutLockMs)
}

/** What operators do with a store, apart from its dead letters. The same as the command `jasper storage`. */
export class Storage {
  readonly #store: MessageStore

  constructor(store: MessageStore) {
    this.#store = store
  }

  /** The name of the application that the messages belong to. */
  owner(): Promise<string | undefined> {
    return this.#store.operations.owner()
  }

  /** Messages by endpoint and state. Reads only; may scan. */
  counts(): Promise<readonly EndpointCounts[]> {
    return this.#store.incoming.counts()
  }

  /** Messages that wait to be sent, by destination and state. Reads only; may scan. */
  outgoing(): Promise<readonly DestinationCounts[]> {
    return this.#store.outgoing.counts()
  }

  /** All processes that take part, the oldest first. Reads only. */
  nodes(): Promise<readonly NodeReport[]> {
    return this.#store.operations.nodes()
  }

  /** How long the first in line has waited, by endpoint. Reads only; never scans. */
  backlog(): Promise<readonly EndpointBacklog[]> {
    return this.#store.operations.backlog()
  }

  /** Deletes all messages, dead letters too; claims on them are lost. Resolves with how many there were. */
  clear(): Promise<number> {
    return this.#store.operations.clear()
  }

  /**
   * Frees what a node has claimed; what all dead nodes have, and rows of nodes that are gone, when none
   * is said. Resolves with the number of messages. A node that lives after all comes back under a new
   * id, and cannot settle what was taken from it.
   */
  async release(nodeId?: string): Promise<number> {
    const nodes = await this.nodes()
    if (nodeId !== undefined && !nodes.some(({ id }) => id === nodeId)) {
      throw new JasperError('JASPER_BAD_OPTION', `${JSON.stringify(nodeId)} is no node of this store. Those that are: jasper nodes.`)
    }
    const before = nodes.filter((node) => (nodeId === undefined ? !isAlive(node) : node.id === nodeId))
    let released = 0
    for (const { id } of before) {
      for (;;) {
        const report = await this.#store.nodes.takeOver(id, page)
        released += report.released
        // Rows that a transaction has locked at this moment are freed by any node later.
        if (report.finished || report.released === 0) break
      }
    }
    if (nodeId === undefined) while ((await this.#store.nodes.releaseOrphans(page)).length > 0);
    return released
  }

  /** Which schema version is there, and what is missing; `undefined` for a store without tables. */
  async schema(): Promise<SchemaState | undefined> {
    return await this.#store.operations.schema?.state()
  }

  /** Brings the tables up to date, all or nothing, and tells what was done. */
  async migrate(): Promise<readonly SchemaStep[]> {
    return (await this.#store.operations.schema?.migrate()) ?? []
  }

  /** The SQL from one schema version to another, for somebody who may run it; '' for a store without tables. */
  script(range: { readonly from?: number | undefined; readonly to?: number | undefined } = {}): string {
    return this.#store.operations.schema?.script(range) ?? ''
  }

  /**
   * Drops all tables with every message and makes them anew. Rejects with `JASPER_STORE_REFUSED` while
   * nodes live: theirs would be torn from under them.
   */
  async rebuild(): Promise<void> {
    const { schema } = this.#store.operations
    if (schema === undefined) return void (await this.clear())
    const alive = (await schema.state()).isUsable ? (await this.nodes()).filter(isAlive).length : 0
    if (alive > 0) {
      throw new JasperError(
        'JASPER_STORE_REFUSED',
        `${this.#store.description} is in use by ${alive === 1 ? 'a process that is' : `${alive} processes that are`} alive. Stop them before a rebuild.`,
      )
    }
    await schema.rebuild()
  }
}

/**
 * Empties a store between two tests: all messages and dead letters, in milliseconds.
 *
 * Rejects with `JASPER_BAD_OPTION` where `NODE_ENV` is `production`. Handlers that run meanwhile lose
 * their claims and commit nothing; a test waits for them first.
 */
export async function resetForTests(store: MessageStore): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new JasperError('JASPER_BAD_OPTION', 'resetForTests() deletes every message, and NODE_ENV is production. It is for tests alone.')
  }
  await store.operations.clear()
}
