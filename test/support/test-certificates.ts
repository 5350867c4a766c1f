import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

export interface TestCertificates {
  /** Who has signed the others. */
  readonly ca: string
  /** For localhost. */
  readonly shop: TestCertificate
  readonly warehouse: TestCertificate
  /** For another host. */
  readonly elsewhere: TestCertificate
  /** For localhost, some time ago. */
  readonly expired: TestCertificate
  /** For localhost, signed by somebody else. */
  readonly stranger: TestCertificate
}

/** Made anew in each run, without any program: no key lies in the repository, and none expires there. */
export function testCertificates(): TestCertificates {
  const ours = authority('our authority')
  const others = authority('another authority')
  return {
    ca: ours.cert,
    shop: ours.issue('shop', ['localhost']),
    warehouse: ours.issue('warehouse', ['localhost']),
    elsewhere: ours.issue('elsewhere', ['elsewhere.example']),
    expired: ours.issue('expired', ['localhost'], -1),
    stranger: others.issue('stranger', ['localhost']),
  }
}

interface Authority {
  readonly cert: string
  issue(name: string, hosts: readonly string[], untilDays?: number): TestCertificate
}

function authority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = { issuer: name, issuerKey: keys.privateKey }
  return {
    cert: certificate({ ...names, subject: name, subjectKey: keys.publicKey, untilDays: 1, hosts: undefined }),
    issue(subject, hosts, untilDays = 1) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const cert = certificate({ ...names, subject, subjectKey: own.publicKey, untilDays, hosts })
      return { cert, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

interface CertificateParts {
  readonly subject: string
  readonly issuer: string
  readonly subjectKey: KeyObject
  readonly issuerKey: KeyObject
  readonly untilDays: number
  /** `undefined`: of an authority. */
  readonly hosts: readonly string[] | undefined
}

/** X.509 (RFC 5280), as little of it as TLS needs. */
function certificate({ subject, issuer, subjectKey, issuerKey, untilDays, hosts }: CertificateParts): string {
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)) // ecdsa-with-SHA256
  const yes = der(0x01, Buffer.of(0xff))
  const isAuthority = sequence(oid(0x55, 0x1d, 0x13), yes, octets(sequence(yes)))
  const isForHosts = (names: readonly string[]): Buffer =>
    sequence(oid(0x55, 0x1d, 0x11), octets(sequence(...names.map((host) => der(0x82, Buffer.from(host))))))
  const extension = hosts === undefined ? isAuthority : isForHosts(hosts)
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name(issuer),
    sequence(day(-2), day(untilDays)),
    name(subject),
    subjectKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  const whole = sequence(body, algorithm, der(0x03, Buffer.of(0), sign('sha256', body, issuerKey)))
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes))
const integer = (bytes: Buffer): Buffer => der(0x02, bytes)
const octets = (bytes: Buffer): Buffer => der(0x04, bytes)
const name = (text: string): Buffer => sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(text)))))

function day(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x17, Buffer.from(text.slice(2)))
}
