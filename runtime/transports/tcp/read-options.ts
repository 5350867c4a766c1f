import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { JasperError } from '../../errors/jasper-error.ts'
import { isLoopback } from './addresses.ts'
import { batchOverhead } from './messages.ts'
import type { TcpLimits, TcpOptions, TcpTlsOptions } from './options.ts'

const mebibyte = 1024 * 1024
const shortestSecret = 32
/** Several messages share a frame up to so many bytes. */
export const usualFrame = 256 * 1024

export interface TcpSettings {
  readonly scheme: string
  readonly description: string
  readonly secrets: readonly string[]
  readonly tls: TlsSettings | undefined
  readonly largestMessage: number
  readonly largestFrame: number
  readonly heartbeatMs: number
  readonly handshakeMs: number
  readonly frameMs: number
  readonly connections: number
  readonly strangers: number
  readonly memory: number
}

export interface TlsSettings {
  readonly credentials: SecureContextOptions
  readonly hasCertificate: boolean
  readonly clientCertificates: boolean
  readonly servername: string | undefined
}

/** Throws `JASPER_BAD_OPTION`, in which no secret stands. */
export function readOptions(options: TcpOptions): TcpSettings {
  const { name, secret, tls, heartbeat = 10, limits = {} } = options
  if (name !== undefined && !/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw bad(`name of tcp() is ${JSON.stringify(name)}. Use lower-case letters, digits, '.', '-'.`)
  const largestMessage = whole('largestMessage', options.largestMessage, 4 * mebibyte, 1, 1024 * mebibyte)
  const largestFrame = Math.max(usualFrame, largestMessage) + batchOverhead
  const secrets = readSecrets(secret)
  return {
    scheme: name === undefined ? 'tcp' : `tcp+${name}`,
    description: `TCP${tls === undefined ? '' : ' with TLS'}${secrets.length === 0 ? '' : ' and a shared secret'}`,
    secrets,
    tls: tls === undefined ? undefined : readTls(tls),
    largestMessage,
    largestFrame,
    heartbeatMs: whole('heartbeat', heartbeat, 10, 1, 60) * 1_000,
    ...readLimits(limits, largestFrame),
  }
}

function readLimits(limits: TcpLimits, largestFrame: number): Pick<TcpSettings, 'connections' | 'strangers' | 'handshakeMs' | 'frameMs' | 'memory'> {
  const connections = whole('limits.connections', limits.connections, 500, 1, 100_000)
  return {
    connections,
    strangers: whole('limits.strangers', limits.strangers, Math.min(100, connections), 1, connections),
    handshakeMs: whole('limits.handshakeSeconds', limits.handshakeSeconds, 5, 1, 300) * 1_000,
    frameMs: whole('limits.frameSeconds', limits.frameSeconds, 30, 1, 3_600) * 1_000,
    memory: whole('limits.memory', limits.memory, Math.max(64 * mebibyte, 2 * largestFrame), 2 * largestFrame, Number.MAX_SAFE_INTEGER),
  }
}

/**
 * Beyond this machine a place is used with TLS and with a proof of who is there, or not at all. Throws
 * `JASPER_UNPROTECTED`.
 */
export function assertProtected(settings: TcpSettings, address: string, host: string, use: 'send' | 'listen'): void {
  const { tls, secrets } = settings
  const isListening = use === 'listen'
  const lacks: string[] = []
  if (!isLoopback(host)) {
    if (tls === undefined) lacks.push(isListening ? "TLS: give tcp() 'tls' with 'cert' and 'key'" : "TLS: give tcp() 'tls', with 'ca' where the certificate is not publicly signed")
    const isProven = secrets.length > 0 || (isListening ? tls?.clientCertificates === true : tls?.hasCertificate === true)
    if (!isProven) lacks.push(`a proof of who is there: give tcp() a 'secret', or 'tls' with ${isListening ? "'clientCertificates' and 'ca'" : "'cert' and 'key'"}`)
  }
  if (lacks.length > 0) {
    const what = isListening ? 'Others than this machine could send to' : 'Others than this machine could read or take what is sent to'
    throw new JasperError('JASPER_UNPROTECTED', `${what} ${address}. It lacks ${lacks.join('; and ')}. Addresses of localhost need neither.`)
  }
  if (isListening && tls !== undefined && !tls.hasCertificate) {
    throw bad(`tcp() is to listen at ${address} with TLS and has no certificate. Give 'tls' a 'cert' and a 'key'.`)
  }
}

function readSecrets(secret: TcpOptions['secret']): readonly string[] {
  if (secret === undefined) return []
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0) throw bad('secret of tcp() is an empty list. Give at least one, or leave it out.')
  return secrets.map((one) => {
    if (typeof one === 'string' && Buffer.byteLength(one) >= shortestSecret) return one
    throw bad(`A secret of tcp() has less than ${shortestSecret} bytes, or is missing. Take the output of 'openssl rand -hex 32', the same on both sides.`)
  })
}

function readTls(tls: TcpTlsOptions): TlsSettings {
  const { cert, key, passphrase, ca, clientCertificates = false, servername } = tls
  if ((cert === undefined) !== (key === undefined)) throw bad("tls of tcp() has one of 'cert' and 'key'. Give both, or none.")
  if ('rejectUnauthorized' in tls || 'checkServerIdentity' in tls) {
    throw bad("tls of tcp() cannot be told to trust everybody. Name the signer of the other side's certificate in 'ca'.")
  }
  // Else whoever has any publicly signed certificate would be let in.
  if (clientCertificates && ca === undefined) throw bad("tls of tcp() has 'clientCertificates' without 'ca': say who signs the certificates that let others in.")
  try {
    const signers = ca === undefined || typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca]
    const credentials: SecureContextOptions = { cert, key, passphrase, ca: signers, minVersion: 'TLSv1.3' }
    // It throws for what cannot be read.
    createSecureContext(credentials)
    return { credentials, hasCertificate: cert !== undefined, clientCertificates, servername }
  } catch (error) {
    throw new JasperError('JASPER_BAD_OPTION', `tls of tcp() cannot be used: ${(error as Error).message}. Give PEM, and the key that belongs to the certificate.`)
  }
}

function whole(name: string, value: number | undefined, unsaid: number, least: number, most: number): number {
  const given = value ?? unsaid
  if (Number.isInteger(given) && given >= least && given <= most) return given
  throw bad(`${name} of tcp() is ${String(given)}. Give a whole number from ${least} to ${most}.`)
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
