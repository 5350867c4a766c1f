import { expect, it } from 'vitest'
import type { ListenOptions, SendOutcome, Transport, TransportDelivery, TransportListener } from '../../../runtime/contracts/transport.ts'
import type { Envelope } from '../../../runtime/envelope/envelope.ts'
import { systemClock } from '../../../runtime/timing/system-clock.ts'
import { eventually } from '../../support/eventually.ts'
import { envelope, quiet } from '../message-store/scene.ts'
import type { TransportHarness, TransportPlace } from '../transport-harness.ts'

/** One test's other side, and short words for what tests do with it. */
export class Scene {
  readonly place: TransportPlace
  readonly #transports: Transport[] = []

  constructor(place: TransportPlace) {
    this.place = place
  }

  async process(): Promise<Transport> {
    const transport = this.place.transport()
    this.#transports.push(transport)
    await transport.open({ appName: 'conformance', clock: systemClock, log: quiet })
    return transport
  }

  message(over: Partial<Envelope> = {}, name = 'a'): Envelope {
    return envelope({ destination: this.place.queue(name).to, ...over })
  }

  /** Somebody keeps them from now on: the other side, or, where there is nobody in between, whoever sends. */
  async post(transport: Transport, ...envelopes: readonly Envelope[]): Promise<void> {
    if (this.place.post !== undefined) return this.place.post(transport, envelopes)
    expect(await this.send(transport, ...envelopes)).toEqual(envelopes.map(() => ({ kind: 'sent' })))
  }

  /** The outcomes, which there may not be before somebody has settled the messages. */
  async send(transport: Transport, ...envelopes: readonly Envelope[]): Promise<readonly SendOutcome[]> {
    const sender = transport.sender(envelopes[0]!.destination)
    try {
      return await sender.send(envelopes)
    } finally {
      await sender.close()
    }
  }

  listen(transport: Transport, options: Partial<ListenOptions> = {}, name = 'a'): Inbox {
    return this.listenAt(this.place.queue(name).at, transport, options)
  }

  /** A listener that acknowledges at once whatever comes. */
  accept(transport: Transport): Inbox {
    const inbox = this.listen(transport, { receive: (deliveries) => {
      inbox.came.push(...deliveries)
      for (const delivery of deliveries) void delivery.ack()
    } })
    return inbox
  }

  listenAt(endpoint: string, transport: Transport, options: Partial<ListenOptions> = {}): Inbox {
    return new Inbox(transport, endpoint, options)
  }

  async end(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
    await this.place.drop()
  }
}

/** A listener that keeps what it is given. */
export class Inbox {
  readonly came: TransportDelivery[] = []
  readonly listener: TransportListener

  constructor(transport: Transport, at: string, options: Partial<ListenOptions>) {
    const receive = (deliveries: readonly TransportDelivery[]): void => void this.came.push(...deliveries)
    this.listener = transport.listen(at, { unsettled: 100, receive, ...options })
  }

  /** Waits for so many in all. */
  async until(count: number): Promise<readonly TransportDelivery[]> {
    await eventually(`${count} deliveries have come, now ${this.came.length}`, () => this.came.length >= count)
    expect(this.came).toHaveLength(count)
    return this.came
  }

  ids(): readonly (string | undefined)[] {
    return this.came.map(({ headers }) => headers['jasper-id'])
  }
}

export function sceneTests(harness: TransportHarness) {
  return (sentence: string, body: (scene: Scene, transport: Transport) => Promise<void>): void => {
    it(sentence, async () => {
      const scene = new Scene(await harness.fresh())
      try {
        await body(scene, await scene.process())
      } finally {
        await scene.end()
      }
    })
  }
}
