import type { EndpointPause } from './pauses.ts'

/** A process that takes part, as it announces itself. */
export interface NodeAnnouncement {
  /** UUIDv7, new for each life of the node; the `owner` of its claims. */
  readonly id: string
  readonly host: string
  readonly pid: number
  /** The schemes of destinations that it has transports for; none when unsaid. */
  readonly schemes?: readonly string[]
}

/** What one node sees of another. */
export interface NodeSighting {
  readonly id: string
  readonly host: string
  /** Changes each time the node beats. */
  readonly beat: string
  /**
   * Milliseconds since its last beat, or since the database started where that is later, by the
   * store's clock: after a restart of the database nobody has had a chance to beat.
   */
  readonly beatAgeMs: number
  /** Whether its session lock is held: `false` means that its connection is gone. */
  readonly lockHeld: boolean
}

export interface BeatReport {
  /** `false`: others have declared this node dead. It must come back under a new id. */
  readonly alive: boolean
  readonly others: readonly NodeSighting[]
  /** Of the endpoints asked about, those that have a message to claim. The safety poll. */
  readonly claimable: readonly string[]
  /** Those where something is parked of a type that this process can handle. */
  readonly parked: readonly string[]
  /** Destinations with outgoing messages that wait, of those whose scheme the node announced. */
  readonly sendable: readonly string[]
  /** As in {@link DueReport}; 0 when one is overdue. */
  readonly nextDueInMs: number | undefined
  /** Likewise of outgoing messages; `undefined` for a node that announced no scheme. */
  readonly nextSendDueInMs: number | undefined
  /** Those in force. */
  readonly pauses: readonly EndpointPause[]
  /** Whether the node's connection has been unbroken since the beat before this one. */
  readonly unbroken: boolean
}

export interface Nodes {
  /** Announces this process and takes its session lock. Again: announces its schemes anew. Waits for no other node. */
  register(node: NodeAnnouncement): Promise<void>
  /** Writes this node's beat and reads what there is to know, in one statement. */
  beat(nodeId: string, endpoints: readonly string[]): Promise<BeatReport>
  /**
   * Takes everything from a dead node: marks it dead so that it cannot beat again, and frees its
   * claims with a raised epoch, at most `limit` a call. Rows that are locked at the moment stay for
   * a later call. Any number of nodes may do this at once.
   */
  takeOver(nodeId: string, limit: number): Promise<TakeOverReport>
  /** Frees the claims of owners that are no registered nodes. Resolves with the endpoints concerned. */
  releaseOrphans(limit: number): Promise<readonly string[]>
  /** Frees all claims of this node and removes it. Idempotent. */
  leave(nodeId: string): Promise<void>
}

export interface TakeOverReport {
  readonly released: number
  /** The endpoints that have something new to claim. */
  readonly endpoints: readonly string[]
  /** Whether nothing of the dead node is left. */
  readonly finished: boolean
}

/** Signals between processes that share a store. Lost signals cost time, never messages. */
export interface WakeUps {
  /**
   * Calls `onWake` with the endpoints that have something to claim. An empty list means that signals
   * may have been missed (after a reconnect). Resolves when listening.
   */
  listen(onWake: (endpoints: readonly string[]) => void): Promise<void>
  /** Tells the other processes. Coalesced; never rejects. */
  notify(endpoints: readonly string[]): void
}
