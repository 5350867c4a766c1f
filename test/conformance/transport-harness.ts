import type { Transport } from '../../runtime/contracts/transport.ts'

/** What the author of a transport hands to `transportConformance`. */
export interface TransportHarness {
  readonly capabilities: Transport['capabilities']
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
  /** Messages that nobody has been given, and those that are with a listener and not settled. */
  count(name: string): Promise<{ readonly waiting: number; readonly unsettled: number }>
  /** Nobody answers any more; what was there is kept. */
  down(): Promise<void>
  up(): Promise<void>
  /** All transports are closed by then. */
  drop(): Promise<void>
}
