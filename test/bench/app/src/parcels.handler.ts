import type { PoolClient } from 'pg'
import type { Handled, Kept, Ordered, Outboxed, Pinged } from './messages.ts'
import type { Probe } from './probe.ts'

export class KeptHandler {
  readonly #probe: Probe

  constructor(probe: Probe) {
    this.#probe = probe
  }

  async handle(_message: Kept): Promise<void> {
    await this.#probe.keep()
  }
}

export function handleHandled(message: Handled, probe: Probe): void {
  probe.began(message.orderId)
}

export function handlePinged(message: Pinged, probe: Probe): void {
  probe.began(message.orderId)
}

export async function handleOrdered(command: Ordered, tx: PoolClient): Promise<Kept> {
  await tx.query('insert into orders (id, customer) values ($1, $2)', [command.orderId, command.customer])
  return command
}

export async function handleOutboxed(event: Outboxed, tx: PoolClient, probe: Probe): Promise<Kept> {
  probe.began(event.orderId)
  await tx.query('insert into orders (id, customer) values ($1, $2)', [event.orderId, event.customer])
  return event
}
