import type { Witness } from './tcp-fault-proxy.ts'

const basic = 60
const method = { consume: 20, consumeOk: 21, deliver: 60, ack: 80, reject: 90, nack: 120 } as const
const channelClass = 20
const channelClose = [40, 41]

interface SeenChannel {
  /** Queues that were asked for, in order; their consumers are named by the broker. */
  readonly asked: string[]
  readonly queues: Map<string, string>
  readonly out: Map<bigint, string>
}

/**
 * Counts what a broker has delivered and not heard of again, from the frames that pass (AMQP 0-9-1, section
 * 4.2): AMQP itself tells nobody, and the tools that do need a broker on this machine.
 */
export class AmqpWitnesses {
  readonly #channels = new Set<Map<number, SeenChannel>>()

  /** With consumers of the queue, not settled. */
  unsettled(queue: string): number {
    const all = [...this.#channels].flatMap((channels) => [...channels.values()]).flatMap(({ out }) => [...out.values()])
    return all.filter((name) => name === queue).length
  }

  readonly witness = (): Witness => {
    const channels = new Map<number, SeenChannel>()
    this.#channels.add(channels)
    const see = (channel: number, payload: Buffer): void => seeMethod(channels, channel, payload)
    return {
      fromClient: frames(8, see),
      fromServer: frames(0, see),
      ended: () => void this.#channels.delete(channels),
    }
  }
}

/** Cuts a stream into frames after `skip` bytes, the protocol header that a client begins with. */
function frames(skip: number, see: (channel: number, payload: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  let toSkip = skip
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    if (rest.length < toSkip) return
    rest = rest.subarray(toSkip)
    toSkip = 0
    while (rest.length >= 8) {
      const size = rest.readUInt32BE(3)
      if (rest.length < size + 8) return
      if (rest[0] === 1) see(rest.readUInt16BE(1), rest.subarray(7, 7 + size))
      rest = rest.subarray(size + 8)
    }
  }
}

function seeMethod(channels: Map<number, SeenChannel>, number: number, payload: Buffer): void {
  const [classId, methodId] = [payload.readUInt16BE(0), payload.readUInt16BE(2)]
  if (classId === channelClass && channelClose.includes(methodId)) return void channels.delete(number)
  if (classId !== basic) return
  const channel = channels.get(number) ?? { asked: [], queues: new Map<string, string>(), out: new Map<bigint, string>() }
  channels.set(number, channel)
  const text = (at: number): string => payload.toString('utf8', at + 1, at + 1 + payload[at]!)
  if (methodId === method.consume) channel.asked.push(text(6))
  else if (methodId === method.consumeOk) channel.queues.set(text(4), channel.asked.shift()!)
  else if (methodId === method.deliver) channel.out.set(payload.readBigUInt64BE(5 + payload[4]!), channel.queues.get(text(4))!)
  else if (methodId === method.ack || methodId === method.nack || methodId === method.reject) channel.out.delete(payload.readBigUInt64BE(4))
}
