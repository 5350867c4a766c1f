import type { ListenOptions, Transport } from '../../runtime/contracts/transport.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'

/** A transport that delivers what the test gives it, and keeps nothing. It knows no way to `hand://nowhere`. */
export function handTransport() {
  let listening: ListenOptions | undefined
  const acknowledged: string[] = []
  const sent: Envelope[] = []
  const transport: Transport = {
    scheme: 'hand',
    description: 'by hand',
    capabilities: { schedules: false, ordersByKey: false, deadLetters: false, largestMessage: undefined },
    address: (text) => text,
    open: async () => undefined,
    close: async () => undefined,
    check: async () => [],
    sender(destination) {
      if (destination === 'hand://nowhere') throw new Error('no such place')
      return {
        send: async (messages) => {
          sent.push(...messages)
          return messages.map(() => ({ kind: 'sent' }) as const)
        },
        close: async () => undefined,
      }
    },
    listen(_, options) {
      listening = options
      return { connected: true, pause: async () => undefined, resume: () => undefined, stop: async () => undefined }
    },
  }
  const deliver = (id: string, n: number, headers: Readonly<Record<string, string>> = {}): void =>
    listening!.receive([
      {
        headers: { [headerNames.id]: id, [headerNames.messageType]: 'A', ...headers },
        body: new TextEncoder().encode(JSON.stringify({ n })),
        redeliveries: 0,
        gone: false,
        ack: async () => (acknowledged.push(id), 'settled'),
        requeue: async () => 'settled',
        deadLetter: async () => 'settled',
      },
    ])
  return { transport, deliver, acknowledged, sent }
}
