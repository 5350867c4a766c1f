import type { ByeReason } from './frames.ts'

/** The other side has not kept to the protocol, or ends the connection. `reason` is what it is told, or has told us. */
export class ProtocolError extends Error {
  readonly reason: ByeReason

  constructor(message: string, reason: ByeReason = 'violation') {
    super(message)
    this.name = 'ProtocolError'
    this.reason = reason
  }
}
