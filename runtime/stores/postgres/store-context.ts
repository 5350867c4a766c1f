import { defaultRules, type EndpointRules, type StoreRules } from '../../contracts/endpoint-rules.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { Queue, Tables } from './schema-names.ts'
import { sql, verbatim } from './sql.ts'
import type { PostgresSettings } from './read-options.ts'

/** What all statements of a store share. */
export interface StoreContext {
  readonly tables: Tables
  /** The instant by which the store judges: the database's clock, at the start of the statement. */
  now(): SqlStatement
  /** What the app has set for an endpoint; known once the store is open. */
  rulesOf(endpoint: string): EndpointRules
  /** The endpoints at which a dead letter holds its lane, and the types that this process can handle, as JSON. */
  blocking(): string
  handles(): string
  /** Until when the id of a message that is completed now is known, at the endpoint that the expression names. */
  forgetAt(endpoint: string): SqlStatement
}

/** ... and which of the two tables of messages they are about. */
export interface QueueContext extends StoreContext {
  readonly queue: Queue
}

export function storeContext(settings: PostgresSettings, tables: Tables, rules: () => StoreRules): StoreContext {
  const { testClock } = settings
  return {
    tables,
    rulesOf: (endpoint) => rules().endpoints.get(endpoint) ?? defaultRules,
    blocking: () => {
      const blocking = [...rules().endpoints].filter(([, { onDeadLetter }]) => onDeadLetter === 'block')
      return JSON.stringify(blocking.map(([endpoint]) => endpoint))
    },
    handles: () => {
      const types = rules().handles.map(({ messageType: type, messageVersion: version }) => ({ type, version }))
      return JSON.stringify(types)
    },
    now:
      testClock === undefined
        ? () => verbatim('statement_timestamp()')
        : () => sql`${testClock.now().toISOString()}::timestamptz`,
    forgetAt(endpoint) {
      const said = [...rules().endpoints].filter(([, { dedupWindowMs }]) => dedupWindowMs !== undefined)
      const windows = Object.fromEntries(said.map(([address, { dedupWindowMs }]) => [address, dedupWindowMs]))
      const window = sql`coalesce((${JSON.stringify(windows)}::jsonb ->> ${verbatim(endpoint)})::float8, ${settings.dedupWindowMs}::float8)`
      return sql`${this.now()} + least(${window}, ${century}::float8) * interval '1 millisecond'`
    },
  }
}

/** A length of time as an interval. Beyond a century it makes no difference, and would leave the range. */
export function milliseconds(ms: number): SqlStatement {
  return sql`(${Math.min(Math.max(ms, 0), century)}::float8 * interval '1 millisecond')`
}

const century = 100 * 365 * 24 * 3_600_000
