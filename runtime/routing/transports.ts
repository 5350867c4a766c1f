import type { AddressUse, OpenTransport, Transport } from '../contracts/transport.ts'
import { JasperError } from '../errors/jasper-error.ts'

/** The transports of one app, by scheme. */
export class Transports {
  readonly #byScheme = new Map<string, Transport>()

  /** Throws `JASPER_BAD_OPTION` for two of one scheme, and for one that takes a scheme of ours. */
  constructor(transports: readonly Transport[] = []) {
    for (const transport of transports) {
      const { scheme } = transport
      if (scheme === 'local' || !/^[a-z][a-z0-9+.-]*$/.test(scheme)) {
        throw new JasperError('JASPER_BAD_OPTION', `A transport has the scheme ${JSON.stringify(scheme)}, which is not allowed. Choose another, in lower case.`)
      }
      if (this.#byScheme.has(scheme)) {
        throw new JasperError('JASPER_BAD_OPTION', `Two transports have the scheme ${scheme}. Name one of them, so that their addresses differ.`)
      }
      this.#byScheme.set(scheme, transport)
    }
  }

  get schemes(): readonly string[] {
    return [...this.#byScheme.keys()]
  }

  all(): readonly Transport[] {
    return [...this.#byScheme.values()]
  }

  of(scheme: string): Transport | undefined {
    return this.#byScheme.get(scheme)
  }

  /** The address as its transport spells it. Throws `JASPER_UNKNOWN_DESTINATION` when none serves it. */
  address(text: string, use: AddressUse): string {
    const scheme = schemeOf(text)
    const transport = this.#byScheme.get(scheme)
    if (transport !== undefined) return transport.address(text, use)
    throw new JasperError(
      'JASPER_UNKNOWN_DESTINATION',
      `No transport of this app serves ${JSON.stringify(text)}: its scheme is ${scheme}. Give createApp({ transports: [...] }) one that does` +
        `${this.schemes.length === 0 ? '' : `, or use one of ${this.schemes.join(', ')}`}. Local queues are written 'local://name'.`,
    )
  }

  /** Whether messages with one ordering key arrive at this endpoint in the order of sending. Local queues see to that themselves. */
  keepsOrder(endpoint: string): boolean {
    const transport = this.of(schemeOf(endpoint))
    return transport?.ordersByKeyAt?.(endpoint) ?? transport?.capabilities.ordersByKey ?? true
  }

  /** Whether this destination tells messages apart by their topics. */
  hasTopics(destination: string): boolean {
    return this.of(schemeOf(destination))?.hasTopics?.(destination) ?? false
  }

  async open(options: OpenTransport): Promise<void> {
    await Promise.all(this.all().map((transport) => transport.open(options)))
  }

  /** Each for itself: one that fails to close keeps no other open. */
  async close(onError: (scheme: string, error: unknown) => void): Promise<void> {
    await Promise.all(this.all().map((transport) => transport.close().catch((error: unknown) => onError(transport.scheme, error))))
  }
}

export function schemeOf(address: string): string {
  return address.split('://', 1)[0]!
}
