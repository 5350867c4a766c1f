import { JasperError } from '../../errors/jasper-error.ts'

/** A place at a broker. `key` is the routing key; `undefined` at an exchange: the topic of each message, else its wire name. */
export type RabbitPlace =
  | { readonly kind: 'queue'; readonly name: string }
  | { readonly kind: 'exchange'; readonly name: string; readonly key: string | undefined }

/** AMQP keeps names and routing keys in short strings. */
const longestName = 255

/** The place in its one spelling. `parseAddress` of it is the place again. */
export function printAddress(scheme: string, place: RabbitPlace): string {
  const path = `${scheme}://${place.kind}/${encodeURIComponent(place.name)}`
  return place.kind === 'exchange' && place.key !== undefined ? `${path}?key=${encodeURIComponent(place.key)}` : path
}

/** Throws `JASPER_UNKNOWN_DESTINATION`, with the grammar, for what is no address. */
export function parseAddress(scheme: string, text: string): RabbitPlace {
  const fail = (flaw: string): JasperError =>
    new JasperError(
      'JASPER_UNKNOWN_DESTINATION',
      `${JSON.stringify(text)} is not an address of this broker: ${flaw}. Write '${scheme}://queue/<name>', '${scheme}://exchange/<name>' or ` +
        `'${scheme}://exchange/<name>?key=<routing key>'; what URLs reserve is percent-encoded.`,
    )
  const match = /^([^:]*):\/\/(queue|exchange)\/([^?]*)(?:\?key=([^&]*))?$/s.exec(text)
  if (match === null || match[1] !== scheme) throw fail('it has another form')
  const read = (part: string, what: string): string => {
    const value = decoded(part)
    if (value === undefined) throw fail(`its ${what} is badly encoded`)
    if (Buffer.byteLength(value) > longestName) throw fail(`its ${what} is longer than ${longestName} bytes`)
    return value
  }
  const name = read(match[3]!, 'name')
  if (name === '') throw fail('it names nothing')
  if (match[2] === 'exchange') return { kind: 'exchange', name, key: match[4] === undefined ? undefined : read(match[4], 'routing key') }
  if (match[4] !== undefined) throw fail('a queue has no routing key')
  return { kind: 'queue', name }
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text)
    return /\p{Surrogate}/u.test(value) ? undefined : value
  } catch {
    return undefined
  }
}
