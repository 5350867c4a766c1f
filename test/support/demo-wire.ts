import type { Socket } from 'node:net'
import type { SendOutcome } from '../../runtime/contracts/transport.ts'

export interface Sent {
  readonly queue: string
  readonly headers: Readonly<Record<string, string>>
  /** Base64. */
  readonly body: string
  /** Milliseconds of the epoch. */
  readonly notBefore?: number
}

export type ToBroker =
  | { readonly n: number; readonly send: readonly Sent[] }
  | { readonly listen: string; readonly listener: number; readonly unsettled: number }
  | { readonly n: number; readonly pause: boolean; readonly listener: number }
  | { readonly n: number; readonly stop: true; readonly listener: number }
  | { readonly n: number; readonly settle: 'ack' | 'requeue' | 'dead-letter'; readonly tag: number; readonly listener: number; readonly reason?: string }

export type FromBroker =
  | { readonly answer: number; readonly outcomes: readonly SendOutcome[] }
  | {
      readonly deliver: number
      readonly listener: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      readonly redeliveries: number
    }

/** JSON, a line each. */
export function say<Message>(socket: Socket, message: Message): void {
  socket.write(`${JSON.stringify(message)}\n`)
}

export function lines<Message>(socket: Socket, heard: (message: Message) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const part of parts) heard(JSON.parse(part) as Message)
  })
}
