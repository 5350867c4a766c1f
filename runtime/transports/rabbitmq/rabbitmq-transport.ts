import type { AddressUse, OpenTransport, Transport, TransportPlace, TransportSender } from '../../contracts/transport.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { parseAddress, printAddress } from './addresses.ts'
import { loadAmqplib, type AmqpMessage } from './amqp.ts'
import { checkObjects } from './check-places.ts'
import { Connection } from './connection.ts'
import { RabbitListener } from './listener.ts'
import { fromAmqp, type MappedIncoming } from './map-message.ts'
import type { RabbitmqOptions } from './options.ts'
import { readOptions } from './read-options.ts'
import { RabbitSender } from './sender.ts'
import { isReplyQueue, replyQueue, replyQueueName, Topology, type BrokerObject } from './topology.ts'

interface Opened extends OpenTransport {
  readonly sending: Connection
  readonly receiving: Connection
}

/** Waiting does not mend what the broker says about who we are, or what we think of its certificate. */
const hopeless = /ACCESS.REFUSED|NOT.ALLOWED|SASL mechanism|certificate|CERT_/i

/**
 * RabbitMQ, or another broker that speaks AMQP 0-9-1, through amqplib.
 *
 * ```ts
 * createApp({ transports: [rabbitmq({ url: process.env.AMQP_URL, provision: true })] })
 * ```
 */
export function rabbitmq(options: RabbitmqOptions): Transport {
  const { scheme, description, nodes, largestMessage } = readOptions(options)
  const { tls = {}, provision = false, mapIncoming, mapOutgoing } = options
  const topology = new Topology(options)
  const listeners = new Set<RabbitListener>()
  let open: Opened | undefined

  const opened = (): Opened => {
    if (open !== undefined) return open
    throw new JasperError('JASPER_NOT_STARTED', `${description} is not open. Start the app first.`)
  }
  const provides = (address: string, use: AddressUse): readonly BrokerObject[] | undefined => {
    const place = parseAddress(scheme, address)
    if (place.kind === 'queue' && isReplyQueue(place.name)) return use === 'listen' ? [replyQueue(place.name)] : undefined
    return provision ? topology.around(place) : undefined
  }
  const read = (message: AmqpMessage): MappedIncoming => {
    const mapped = fromAmqp(message, scheme)
    if (mapIncoming === undefined) return mapped
    try {
      return mapIncoming(mapped, message)
    } catch (error) {
      opened().log.error('mapIncoming threw; the message is read without it', { broker: description, error: String(error) })
      return mapped
    }
  }

  return {
    scheme,
    description,
    capabilities: { schedules: false, ordersByKey: false, deadLetters: true, largestMessage },
    address(text, use) {
      const place = parseAddress(scheme, text)
      if (use === 'listen' && place.kind !== 'queue') {
        throw new JasperError(
          'JASPER_UNKNOWN_DESTINATION',
          `Nobody can listen at an exchange: ${JSON.stringify(text)}. Listen at a queue that is bound to it: '${scheme}://queue/<name>'.`,
        )
      }
      return printAddress(scheme, place)
    },
    ordersByKeyAt: (endpoint) => topology.isOrdered(parseAddress(scheme, endpoint).name),
    hasTopics(destination) {
      const place = parseAddress(scheme, destination)
      return place.kind === 'exchange' && place.key === undefined && topology.goesByKeys(place.name)
    },
    feed(source, endpoint) {
      const from = parseAddress(scheme, source)
      if (from.kind === 'queue') {
        throw new JasperError('JASPER_BAD_OPTION', `${JSON.stringify(source)} is a queue, and a queue passes nothing on. Receive from an exchange: '${scheme}://exchange/<name>'.`)
      }
      topology.bind(parseAddress(scheme, endpoint).name, from.name, from.key)
    },
    replyAddress: () => printAddress(scheme, { kind: 'queue', name: replyQueueName() }),
    async open({ appName, clock, log }) {
      const amqplib = loadAmqplib()
      const about = { amqplib, nodes, description, tls, clock, log }
      const connection = (what: string): Connection => new Connection({ ...about, label: `${appName}: ${what}` })
      open = { appName, clock, log, sending: connection('sending'), receiving: connection('receiving') }
      try {
        await open.sending.use()
      } catch (error) {
        if (!hopeless.test(String(error) + String((error as { code?: unknown }).code))) return
        await open.sending.close()
        throw new JasperError('JASPER_BAD_OPTION', `${description} does not let us in: ${(error as Error).message}`, { cause: error })
      }
    },
    async close() {
      if (open === undefined) return
      await Promise.all([...listeners].map((listener) => listener.stop()))
      await Promise.all([open.sending.close(), open.receiving.close()])
    },
    sender: (destination, use) => lazySender(() => {
      const { appName, clock, sending } = opened()
      const place = parseAddress(scheme, destination)
      const rules = { place, provides: use === 'reply' ? undefined : provides(destination, 'send'), scheme, largestMessage, mapOutgoing }
      return new RabbitSender({ ...rules, connection: sending, appName, clock })
    }),
    listen(endpoint, { unsettled, receive }) {
      const { clock, log, receiving } = opened()
      const queue = parseAddress(scheme, endpoint).name
      const place = { endpoint, queue, provides: provides(endpoint, 'listen') }
      const listener = new RabbitListener({ ...place, unsettled, receive, read, connection: receiving, clock, log })
      listeners.add(listener)
      return listener
    },
    async check(places, { provision: make }) {
      const connection = await opened().sending.use()
      return await checkObjects(connection, objectsOf(topology, scheme, places), make)
    },
  }
}

/** Senders are made before the transport is open. */
function lazySender(make: () => TransportSender): TransportSender {
  let sender: TransportSender | undefined
  return {
    send: async (messages) => await (sender ??= make()).send(messages),
    close: async () => await sender?.close(),
  }
}

function objectsOf(topology: Topology, scheme: string, places: readonly TransportPlace[]): readonly BrokerObject[] {
  const found = [...places.flatMap(({ address }) => topology.around(parseAddress(scheme, address))), ...topology.all()]
  return [...new Map(found.map((object) => [object.label, object])).values()]
}
