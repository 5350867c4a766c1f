import type { Transport } from '../../runtime/contracts/transport.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'

/** What the author of a transport hands to `transportConformance`. */
export interface TransportHarness {
  readonly capabilities: Transport['capabilities']
  /**
   * There is nobody in between: the other side is the process that listens, the sender keeps what that has not
   * taken, one process listens at a place at a time, and none knows by itself that nobody can reach it.
   */
  readonly isDirect?: boolean
  /** The other side, empty, for one test. */
  fresh(): Promise<TransportPlace>
}

export interface TransportPlace {
  /** A new transport to it, not opened. Several stand for several processes. */
  transport(): Transport
  /** Where tests send to, and where they listen for it. Anew for each name. */
  queue(name: string): { readonly to: string; readonly at: string }
  /** Likewise, where messages are delivered in order although the transport does not do so everywhere. `undefined`: nowhere. */
  ordered?(name: string): { readonly to: string; readonly at: string }
  /** What is no address of this transport. */
  readonly noAddress: string
  /** Puts a message there as a system would that does not know us. */
  put(name: string, headers: Readonly<Record<string, string>>, body: string): Promise<void>
  /**
   * Messages that nobody has been given, and those that are with a listener and not settled. Where the transport
   * is direct the former are those that `put` and {@link post} keep; what apps keep is in their stores, so less than 0 is possible.
   */
  count(name: string): Promise<{ readonly waiting: number; readonly unsettled: number }>
  /** Where the transport is direct: sends these, again and again until they are taken or refused, as the store of a sender would. */
  post?(transport: Transport, envelopes: readonly Envelope[]): void
  /** Nobody answers any more; what was there is kept. */
  down(): Promise<void>
  up(): Promise<void>
  /** All transports are closed by then. */
  drop(): Promise<void>
}
