import { describe, expect, it } from 'vitest'
import { tcp, type TcpOptions } from '../../../runtime/transports/tcp/index.ts'
import { testCertificates } from '../../support/test-certificates.ts'

const secret = 'not to be seen: 0123456789abcdef0123456789'

describe('tcp()', () => {
  const certificates = testCertificates()
  const { ca, shop } = certificates

  it.each<[string, TcpOptions, string]>([
    ['a name that is no part of a scheme', { name: 'In Voices' }, 'name'],
    ['a short secret', { secret: 'hunter2' }, '32 bytes'],
    ['a secret that the environment does not name', { secret: [secret, undefined] }, 'missing'],
    ['no secret in a list', { secret: [] }, 'empty list'],
    ['half a heartbeat', { heartbeat: 0.5 }, 'heartbeat'],
    ['a size that is none', { largestMessage: -1 }, 'largestMessage'],
    ['memory for less than two frames', { limits: { memory: 1 } }, 'limits.memory'],
    ['a certificate without its key', { tls: { cert: shop.cert } }, "'cert' and 'key'"],
    ['a key of another certificate', { tls: { cert: shop.cert, key: certificates.warehouse.key } }, 'cannot be used'],
    ['no PEM at all', { tls: { cert: 'x', key: 'y' } }, 'cannot be used'],
    ['certificates of others without their signer', { tls: { ...shop, clientCertificates: true } }, "without 'ca'"],
    ['trust in everybody', { tls: { rejectUnauthorized: false } as never }, 'trust everybody'],
  ])('refuses %s, and repeats no secret', (_, options, part) => {
    const refused = (): unknown => tcp(options)
    expect(refused).toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining(part) }))
    expect(refused).not.toThrow(/hunter2|not to be seen/)
  })

  it('names itself without its secrets', () => {
    const { scheme, description } = tcp({ name: 'invoices', secret, tls: { ca } })
    expect({ scheme, description }).toEqual({ scheme: 'tcp+invoices', description: 'TCP with TLS and a shared secret' })
  })

  const unprotected = (lacks: RegExp) => expect.objectContaining({ code: 'JASPER_UNPROTECTED', message: expect.stringMatching(lacks) as string })

  it.each(['tcp://0.0.0.0:2500', 'tcp://[::]:2500', 'tcp://shop.internal:2500', 'tcp://10.0.0.1:2500', 'tcp://[::ffff:127.0.0.1]:2500'])(
    'listens at %s only with TLS and a proof',
    (address) => {
      expect(() => tcp().address(address, 'listen')).toThrow(unprotected(/TLS.*proof/))
      expect(() => tcp({ secret }).address(address, 'listen')).toThrow(unprotected(/lacks TLS[^;]*$/))
      expect(() => tcp({ tls: shop }).address(address, 'listen')).toThrow(unprotected(/lacks a proof/))
      expect(() => tcp({ secret, tls: { ca } }).address(address, 'listen')).toThrow('has no certificate')
      expect(tcp({ secret, tls: shop }).address(address, 'listen')).toContain(':2500')
      expect(tcp({ tls: { ...shop, ca, clientCertificates: true } }).address(address, 'listen')).toContain(':2500')
    },
  )

  it('sends beyond this machine only with TLS and a proof', async () => {
    const address = 'tcp://shop.internal:2500'
    expect(() => tcp().address(address, 'send')).toThrow(unprotected(/TLS.*proof/))
    expect(() => tcp({ secret }).address(address, 'send')).toThrow(unprotected(/lacks TLS/))
    expect(() => tcp({ tls: { ca } }).address(address, 'send')).toThrow(unprotected(/lacks a proof/))
    expect(tcp({ secret, tls: { ca } }).address(address, 'send')).toBe(address)
    expect(tcp({ tls: { ...shop, ca } }).address(address, 'send')).toBe(address)
    // What was stored by another configuration meets the same door.
    await expect(tcp().sender(address).send([])).rejects.toThrow(unprotected(/TLS/))
    expect(() => tcp({ repliesAt: address })).toThrow(unprotected(/TLS/))
  })

  it('asks for nothing on this machine', () => {
    for (const address of ['tcp://localhost:2500', 'tcp://[::1]:2500/a']) {
      expect(tcp().address(address, 'send')).toBe(address)
      expect(tcp().address(address, 'listen')).toBe(address)
    }
  })
})
