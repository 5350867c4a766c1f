import { describe, expect, it } from 'vitest'
import { rabbitmq, type RabbitmqOptions } from '../../../runtime/transports/rabbitmq/index.ts'
import { readOptions } from '../../../runtime/transports/rabbitmq/read-options.ts'

describe('the options of rabbitmq()', () => {
  it('say where the broker is, and who we are', () => {
    const { nodes, description, scheme } = readOptions({ url: 'amqps://us%40er:p%2Fw@broker.example/sh%2Fop', name: 'invoices', heartbeat: 5 })
    const [node] = nodes
    expect(node).toEqual({ protocol: 'amqps', hostname: 'broker.example', port: 5671, username: 'us@er', password: 'p/w', vhost: 'sh/op', heartbeat: 5 })
    expect(description).toBe('RabbitMQ at broker.example:5671, virtual host sh/op')
    expect(scheme).toBe('rabbitmq+invoices')
  })

  it('name the nodes of a cluster, and default to guest on the virtual host /', () => {
    const { nodes, description, scheme } = readOptions({ url: ['amqp://one', 'amqp://[::1]:5673'] })
    expect(nodes.map(({ hostname, port, username, vhost }) => [hostname, port, username, vhost])).toEqual([
      ['one', 5672, 'guest', '/'],
      ['::1', 5673, 'guest', '/'],
    ])
    expect(description).toBe('RabbitMQ at one:5672, ::1:5673, virtual host /')
    expect(scheme).toBe('rabbitmq')
  })

  it.each<[RabbitmqOptions, string]>([
    [{ url: 'amqp://me:hunter2@' }, 'cannot be read'],
    [{ url: 'http://me:hunter2@host' }, 'cannot be read'],
    [{ url: 'me:hunter2@host' }, 'cannot be read'],
    [{ url: undefined }, 'has no url'],
    [{ url: [] }, 'empty list'],
    [{ url: 'amqp://me:hunter2@host?heartbeat=3' }, 'parameters'],
    [{ url: 'amqp://me:hunter2%@host' }, 'percent-encoded'],
    [{ url: ['amqp://me:hunter2@a/x', 'amqp://me:hunter2@b/y'] }, 'virtual hosts'],
    [{ url: 'amqp://me:hunter2@host', name: 'In voices' }, 'name'],
    [{ url: 'amqp://me:hunter2@host', heartbeat: 0 }, 'heartbeat'],
    [{ url: 'amqp://me:hunter2@host', largestMessage: 0.5 }, 'largestMessage'],
    [{ url: 'amqp://me:hunter2@host', queueType: 'stream' as never }, 'stream'],
    [{ url: 'amqp://me:hunter2@host', queues: { a: { messageTtl: -1 } } }, 'messageTtl'],
  ])('%# are refused where they cannot be, without a word of the password', (options, about) => {
    const refused = (): unknown => rabbitmq(options)
    expect(refused).toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining(about) }))
    expect(refused).not.toThrow(/hunter2/)
  })

  it('and a transport that is made from them does not show who we are', () => {
    const transport = rabbitmq({ url: 'amqp://me:hunter2@host' })
    expect(transport.description + JSON.stringify(transport)).not.toContain('hunter2')
    expect(() => transport.address('rabbitmq://exchange/events', 'listen')).toThrow(/Listen at a queue/)
  })
})
