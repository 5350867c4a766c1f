import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopback, parseAddress, printAddress, type TcpPlace } from '../../../runtime/transports/tcp/addresses.ts'

const scheme = fc.constantFrom('tcp', 'tcp+invoices')
const host = fc.oneof(
  fc.domain(),
  fc.ipV4().filter((ip) => ip !== '0.0.0.0'),
  fc.constantFrom('::1', '2001:db8::7', 'fe80::1', 'db.internal', 'my_host'),
)
const endpoint = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => Buffer.byteLength(value) <= 255)
const port = fc.integer({ min: 1, max: 65_535 })
const place: fc.Arbitrary<TcpPlace> = fc.record({ host: host.map((one) => one.toLowerCase()), port, endpoint })

describe('an address of TCP', () => {
  it('is parsed to the place that it was printed from', () => {
    fc.assert(
      fc.property(scheme, place, (of, one) => {
        expect(parseAddress(of, printAddress(of, one), 'send')).toEqual(one)
      }),
    )
  })

  it.each([
    ['tcp://localhost', 'tcp://localhost:2000'],
    ['tcp://127.0.0.1:2500', 'tcp://localhost:2500'],
    ['tcp://LocalHost:2500/', 'tcp://localhost:2500'],
    ['tcp://[0:0:0:0:0:0:0:1]:2500/a', 'tcp://[::1]:2500/a'],
    ['tcp://Shop.Example:2500/orders', 'tcp://shop.example:2500/orders'],
    ['tcp://10.1:02500/eu%2forders', 'tcp://10.0.0.1:2500/eu%2Forders'],
  ])('%s is spelt %s', (text, expected) => {
    const printed = printAddress('tcp', parseAddress('tcp', text, 'send'))
    expect(printed).toBe(expected)
    expect(printAddress('tcp', parseAddress('tcp', printed, 'send'))).toBe(printed)
  })

  it.each([
    'tcp', 'tcp://', 'tcp://:2500', 'tcp://a:0', 'tcp://a:65536', 'tcp://a:x', 'tcp://a:1/b/c', 'tcp://a:1/b?c=d', 'tcp://u:p@a:1', 'tcp+x://a:1',
    'tcp://a b:1', 'tcp://[::1:1', 'tcp://::1:1', 'tcp://a:1/%zz', `tcp://a:1/${'x'.repeat(256)}`, 'tcp://300.1.1.1:1',
  ])('%s is none, and the error tells the grammar', (text) => {
    expect(() => parseAddress('tcp', text, 'send')).toThrow(
      expect.objectContaining({ code: 'JASPER_UNKNOWN_DESTINATION', message: expect.stringContaining('tcp://<host>:<port>/<endpoint>') }),
    )
  })

  it('of every interface is for listening alone', () => {
    expect(parseAddress('tcp', 'tcp://0.0.0.0:2500', 'listen').host).toBe('0.0.0.0')
    expect(parseAddress('tcp', 'tcp://[::]:2500', 'listen').host).toBe('::')
    expect(() => parseAddress('tcp', 'tcp://0.0.0.0:2500', 'send')).toThrow('for listening on every interface')
    expect(() => parseAddress('tcp', 'tcp://[::]:2500', 'send')).toThrow('for listening on every interface')
  })

  it('is of this machine only where nobody else can reach it', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1']) expect(isLoopback(host)).toBe(true)
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example', 'localhost.example', '::ffff:7f00:1']) expect(isLoopback(host)).toBe(false)
  })
})
