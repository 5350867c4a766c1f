import { randomBytes } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { encodeOpening } from './frame-decoder.ts'
import { encodeFrame, nonceBytes, type Frame } from './frames.ts'
import type { Link } from './link.ts'
import { proofOf, provenSecret, transcriptOf } from './proofs.ts'
import { ProtocolError } from './protocol-error.ts'
import type { TcpSettings } from './read-options.ts'

/** The versions of the protocol that this side speaks. */
const [lowestVersion, highestVersion] = [1, 1]
const none = new Uint8Array()

export type Welcome = Extract<Frame, { kind: 'welcome' }>
export type Hello = Extract<Frame, { kind: 'hello' }>

/** The dialler's half. It proves first: a stranger that dials learns nothing of the secret. */
export async function greet(link: Link, settings: TcpSettings, endpoint: string, app: string): Promise<Welcome> {
  const ours = encodeOpening(lowestVersion, highestVersion)
  const hello = encodeFrame({ kind: 'hello', nonce: randomBytes(nonceBytes), endpoint, app: shortened(app) })
  link.write(Buffer.concat([ours, hello]))
  const theirs = await link.opening()
  const [version] = theirs.versions
  if (version === 0) throw new ProtocolError('the other side speaks no version of the protocol that this side speaks')
  if (version < lowestVersion || version > highestVersion) throw new ProtocolError(`the other side has chosen version ${version}, which nobody offered`)
  const challenge = await link.read('challenge')
  const [secret] = settings.secrets
  if (secret === undefined && challenge.wantsProof) throw new ProtocolError('the other side asks for a secret, and tcp() here has none', 'unauthorised')
  // Else whoever sits at that address would be told everything unasked.
  if (secret !== undefined && !challenge.wantsProof) throw new ProtocolError('the other side knows of no secret, and tcp() here has one', 'unauthorised')
  const transcript = transcriptOf([ours, theirs.bytes, hello, encodeFrame(challenge), sessionOf(link)])
  link.send({ kind: 'proof', mac: secret === undefined ? none : proofOf(secret, 'dialler', transcript) })
  const welcome = await link.read('welcome')
  if (secret !== undefined && provenSecret([secret], 'listener', transcript, welcome.mac) === undefined) {
    throw new ProtocolError('the other side has not proven that it knows the secret', 'unauthorised')
  }
  if (welcome.heartbeatMs < 100 || welcome.heartbeatMs > 600_000) throw new ProtocolError(`the other side asks for a heartbeat of ${welcome.heartbeatMs} ms`)
  return welcome
}

/** The listener's half, up to its last word: what the dialler wants, and the welcome for it. */
export async function meet(link: Link, settings: TcpSettings): Promise<{ readonly hello: Hello; readonly welcome: Welcome }> {
  const theirs = await link.opening()
  const [lowest, highest] = theirs.versions
  const version = Math.min(highest, highestVersion)
  if (version < Math.max(lowest, lowestVersion)) {
    link.write(encodeOpening(0, 0))
    throw new ProtocolError(`the dialler speaks versions ${lowest} to ${highest}, this side ${lowestVersion} to ${highestVersion}`)
  }
  const ours = encodeOpening(version, 0)
  link.write(ours)
  const hello = await link.read('hello')
  const wantsProof = settings.secrets.length > 0
  const challenge = encodeFrame({ kind: 'challenge', wantsProof, nonce: randomBytes(nonceBytes) })
  link.write(challenge)
  const { mac } = await link.read('proof')
  const transcript = transcriptOf([theirs.bytes, ours, encodeFrame(hello), challenge, sessionOf(link)])
  const secret = provenSecret(settings.secrets, 'dialler', transcript, mac)
  if (wantsProof && secret === undefined) throw new ProtocolError('the secret is another one', 'unauthorised')
  const { largestMessage, heartbeatMs } = settings
  return { hello, welcome: { kind: 'welcome', mac: secret === undefined ? none : proofOf(secret, 'listener', transcript), largestMessage, heartbeatMs } }
}

/** What only the two ends of one TLS session can know (RFC 9266 in spirit, with a label of ours): nobody in between can pass a proof on. */
function sessionOf({ socket }: Link): Uint8Array {
  return socket instanceof TLSSocket ? socket.exportKeyingMaterial(32, 'EXPORTER-jasper-tcp-1', Buffer.alloc(0)) : none
}

function shortened(app: string): string {
  return Buffer.byteLength(app) <= 255 ? app : Buffer.from(app).subarray(0, 252).toString('utf8').replace(/\uFFFD+$/, '')
}
