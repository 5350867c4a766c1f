import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { SqlValue } from '../../contracts/statement.ts'

/** The part of pg's protocol connection that a statement is sent with. pg-native has none. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>
  readonly stream: { cork?(): void; uncork?(): void }
  parse(statement: { readonly name?: string; readonly text: string }): void
  bind(portal: { readonly statement?: string; readonly values?: readonly (string | Buffer | null)[] }): void
  execute(portal: object): void
  close(prepared: { readonly type: 'S'; readonly name: string }): void
  sync(): void
}

/** Names whose statement may or may not be prepared there: their batch failed. */
const doubtful = new WeakMap<Wire, Set<string>>()
const names = new Map<string, string>()

/** Whether statements can share a round trip on this client: not where another library speaks for pg, nor where pg pipelines itself. */
export function canBatch(client: PoolClient): boolean {
  const { connection, pipeline } = client as unknown as { readonly connection?: Partial<Wire>; readonly pipeline?: boolean }
  return pipeline !== true && typeof connection?.parse === 'function' && typeof connection.parsedStatements === 'object'
}

/**
 * Sends a statement and COMMIT together, in one round trip. A statement that fails keeps the server from
 * reading on to COMMIT. Resolves with COMMIT's own word: an aborted transaction answers ROLLBACK.
 *
 * The statement is prepared once for each connection, unless that is unwanted. Its plan is made for keeps,
 * perhaps while a table is empty, so it may not be one that reads a table from end to end.
 */
export function commitWith(
  client: PoolClient,
  text: string,
  values: readonly SqlValue[],
  { prepared }: { readonly prepared: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    client.query(new CommitBatch(prepared ? nameOf(text) : '', text, values, (error, command) => (error === undefined ? resolve(command) : reject(error))))
  })
}

/** A query of our own making, as pg takes cursors and streams. */
class CommitBatch {
  /** pg puts its own around this one where queries have a time limit. */
  callback: (error: unknown, command: string) => void
  readonly #name: string
  readonly #text: string
  readonly #values: readonly SqlValue[]
  #wire: Wire | undefined
  #command = ''

  /** An empty name prepares nothing that outlives the batch. */
  constructor(name: string, text: string, values: readonly SqlValue[], callback: (error: Error | undefined, command: string) => void) {
    this.callback = (error, command) => callback(error === null || error === undefined ? undefined : (error as Error), command)
    this.#name = name
    this.#text = text
    this.#values = values
  }

  submit(connection: unknown): void {
    const wire = (this.#wire = connection as Wire)
    wire.stream.cork?.()
    try {
      const noSeqscan = this.#name === '' ? '' : 'jasper_no_seqscan'
      this.#prepare(wire, noSeqscan, "select set_config('enable_seqscan', 'off', true)")
      wire.bind({ statement: noSeqscan })
      wire.execute({})
      this.#prepare(wire, this.#name, this.#text)
      wire.bind({ statement: this.#name, values: this.#values.map(spell) })
      wire.execute({})
      wire.parse({ text: 'commit' })
      wire.bind({})
      wire.execute({})
      wire.sync()
    } finally {
      wire.stream.uncork?.()
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#command = text
  }

  /** The transaction is over, or the error of its statement is on its way. */
  handleReadyForQuery(): void {
    this.callback(null, this.#command)
  }

  handleError(error: unknown): void {
    if (this.#wire !== undefined && this.#name !== '') {
      const names = doubtful.get(this.#wire) ?? new Set()
      for (const name of ['jasper_no_seqscan', this.#name]) names.add(name)
      doubtful.set(this.#wire, names)
    }
    this.callback(error, '')
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  #prepare(wire: Wire, name: string, text: string): void {
    if (name === '') return wire.parse({ text })
    // Closing one that is not there is no error.
    if (doubtful.get(wire)?.delete(name) === true) wire.close({ type: 'S', name })
    else if (wire.parsedStatements[name] === text) return
    wire.parse({ name, text })
    wire.parsedStatements[name] = text
  }
}

/** One name for one text, the same in every copy of this module. */
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `jasper_${createHash('sha1').update(text).digest('hex').slice(0, 20)}`))
  return name
}

function spell(value: SqlValue): string | Buffer | null {
  if (value === null) return null
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : String(value)
}
