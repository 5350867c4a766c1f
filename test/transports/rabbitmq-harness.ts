import { randomBytes } from 'node:crypto'
import { printAddress } from '../../runtime/transports/rabbitmq/addresses.ts'
import { rabbitmq, type RabbitmqOptions } from '../../runtime/transports/rabbitmq/index.ts'
import type { TransportHarness, TransportPlace } from '../conformance/transport-harness.ts'
import { AmqpWitnesses } from '../support/amqp-witness.ts'
import { BrokerAdmin, rabbitmqBroker } from '../support/rabbitmq-broker.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'

const largestMessage = 100_000

/** Queues with names of their own on the broker of the tests, which is down when the door before it is shut. */
export function rabbitmqHarness(queueType: 'classic' | 'quorum'): TransportHarness {
  return {
    capabilities: { schedules: false, ordersByKey: false, deadLetters: true, largestMessage },
    fresh: () => freshPlace({ queueType }),
  }
}

async function freshPlace({ queueType }: { readonly queueType: 'classic' | 'quorum' }): Promise<TransportPlace> {
  const broker = await rabbitmqBroker()
  const admin = await BrokerAdmin.at(broker.url)
  const witnesses = new AmqpWitnesses()
  const proxy = await tcpFaultProxy(broker.host, broker.port, witnesses.witness)
  const prefix = `jasper-test-${randomBytes(6).toString('hex')}`
  const used = new Set<string>()
  const named = (name: string): string => {
    used.add(`${prefix}.${name}`)
    return `${prefix}.${name}`
  }
  const queues = { [`${prefix}.in-order`]: { singleActiveConsumer: true } }
  const options: RabbitmqOptions = { url: broker.behind(proxy.port), provision: true, queueType, largestMessage, queues }
  const queue = (name: string): { readonly to: string; readonly at: string } => {
    const address = printAddress('rabbitmq', { kind: 'queue', name: named(name) })
    return { to: address, at: address }
  }
  return {
    transport: () => rabbitmq(options),
    queue,
    ordered: () => queue('in-order'),
    noAddress: 'rabbitmq://Queue',
    async put(name, headers, body) {
      const queue = named(name)
      await admin.on((channel) => channel.assertQueue(queue, { durable: true, arguments: argumentsOf(queueType) }))
      await admin.put(queue, headers, body)
    },
    count: async (name) => ({ waiting: await admin.waiting(named(name)), unsettled: witnesses.unsettled(named(name)) }),
    down: async () => proxy.cut(),
    up: async () => proxy.mend(),
    async drop() {
      await proxy.close()
      await admin.remove(used)
      await admin.close()
    },
  }
}

const argumentsOf = (type: string): Record<string, unknown> => ({ 'x-queue-type': type, ...(type === 'quorum' && { 'x-delivery-limit': 1_000_000 }) })
