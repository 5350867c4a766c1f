import { randomBytes } from 'node:crypto'
import type { Transport } from '../../runtime/contracts/transport.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { rabbitmq, type RabbitmqOptions } from '../../runtime/transports/rabbitmq/index.ts'
import { keptLog } from '../runtime/small-app.ts'
import { BrokerAdmin, rabbitmqBroker } from '../support/rabbitmq-broker.ts'

/** Names of one test's own at a broker, and transports to it; everything is gone at the end. */
export class RabbitScene {
  readonly log = keptLog()
  readonly url: string
  readonly admin: BrokerAdmin
  readonly #prefix = `jasper-test-${randomBytes(6).toString('hex')}`
  readonly #queues = new Set<string>()
  readonly #exchanges = new Set<string>()
  readonly #transports: Transport[] = []

  private constructor(url: string, admin: BrokerAdmin) {
    this.url = url
    this.admin = admin
  }

  static async fresh(url?: string): Promise<RabbitScene> {
    const found = url ?? (await rabbitmqBroker()).url
    return new RabbitScene(found, await BrokerAdmin.at(found))
  }

  queue(name: string): string {
    const full = `${this.#prefix}.${name}`
    this.#queues.add(full)
    return full
  }

  exchange(name: string): string {
    const full = `${this.#prefix}.${name}`
    this.#exchanges.add(full)
    return full
  }

  /** `who`: another user and password than the broker's. */
  open(options: Omit<RabbitmqOptions, 'url'> = {}, who?: string): Promise<Transport> {
    return this.openAt(who === undefined ? this.url : this.url.replace(/\/\/[^@]*@/, `//${who}@`), options)
  }

  async openAt(url: string, options: Omit<RabbitmqOptions, 'url'>): Promise<Transport> {
    const transport = rabbitmq({ ...options, url })
    await transport.open({ appName: 'scene', clock: systemClock, log: this.log })
    this.#transports.push(transport)
    return transport
  }

  async end(): Promise<void> {
    await this.#closeTransports()
    await this.admin.remove(this.#queues, this.#exchanges)
    await this.admin.close()
  }

  /** The connection of the test's own is lost, too; the names go with the node. */
  async endAfterCrash(): Promise<void> {
    await this.#closeTransports()
    await this.admin.close()
  }

  async #closeTransports(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
  }
}
