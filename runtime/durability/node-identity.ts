import { hostname } from 'node:os'
import { newEnvelopeId } from '../envelope/envelope-id.ts'
import type { Clock } from '../contracts/clock.ts'
import type { NodeAnnouncement } from '../contracts/message-store.ts'

/**
 * Who this process is. A process that others declared dead comes back under a new id, so that a
 * claim of its former life can never be settled.
 */
export class NodeIdentity {
  readonly #clock: Clock
  readonly #schemes: readonly string[]
  readonly host = hostname()
  #id: string

  /** `schemes`: what this process has transports for. */
  constructor(clock: Clock, schemes: readonly string[] = []) {
    this.#clock = clock
    this.#schemes = schemes
    this.#id = newEnvelopeId(clock.now().getTime())
  }

  get id(): string {
    return this.#id
  }

  renew(): void {
    this.#id = newEnvelopeId(this.#clock.now().getTime())
  }

  announcement(): NodeAnnouncement {
    return { id: this.#id, host: this.host, pid: process.pid, schemes: this.#schemes }
  }
}
