import type { OpenTransport, Transport, TransportSender } from '../../contracts/transport.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { newReplyEndpoint, parseAddress, printAddress } from './addresses.ts'
import { checkPlaces } from './check-places.ts'
import { TcpListener } from './listener.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { TcpOptions } from './options.ts'
import { Port } from './port.ts'
import { assertProtected, readOptions } from './read-options.ts'
import { TcpSender } from './sender.ts'

/**
 * Straight from one app to another, without a broker: what is sent stays in the sender's store until the
 * other side has stored or handled it.
 *
 * ```ts
 * createApp({ transports: [tcp({ secret: process.env.JASPER_TCP_SECRET, tls: { cert, key, ca } })] })
 * ```
 */
export function tcp(options: TcpOptions = {}): Transport {
  const settings = readOptions(options)
  const { scheme, description, largestMessage } = settings
  const repliesAt = options.repliesAt === undefined ? undefined : parseAddress(scheme, options.repliesAt, 'send')
  if (repliesAt !== undefined) assertProtected(settings, options.repliesAt!, repliesAt.host, 'listen')
  const ports = new Map<string, Port>()
  const listeners = new Set<TcpListener>()
  const senders = new Set<TransportSender>()
  const budget = new MemoryBudget(settings.memory)
  let open: OpenTransport | undefined

  const opened = (): OpenTransport => {
    if (open !== undefined) return open
    throw new JasperError('JASPER_NOT_STARTED', `${description} is not open. Start the app first.`)
  }
  const portKey = (address: string): string => printAddress(scheme, { ...parseAddress(scheme, address, 'listen'), endpoint: '' })

  return {
    scheme,
    description,
    capabilities: { schedules: false, ordersByKey: true, deadLetters: true, largestMessage },
    address(text, use) {
      const place = parseAddress(scheme, text, use)
      const address = printAddress(scheme, place)
      assertProtected(settings, address, place.host, use)
      return address
    },
    ...(repliesAt !== undefined && { replyAddress: () => printAddress(scheme, { ...repliesAt, endpoint: newReplyEndpoint() }) }),
    async open(parts) {
      open = parts
    },
    async close() {
      await Promise.all([...listeners].map((listener) => listener.stop()))
      for (const sender of [...senders]) await sender.close()
    },
    sender(destination) {
      const make = (): TransportSender => {
        const place = parseAddress(scheme, destination, 'send')
        // What was stored under other options meets the same door.
        assertProtected(settings, destination, place.host, 'send')
        const { appName, clock } = opened()
        return new TcpSender({ settings, place, appName, clock })
      }
      const sender = lazySender(make, () => senders.delete(sender))
      senders.add(sender)
      return sender
    },
    listen(endpoint, listenOptions) {
      const { clock, log } = opened()
      const place = parseAddress(scheme, endpoint, 'listen')
      assertProtected(settings, endpoint, place.host, 'listen')
      const key = portKey(endpoint)
      let port = ports.get(key)
      if (port === undefined || port.isClosed) {
        port = new Port({ host: place.host, port: place.port, settings, budget, clock, log })
        ports.set(key, port)
      }
      const listener: TcpListener = new TcpListener(place.endpoint, port, listenOptions, () => listeners.delete(listener))
      port.add(listener)
      listeners.add(listener)
      return listener
    },
    async check(places) {
      const { appName, clock } = opened()
      return await checkPlaces(places, { settings, appName, clock, portOf: (address) => ports.get(portKey(address)) })
    },
  }
}

/** Senders are made before the transport is open. */
function lazySender(make: () => TransportSender, onClose: () => void): TransportSender {
  let sender: TransportSender | undefined
  return {
    send: async (messages) => await (sender ??= make()).send(messages),
    async close() {
      onClose()
      await sender?.close()
    },
  }
}
