/** An endpoint at which nothing is claimed for a time. */
export interface EndpointPause {
  readonly endpoint: string
  readonly since: Date
  /** `undefined`: until somebody resumes it. */
  readonly until: Date | undefined
  /** Milliseconds that are left, by the store's clock; `undefined` as `until` is. */
  readonly leftMs: number | undefined
  readonly reason: string
  /** The node that paused it. */
  readonly by: string
}

export interface NewPause {
  readonly endpoint: string
  /** `undefined`: until somebody resumes it. */
  readonly forMs: number | undefined
  readonly reason: string
  readonly by: string
}

/** Endpoints that are paused, for all processes. A pause outlives every process, and ends by the store's clock. */
export interface Pauses {
  /**
   * From here on `claim` gives nothing of this endpoint to anybody, and no beat calls it claimable; what
   * is claimed stays so. An endpoint that is paused for longer already stays as it is.
   */
  pause(pause: NewPause): Promise<void>
  /** Ends a pause. Resolves with whether there was one. */
  resume(endpoint: string): Promise<boolean>
  /** The pauses that are in force, by endpoint. */
  list(): Promise<readonly EndpointPause[]>
}

/** What is told to the other processes, in place of an endpoint, when a pause begins or ends. */
export const pausesChanged = 'jasper:pauses'
