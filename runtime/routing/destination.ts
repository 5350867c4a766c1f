import { JasperError } from '../errors/jasper-error.ts'

/** An address in parts: `local://place-order` is the scheme `local` and the name `place-order`. */
export interface Destination {
  readonly scheme: string
  readonly name: string
}

const address = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9][a-z0-9._\-/]{0,199})$/

/** Whether an address is that of a local queue; all others belong to transports. */
export function isLocal(address: string): boolean {
  return address.startsWith('local://')
}

/** Parses the address of a local queue. Throws `JASPER_UNKNOWN_DESTINATION` when it is not one. */
export function parseDestination(text: string): Destination {
  const match = address.exec(text)
  if (match === null) {
    throw new JasperError(
      'JASPER_UNKNOWN_DESTINATION',
      `${JSON.stringify(text)} is not an address. Write it as 'local://queue-name': lower-case letters, digits, '.', '_', '-'.`,
    )
  }
  return { scheme: match[1]!, name: match[2]! }
}

/** Throws `JASPER_UNKNOWN_DESTINATION` for what is no address of an endpoint. Transports have grammars of their own, and are not asked. */
export function assertAddress(text: string): void {
  if (isLocal(text) || !/^[a-z][a-z0-9+.-]*:\/\/\S+$/.test(text)) parseDestination(text)
}

/**
 * The local queue that a message type has unless a route says otherwise: its wire name in kebab
 * case. `PlaceOrder` is `local://place-order`, `orders.place-order` stays as it is.
 */
export function localQueueOf(messageName: string): string {
  const kebab = messageName
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
  return `local://${kebab === '' ? 'message' : kebab}`
}
