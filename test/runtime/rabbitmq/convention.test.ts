import { describe, expect, it } from 'vitest'
import { rabbitConvention, rabbitmq, type ExchangeConvention, type QueueConvention } from '../../../runtime/transports/rabbitmq/index.ts'

const message = { name: 'orders.Placed', version: 1, handled: true }
const both = (options: QueueConvention | ExchangeConvention) => {
  const { sendsTo, listensAt, handledHere } = rabbitConvention(options)
  return [sendsTo?.(message), listensAt?.(message), handledHere]
}

describe('rabbitConvention', () => {
  it('names queues by messages, with prefix, broker and hooks', () => {
    expect(both({ by: 'queue' })).toEqual(['rabbitmq://queue/orders.Placed', { endpoint: 'rabbitmq://queue/orders.Placed', options: {} }, 'local'])
    expect(both({ by: 'queue', prefix: 'shop/', broker: 'eu', nameOf: ({ name, version }) => `${name}.${version}`, listener: { parallelism: 9 } })).toEqual([
      'rabbitmq+eu://queue/shop%2Forders.Placed.1',
      { endpoint: 'rabbitmq+eu://queue/shop%2Forders.Placed.1', options: { parallelism: 9 } },
      'local',
    ])
    expect(both({ by: 'queue', sends: false, listens: false })).toEqual([undefined, undefined, 'local'])
    expect(both({ by: 'queue', messages: ({ handled }) => !handled })).toEqual([undefined, undefined, 'local'])
  })

  it('feeds the queue of a service from the exchange of a message', () => {
    const from = 'rabbitmq://exchange/orders.Placed'
    expect(both({ by: 'exchange', service: 'shipping' })).toEqual([from, { endpoint: 'rabbitmq://queue/shipping.orders.Placed', options: { from } }, 'outside'])
    expect(both({ by: 'exchange', service: 'shipping', queueOf: () => 'all', handledHere: 'local' })).toEqual([
      from, { endpoint: 'rabbitmq://queue/all', options: { from } }, 'local',
    ])
    expect(both({ by: 'exchange', service: undefined })).toEqual([from, undefined, 'outside'])
  })

  it('refuses names that cannot be', () => {
    for (const name of ['', 'x'.repeat(300)]) expect(() => both({ by: 'queue', nameOf: () => name })).toThrow('1 to 255 bytes')
    expect(() => rabbitConvention({ by: 'topic' } as never)).toThrow("It is 'queue' or 'exchange'")
  })
})

describe('rabbitmq()', () => {
  const transport = rabbitmq({ url: 'amqp://localhost', exchanges: { fan: { type: 'fanout' } }, queues: { theirs: { external: true } } })

  it('has topics at exchanges that go by keys, and where the address says none', () => {
    const has = ['exchange/events', 'exchange/events?key=a', 'exchange/fan', 'queue/events'].map((place) => transport.hasTopics!(`rabbitmq://${place}`))
    expect(has).toEqual([true, false, false, false])
  })

  it('passes on from exchanges alone, and never to what belongs to others', () => {
    expect(() => transport.feed!('rabbitmq://queue/a', 'rabbitmq://queue/b')).toThrow('a queue passes nothing on')
    expect(() => transport.feed!('rabbitmq://exchange/a', 'rabbitmq://queue/theirs')).toThrow('belongs to others')
    expect(() => transport.feed!('rabbitmq://exchange/a', 'rabbitmq://queue/b')).not.toThrow()
  })
})
