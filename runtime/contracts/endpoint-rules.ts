import type { KnownType } from './incoming-messages.ts'

/** What an app has set for one of its endpoints, as far as its store must know. */
export interface EndpointRules {
  /** `block`: a dead letter that has a lane holds it until it is replayed or discarded. `release`: it does not. */
  readonly onDeadLetter: 'release' | 'block'
  /** How long the id of a completed message is known there; as long as the store says when unsaid. */
  readonly dedupWindowMs?: number | undefined
}

/** What holds for an endpoint of which the app has said nothing. */
export const defaultRules: EndpointRules = { onDeadLetter: 'release' }

/** What one process wants of its store: how its endpoints are kept, and what it can handle. */
export interface StoreRules {
  readonly endpoints: ReadonlyMap<string, EndpointRules>
  /** The types that this process can handle. */
  readonly handles: readonly KnownType[]
}

export const noRules: StoreRules = { endpoints: new Map(), handles: [] }
