import { randomUUID } from 'node:crypto'
import type { ListenOptions, Transport } from '../../runtime/contracts/transport.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'

/** A transport that delivers what the test gives it, and keeps nothing. It knows no way to `hand://nowhere`. */
export function handTransport({ replies = false }: { readonly replies?: boolean } = {}) {
  const listening = new Map<string, ListenOptions>()
  const acknowledged: string[] = []
  const sent: Envelope[] = []
  const transport: Transport = {
    scheme: 'hand',
    description: 'by hand',
    capabilities: { schedules: false, ordersByKey: false, deadLetters: false, largestMessage: undefined },
    address: (text) => text,
    ...(replies && { replyAddress: () => 'hand://replies' }),
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
    listen(endpoint, options) {
      listening.set(endpoint, options)
      return { connected: true, pause: async () => undefined, resume: () => undefined, stop: async () => undefined }
    },
  }
  const give = (endpoint: string | undefined, id: string, headers: Readonly<Record<string, string>>, body: string): void =>
    listening.get(endpoint ?? [...listening.keys()][0]!)!.receive([
      {
        headers: { [headerNames.id]: id, ...headers },
        body: new TextEncoder().encode(body),
        redeliveries: 0,
        gone: false,
        ack: async () => (acknowledged.push(id), 'settled'),
        requeue: async () => 'settled',
        deadLetter: async () => 'settled',
      },
    ])
  const deliver = (id: string, n: number, headers: Readonly<Record<string, string>> = {}): void =>
    give(undefined, id, { [headerNames.messageType]: 'A', ...headers }, JSON.stringify({ n }))
  /** As the other side answers a request of this app. */
  const reply = (request: string, messageType: string, body: string): void =>
    give('hand://replies', randomUUID(), { [headerNames.messageType]: messageType, [headerNames.causationId]: request }, body)
  return { transport, deliver, reply, acknowledged, sent }
}
