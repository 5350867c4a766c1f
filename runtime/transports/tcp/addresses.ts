import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { AddressUse } from '../../contracts/transport.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { longestName } from './frames.ts'

/** A place at a port. `host` is as `net.connect` takes it; `endpoint` sets several endpoints of one port apart. */
export interface TcpPlace {
  readonly host: string
  readonly port: number
  readonly endpoint: string
}

const defaultPort = 2000
/** An endpoint for replies belongs to one process, and goes with it. */
const replies = 'replies.'

export function newReplyEndpoint(): string {
  return `${replies}${randomUUID()}`
}

export function isReplyEndpoint(endpoint: string): boolean {
  return endpoint.startsWith(replies)
}

/** The place in its one spelling. `parseAddress` of it is the place again. */
export function printAddress(scheme: string, { host, port, endpoint }: TcpPlace): string {
  const authority = `${scheme}://${host === loopback ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
  return endpoint === '' ? authority : `${authority}/${encodeURIComponent(endpoint)}`
}

const loopback = '127.0.0.1'
const everywhere = new Set(['0.0.0.0', '::'])

/** Throws `JASPER_UNKNOWN_DESTINATION`, with the grammar, for what is no address. */
export function parseAddress(scheme: string, text: string, use: AddressUse): TcpPlace {
  const fail = (flaw: string): JasperError =>
    new JasperError(
      'JASPER_UNKNOWN_DESTINATION',
      `${JSON.stringify(text)} is not an address of this TCP transport: ${flaw}. Write '${scheme}://<host>:<port>' or ` +
        `'${scheme}://<host>:<port>/<endpoint>'; what URLs reserve is percent-encoded in the endpoint.`,
    )
  const match = /^([^:]*):\/\/(\[[^\]/?#@]+\]|[^:/?#@[\]]+)(?::(\d{1,5}))?(?:\/([^/?#]*))?$/s.exec(text)
  if (match === null || match[1] !== scheme) throw fail('it has another form')
  const host = canonicalHost(match[2]!)
  if (host === undefined) throw fail('its host is no name or IP address')
  if (use === 'send' && everywhere.has(host)) throw fail('that host is for listening on every interface; nobody can send there')
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  if (port < 1 || port > 65_535) throw fail('its port is not from 1 to 65535')
  const endpoint = decoded(match[4] ?? '')
  if (endpoint === undefined) throw fail('its endpoint is badly encoded')
  if (Buffer.byteLength(endpoint) > longestName) throw fail(`its endpoint is longer than ${longestName} bytes`)
  return { host, port, endpoint }
}

/** Whether nobody but this machine can reach it. */
export function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host) || host === '::1'
}

/** What the certificate of a place must be valid for, by its address. `undefined`: its IP address. */
export function certifiedName(host: string): string | undefined {
  if (host === loopback) return 'localhost'
  return isIP(host) === 0 ? host : undefined
}

/** As browsers read it: lower case, one form of an IP address. `localhost` is this machine, whatever a resolver says. */
function canonicalHost(text: string): string | undefined {
  const url = URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`) : undefined
  const host = url?.hostname.replace(/^\[|\]$/g, '')
  if (host === undefined || host === '' || host.length > longestName || /[^a-z0-9._:-]/.test(host)) return undefined
  return host === 'localhost' ? loopback : host
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text)
    return /\p{Surrogate}/u.test(value) ? undefined : value
  } catch {
    return undefined
  }
}
