import type { EndpointSettings } from '../routing/route-table.ts'
import type { Delivery } from './delivery.ts'
import type { PausableEndpoint } from './endpoint.ts'

/**
 * An endpoint as a process sees it that only sends: whatever goes there is stored, and nothing is handled
 * here. That holds for buffered endpoints, too, as the memory that would hold their messages is
 * another process's.
 */
export class SendOnlyEndpoint implements PausableEndpoint {
  readonly settings: EndpointSettings
  /** It asks the store for nothing. */
  readonly isFailing = false

  constructor(settings: EndpointSettings) {
    this.settings = { ...settings, mode: 'durable' }
  }

  open(): void {}

  hold(): boolean {
    return false
  }

  giveBack(): void {}
  deliver(): void {}
  wake(): void {}
  unpark(): void {}
  setFlow(): void {}

  held(): Iterable<Delivery> {
    return []
  }

  forgetWaiting(): void {}

  close(): Promise<readonly Delivery[]> {
    return Promise.resolve([])
  }
}
