import type { Transport } from '../../runtime/contracts/transport.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'

/** A transport that notes what it is given to send, and receives nothing. Its addresses are `post://<name>`. */
export function postingTransport(over: Partial<Transport> = {}): { readonly transport: Transport; readonly posted: Envelope[] } {
  const posted: Envelope[] = []
  const transport: Transport = {
    scheme: 'post',
    description: 'the post of a test',
    capabilities: { schedules: false, ordersByKey: false, deadLetters: false, largestMessage: undefined },
    address(text) {
      if (/^post:\/\/[a-z-]+$/i.test(text)) return text.toLowerCase()
      throw new JasperError('JASPER_UNKNOWN_DESTINATION', `${JSON.stringify(text)} is not an address of the post: post://<name>.`)
    },
    open: async () => undefined,
    close: async () => undefined,
    check: async () => [],
    sender: () => ({
      send: async (messages) => {
        posted.push(...messages)
        return messages.map(() => ({ kind: 'sent' }) as const)
      },
      close: async () => undefined,
    }),
    listen: () => ({ connected: true, pause: async () => undefined, resume: () => undefined, stop: async () => undefined }),
    ...over,
  }
  return { transport, posted }
}
