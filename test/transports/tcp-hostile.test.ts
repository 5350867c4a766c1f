import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { envelope } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { batch, emptyProof, hello, opening, TcpPeer, text16, u16, u32, wireFrame } from '../support/tcp-peer.ts'
import { TcpScene } from './tcp-scene.ts'

/** Small, so that tests reach them: the rules are the same. */
const limits = { connections: 30, strangers: 5, handshakeSeconds: 1, frameSeconds: 1 }
const options = { limits, heartbeat: 1, largestMessage: 50_000 }
let scene: TcpScene
const peers: TcpPeer[] = []

beforeEach(async () => {
  scene = await TcpScene.fresh()
})

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.end()
  await scene.end()
})

function dial(): TcpPeer {
  const peer = new TcpPeer(scene.port)
  peers.push(peer)
  return peer
}

async function greeted(): Promise<TcpPeer> {
  const peer = dial()
  await peer.greet('a')
  return peer
}

const gone = (peer: TcpPeer, withinMs?: number): Promise<unknown> => eventually('the peer is cut off', () => peer.isOver, withinMs)

/** Whoever keeps to the rules is served, whatever others do meanwhile. */
async function isServed(): Promise<void> {
  const transport = await scene.open(options)
  const before = scene.came.length
  const message = envelope({ destination: scene.address })
  const sender = transport.sender(message.destination)
  await eventually('an honest peer is served', async () => (await sender.send([message]).catch(() => []))[0]?.kind === 'sent')
  await sender.close()
  expect(scene.came.length).toBeGreaterThan(before)
}

describe('a listener cuts off', () => {
  it.each<[string, Buffer, number]>([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1],
    ['a frame without end in the handshake', Buffer.concat([opening, u32(0xffff_ffff)]), 5],
    ['a message before the handshake is over', Buffer.concat([opening, hello('a'), batch(1, [{ headers: {}, body: 'x' }])]), 1],
    ['an endpoint that nobody listens at', Buffer.concat([opening, hello('nowhere'), emptyProof]), 3],
  ])('a stranger with %s', async (_, bytes, reason) => {
    await scene.listen(options)
    const peer = dial()
    peer.write(bytes)
    let said: { readonly kind: number; readonly payload: Buffer } | undefined
    if (bytes.subarray(0, 6).toString() === 'JASPER') {
      await peer.take(8)
      do said = await peer.frame()
      while (said.kind !== 8)
    } else said = await peer.frame()
    expect(said.payload[0]).toBe(reason)
    await gone(peer)
    expect(scene.came).toEqual([])
    await isServed()
  })

  it('who speaks no version of ours, and says that there is none', async () => {
    await scene.listen(options)
    const peer = dial()
    peer.write(Buffer.from('JASPER'), Buffer.of(7, 9))
    expect([...(await peer.take(8)).subarray(6)]).toEqual([0, 0])
    await gone(peer)
  })

  it.each<[string, Buffer, number]>([
    ['numbers that leave a gap', batch(2, [{ headers: {}, body: 'x' }]), 1],
    ['a frame of a listener', wireFrame(6, u16(0)), 1],
    ['a frame of no kind', wireFrame(99), 1],
    ['a message that is too large', batch(1, [{ headers: {}, body: 'x'.repeat(50_001) }]), 5],
    ['a frame that claims 4 GiB', Buffer.concat([u32(0xffff_ffff), Buffer.of(5)]), 5],
    ['a body that claims 4 GiB', wireFrame(5, u32(1), u16(1), u16(0), u16(0), u32(0xffff_ffff)), 5],
    ['more headers than are allowed', batch(1, [{ headers: Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`h${n}`, ''])), body: '' }]), 5],
    ['text that is none', wireFrame(5, u32(1), u16(1), u16(0), u16(1), u16(1), Buffer.of(0xff), u32(0), u32(0)), 1],
    ['a message cut short', wireFrame(5, u32(1), u16(2), u16(0), u16(0), u32(0)), 1],
  ])('a peer with %s, which reaches nobody', async (_, bytes, reason) => {
    await scene.listen(options)
    const peer = await greeted()
    peer.write(bytes)
    expect((await peer.frame()).payload[0]).toBe(reason)
    await gone(peer)
    expect(scene.came).toEqual([])
    await isServed()
  })

  it('who does not finish the handshake, a frame, or falls silent', async () => {
    await scene.listen(options, 1_000, 3)
    const [silent, half, slow, dead] = [dial(), dial(), await greeted(), await greeted()]
    half.write(opening.subarray(0, 5))
    // A byte now and then: it lives, and never comes to an end.
    slow.write(u32(10_000))
    const drip = setInterval(() => slow.write(Buffer.of(5)), 100)
    try {
      await Promise.all([silent, half, slow, dead].map((peer) => gone(peer, 20_000)))
    } finally {
      clearInterval(drip)
    }
    expect(scene.came).toEqual([])
    await isServed()
  })
})

describe('a listener holds', () => {
  it('few strangers, and lets in who shows who he is before the crowd is gone', async () => {
    await scene.listen(options)
    const crowd = Array.from({ length: 20 }, dial)
    await eventually('the oldest have made room', () => crowd.filter(({ isOver }) => isOver).length >= 15)
    await isServed()
    expect(scene.log.lines.filter(({ event }) => event === 'a connection was not let in')).toHaveLength(1)
  })

  it('no more connections than it is to', async () => {
    await scene.listen({ ...options, limits: { ...limits, connections: 3, strangers: 1 } })
    const known = [await greeted(), await greeted(), await greeted()]
    await expect(dial().greet('a')).rejects.toThrow('ended')
    known[0]!.end()
    await eventually('there is room again', async () => {
      await greeted()
      return true
    })
  })

  it('no more of a peer than one batch, while its endpoint has no room', async () => {
    scene.accepts = false
    await scene.listen(options, 2)
    const peer = await greeted()
    const ten = (first: number): Buffer => batch(first, Array.from({ length: 10 }, (_, n) => ({ headers: {}, body: `${first + n}`.padEnd(4_000) })))
    let written = 0
    // Until the network holds it up: nobody reads on the other side.
    while (!peer.socket.writableNeedDrain && written < 4_000) {
      peer.write(ten(written * 10 + 1))
      written += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(peer.socket.writableNeedDrain).toBe(true)
    expect(scene.came).toHaveLength(2)
    scene.accepts = true
    for (const delivery of [...scene.came]) await delivery.ack()
    await eventually('all of it arrives, in order', () => scene.came.length === written * 10, 20_000)
    expect(scene.bodies().map(Number)).toEqual(Array.from({ length: written * 10 }, (_, n) => n + 1))
  })

  it('no more bytes of unfinished frames than it has set aside for all peers, and not for long', async () => {
    await scene.listen({ ...options, limits: { ...limits, memory: 530_000 } }, 1_000, 3)
    const greedy = await Promise.all(Array.from({ length: 4 }, greeted))
    // Two of them fill the memory; what the others announce is not read, and neither is theirs finished.
    for (const peer of greedy) peer.write(u32(260_000), Buffer.alloc(100_000, 5))
    await Promise.all(greedy.map((peer) => gone(peer, 20_000)))
    await isServed()
  })

  it('back from a peer that takes no outcomes, and serves others', async () => {
    scene.accepts = false
    await scene.listen(options, 1_000, 3)
    const peer = await greeted()
    peer.socket.pause()
    peer.write(batch(1, [{ headers: {}, body: '' }]))
    await eventually('its first message is here', () => scene.came.length === 1)
    const kept = scene.came.shift()!
    let [next, given] = [2, 1]
    // Each answer is longer than its message; unread answers must not pile up here.
    const flood = setInterval(() => {
      for (; !peer.socket.writableNeedDrain && !peer.isOver && next < 400_000; next += 1_000) {
        peer.write(batch(next, Array.from({ length: 1_000 }, () => ({ headers: {}, body: '' }))))
      }
      for (const delivery of scene.came.splice(0)) {
        given += 1
        void delivery.deadLetter('x'.repeat(900))
      }
    }, 5)
    try {
      await eventually('the peer is cut off', () => kept.gone, 20_000)
    } finally {
      clearInterval(flood)
    }
    expect(given).toBeLessThan(100_000)
    scene.accepts = true
    await isServed()
  }, 40_000)
})

/** The other side hears nothing either, and may be the first to end it. */
const noAnswer = /silent for too long|has not answered within 1 s|closed by the other side/

describe('a dialler', () => {
  it('gives up a listener that falls silent, and reaches it when it is back', async () => {
    await scene.listen(options)
    const proxy = await tcpFaultProxy('127.0.0.1', scene.port)
    const transport = await scene.open(options, 3)
    const message = envelope({ destination: `tcp://localhost:${proxy.port}/a` })
    const sender = transport.sender(message.destination)
    expect(await sender.send([message])).toEqual([{ kind: 'sent' }])
    proxy.silence()
    expect(await sender.send([message])).toMatchObject([{ kind: 'failed', detail: expect.stringMatching(noAnswer) }])
    await expect(sender.send([message])).rejects.toThrow(noAnswer)
    proxy.mend()
    await eventually('it is reached', async () => (await sender.send([message]).catch(() => []))[0]?.kind === 'sent')
    await proxy.close()
  }, 40_000)

  it('awaits the answer to what it has sent, instead of sending it again', async () => {
    scene.accepts = false
    await scene.listen({ ...options, heartbeat: 10 })
    const transport = await scene.open(options, 10)
    const [slow, quick] = [envelope({ destination: scene.address }), envelope({ destination: scene.address })]
    const sender = transport.sender(scene.address)
    const first = sender.send([slow, quick])
    await eventually('both are with the listener', () => scene.came.length === 2)
    await scene.came[1]!.ack()
    const outcomes = await first
    expect(outcomes).toMatchObject([{ kind: 'failed', detail: expect.stringContaining('has not taken it within') }, { kind: 'sent' }])
    const second = sender.send([slow])
    await scene.came[0]!.ack()
    expect(await second).toEqual([{ kind: 'sent' }])
    expect(scene.came).toHaveLength(2)
  }, 40_000)

  it('takes no outcome for what it has not sent', async () => {
    const server = createServer((socket) => {
      const welcome = wireFrame(4, Buffer.of(0), u32(1_000), u32(1_000))
      socket.write(Buffer.concat([Buffer.from('JASPER'), Buffer.of(1, 0), wireFrame(2, Buffer.of(0), Buffer.alloc(32)), welcome]))
      socket.once('data', () => setTimeout(() => socket.write(wireFrame(6, u16(1), u32(1), u32(0xffff_ffff), Buffer.of(0), text16(''))), 50))
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(scene.port, '127.0.0.1', resolve))
    const transport = await scene.open(options)
    const outcome = await transport.sender(scene.address).send([envelope({ destination: scene.address })])
    expect(outcome[0]!.kind).not.toBe('refused')
    server.close()
    await transport.close()
  })
})
