import { randomBytes } from 'node:crypto'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { TcpOptions } from '../../runtime/transports/tcp/index.ts'
import { proofOf, transcriptOf } from '../../runtime/transports/tcp/proofs.ts'
import { envelope } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { hello, opening, TcpPeer, wireFrame } from '../support/tcp-peer.ts'
import { testCertificates } from '../support/test-certificates.ts'
import { TcpScene } from './tcp-scene.ts'

const certificates = testCertificates()
const { ca, shop, warehouse } = certificates
const [secret, other] = ['the secret of the tests, 32 bytes long', 'another secret of tests, as long as it']
let scene: TcpScene

const fresh = async (): Promise<TcpScene> => (scene = await TcpScene.fresh())

afterEach(async () => {
  expect(JSON.stringify(scene.log.lines), 'no secret is logged').not.toMatch(/secret of|BEGIN/)
  await scene.end()
})

/** What becomes of one message from a dialler of these options: its outcome, or the reason why there is none. */
async function sendAs(options: TcpOptions, address = scene.address): Promise<string> {
  const transport = await scene.open(options)
  const sender = transport.sender(address)
  try {
    const [outcome] = await sender.send([envelope({ destination: address })])
    return outcome!.kind
  } catch (error) {
    expect(error).toMatchObject({ code: 'JASPER_TRANSPORT_UNREACHABLE' })
    expect(String(error)).not.toMatch(/secret of|BEGIN/)
    return (error as Error).message
  }
}

describe('a shared secret', () => {
  it('is proven by both sides', async () => {
    await (await fresh()).listen({ secret })
    expect(await sendAs({ secret })).toBe('sent')
    expect(await sendAs({ secret: other })).toContain('the secret is another one')
    expect(await sendAs({})).toContain('asks for a secret')
    expect(scene.came).toHaveLength(1)
    expect(scene.log.has('a connection was not let in')).toBe(true)
  })

  it('is asked of the listener too: whoever knows none is told nothing', async () => {
    await (await fresh()).listen({})
    expect(await sendAs({ secret })).toContain('knows of no secret')
    expect(scene.came).toEqual([])
  })

  it('can be replaced without a pause', async () => {
    await (await fresh()).listen({ secret: [other, secret] })
    expect(await sendAs({ secret })).toBe('sent')
    expect(await sendAs({ secret: [other, secret] })).toBe('sent')
  })

  it('never travels, and what has travelled once opens nothing a second time', async () => {
    await (await fresh()).listen({ secret })
    const said: Buffer[] = []
    const witness = { fromClient: (bytes: Buffer) => void said.push(bytes), fromServer: () => undefined, ended: () => undefined }
    const proxy = await tcpFaultProxy('127.0.0.1', scene.port, () => witness)
    expect(await sendAs({ secret }, `tcp://localhost:${proxy.port}/a`)).toBe('sent')
    const recorded = Buffer.concat(said)
    expect(recorded.includes(secret)).toBe(false)
    await proxy.close()
    const peer = new TcpPeer(scene.port)
    peer.write(recorded)
    await eventually('the peer is sent away', () => peer.isOver)
    expect(scene.came).toHaveLength(1)
  })

  it.each([
    ['an empty proof', Buffer.of(0)],
    ['a guess', Buffer.concat([Buffer.of(32), randomBytes(32)])],
  ])('is not replaced by %s', async (_, proof) => {
    await (await fresh()).listen({ secret })
    const peer = new TcpPeer(scene.port)
    peer.write(opening, hello('a'), wireFrame(3, proof))
    await peer.take(8)
    const challenge = await peer.frame()
    expect([challenge.kind, challenge.payload[0], challenge.payload.length]).toEqual([2, 1, 33])
    const farewell = await peer.frame()
    expect([farewell.kind, farewell.payload[0]]).toEqual([8, 2])
    await eventually('the peer is sent away', () => peer.isOver)
  })
})

describe('TLS', () => {
  it('carries messages, with a secret inside', async () => {
    await (await fresh()).listen({ tls: shop, secret })
    expect(await sendAs({ tls: { ca }, secret })).toBe('sent')
    expect(await sendAs({ tls: { ca }, secret: other })).toContain('another one')
  })

  it.each<[string, TcpOptions, TcpOptions, RegExp]>([
    ['nobody known has signed', { tls: certificates.stranger }, { tls: { ca } }, /certificate|signature/],
    ['is for another host', { tls: certificates.elsewhere }, { tls: { ca } }, /altnames/],
    ['has expired', { tls: certificates.expired }, { tls: { ca } }, /expired/],
    ['is for another name than the one asked for', { tls: shop }, { tls: { ca, servername: 'elsewhere.example' } }, /altnames/],
  ])('trusts no certificate that %s', async (_, listens, dials, reason) => {
    await (await fresh()).listen(listens)
    expect(await sendAs(dials)).toMatch(reason)
    expect(scene.came).toEqual([])
  })

  it('takes a certificate for the name that it was told', async () => {
    await (await fresh()).listen({ tls: certificates.elsewhere })
    expect(await sendAs({ tls: { ca, servername: 'elsewhere.example' } })).toBe('sent')
  })

  it('is not left out by either side', async () => {
    await (await fresh()).listen({ tls: shop })
    expect(await sendAs({})).toContain('cannot be reached')
    const [withTls, plain] = [scene, await fresh()]
    await withTls.end()
    await plain.listen({})
    expect(await sendAs({ tls: { ca } })).toContain('cannot be reached')
  })

  it('has no older version', async () => {
    await (await fresh()).listen({ tls: shop })
    const socket = connect({ port: scene.port, ca, maxVersion: 'TLSv1.2' })
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
    expect(error.message).toMatch(/version|alert/)
  })

  it('lets in by certificate whom the authority has signed, and nobody else', async () => {
    await (await fresh()).listen({ tls: { ...shop, ca, clientCertificates: true } })
    expect(await sendAs({ tls: { ...warehouse, ca } })).toBe('sent')
    expect(await sendAs({ tls: { ca } })).toContain('cannot be reached')
    expect(await sendAs({ tls: { ...certificates.stranger, ca } })).toContain('cannot be reached')
    expect(await sendAs({ tls: { ...certificates.expired, ca } })).toContain('cannot be reached')
    expect(scene.came).toHaveLength(1)
  })

  it('binds the proof to its own session: nobody in between can pass it on', async () => {
    await (await fresh()).listen({ tls: shop, secret })
    const socket = connect({ port: scene.port, ca, host: 'localhost' })
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve))
    const greeting = hello('a')
    socket.write(Buffer.concat([opening, greeting]))
    let came = Buffer.alloc(0)
    socket.on('data', (bytes) => void (came = Buffer.concat([came, bytes])))
    await eventually('the challenge is there', () => came.length >= 8 + 38)
    // All that is needed but the session: as if the secret's owner had proven it to somebody in between.
    const transcript = transcriptOf([opening, came.subarray(0, 8), greeting, came.subarray(8, 46), randomBytes(32)])
    socket.write(wireFrame(3, Buffer.of(32), proofOf(secret, 'dialler', transcript)))
    await eventually('the farewell is there', () => came.length > 46)
    expect([came[50], came[51]]).toEqual([8, 2])
    socket.destroy()
  })
})

describe('what must be mended by people', () => {
  it('is found by the check, and refuses no message', async () => {
    await (await fresh()).listen({ secret })
    const transport = await scene.open({ secret: other })
    const places = [{ address: scene.address, use: 'send' }, { address: `tcp://localhost:${scene.port}/nowhere`, use: 'send' }] as const
    expect(await transport.check(places, { provision: false })).toEqual([expect.stringContaining('another one'), expect.stringContaining('another one')])
    const right = await scene.open({ secret })
    expect(await right.check(places, { provision: false })).toEqual([expect.stringContaining('nobody listens there at the endpoint "nowhere"')])
    await expect(right.sender(places[1].address).send([envelope({ destination: places[1].address })])).rejects.toThrow('nobody listens there')
  })
})
