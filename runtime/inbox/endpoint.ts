import type { EndpointSettings } from '../routing/route-table.ts'
import type { Delivery } from './delivery.ts'

/**
 * Whether an endpoint takes messages: `paused` begins none, and what runs goes on; `probing` handles one
 * at a time, to find out whether it works again.
 */
export type Flow = 'open' | 'probing' | 'paused'

/** A place where this process receives messages. */
export interface Endpoint {
  readonly settings: EndpointSettings
  /** For a destination outside this app: its messages leave. `keepsTime`: also those whose time has not come. */
  readonly leaving?: { readonly keepsTime: boolean }
  /** Whether it could not receive when it last tried; it goes on trying. */
  readonly isFailing: boolean
  /** Begins to receive. */
  open(): void
  /**
   * Holds a place in memory for a message that is about to be committed, so that it can be handed
   * over without a detour through the database. `false`: no place, or older messages wait in the
   * store; leave it to a claim. A held place ends with `deliver` or `giveBack`.
   */
  hold(): boolean
  giveBack(): void
  /** Takes a message for which a place is held. */
  deliver(delivery: Delivery): void
  /** There may be something to claim. */
  wake(): void
  /** Messages are parked here that this process can handle. */
  unpark(): void
  /** Every delivery that this endpoint has in memory. */
  held(): Iterable<Delivery>
  /** Forgets what waits in memory and is claimed under an owner that is no longer this node. */
  forgetWaiting(): void
  /** Begins no further message; resolves with those that had not begun when running ones have ended. */
  close(): Promise<readonly Delivery[]>
}

/** Where a message goes, by the address of its destination. */
export interface EndpointLookup {
  get(destination: string): Endpoint | undefined
}

/** An endpoint that can be told to take no messages for a while. */
export interface PausableEndpoint extends Endpoint {
  /** Takes messages as told from now on. What it may not begin goes back to the store, in its place, or waits in memory. */
  setFlow(flow: Flow): void
}
