import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** A store opened for an operator takes part in nothing: it owns no name, has no node, and does not migrate. */
export interface OpenForOperator {
  /** The database itself refuses every change, whatever is asked. */
  readonly readOnly: boolean
  /** Whether to reject with `JASPER_STORE_SCHEMA` unless the schema can be worked with. */
  readonly checkSchema: boolean
  readonly clock: Clock
  readonly log: Logger
}

/** What an operator asks of a store, beside the dead letters. */
export interface StoreOperations {
  /** The name of the application that the messages belong to; `undefined`: none has been here yet. Reads only. */
  owner(): Promise<string | undefined>
  /** All nodes, in the order in which they came. Reads only; costs what their claims are. */
  nodes(): Promise<readonly NodeReport[]>
  /** How long the message that is first in line has waited, by endpoint. Reads only; never scans. */
  backlog(): Promise<readonly EndpointBacklog[]>
  /**
   * Deletes all messages, waiting, scheduled, parked and dead, and forgets the completed ids. Claims
   * on them are lost. All or none; resolves with how many messages there were.
   */
  clear(): Promise<number>
  /** The tables, for stores that have some. */
  readonly schema: SchemaOperations | undefined
}

export interface NodeReport {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly startedAt: Date
  /** As in `NodeSighting`. */
  readonly beatAgeMs: number
  readonly lockHeld: boolean
  /** Others have declared it dead; what it had is being taken over. */
  readonly declaredDead: boolean
  /** Messages that it has claimed. */
  readonly claims: number
}

export interface EndpointBacklog {
  readonly endpoint: string
  /** Since the message was sent, or since the time that its sender chose. */
  readonly waitedMs: number
}

export interface SchemaOperations {
  /** Which version is there, and what is missing. Reads only. */
  state(): Promise<SchemaState>
  /** Applies what is missing, all or nothing, and tells what it was. */
  migrate(): Promise<readonly SchemaStep[]>
  /** The SQL that leads from one version to another: 0, an empty database, up to the needed one, unless said. */
  script(range?: { readonly from?: number | undefined; readonly to?: number | undefined }): string
  /** Drops all tables of ours, with every message, and makes them anew. */
  rebuild(): Promise<void>
}

export interface SchemaState {
  /** 0: there is nothing. */
  readonly version: number
  /** The version that this runtime was made for. */
  readonly needed: number
  /** Whether this runtime can work with that version: its own, or a newer one that says so. */
  readonly isUsable: boolean
  readonly pending: readonly SchemaStep[]
}

export interface SchemaStep {
  readonly version: number
  readonly name: string
  /** Whether processes of the version before go on working when it is applied. */
  readonly canRoll: boolean
}
