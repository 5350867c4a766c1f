import { loadAmqplib, type AmqpArguments, type AmqpConfirmChannel, type AmqpConnection, type AmqpMessage } from '../../runtime/transports/rabbitmq/amqp.ts'

const local = 'amqp://guest:guest@127.0.0.1:5672'

/** More of amqplib than the runtime uses. */
export interface AdminChannel extends AmqpConfirmChannel {
  get(queue: string, options: { noAck: boolean }): Promise<AmqpMessage | false>
  deleteQueue(name: string): Promise<unknown>
  deleteExchange(name: string): Promise<unknown>
}

/** Where a broker is, for those who connect in their own way. */
export interface BrokerPlace {
  readonly url: string
  readonly host: string
  readonly port: number
  /** The address of the same broker behind another port of this machine, such as that of a proxy. */
  behind(port: number): string
}

/**
 * The RabbitMQ of these tests: that of `JASPER_TEST_RABBITMQ_URL`, else the one at 127.0.0.1:5672 that
 * admits guest. Rejects with what to set.
 */
export async function rabbitmqBroker(): Promise<BrokerPlace> {
  const given = process.env['JASPER_TEST_RABBITMQ_URL']
  const url = given === undefined || given === '' ? local : given
  try {
    await (await connectAdmin(url)).close()
  } catch (error) {
    throw new Error(
      'These tests need a RabbitMQ, version 3.8 or later. Set JASPER_TEST_RABBITMQ_URL to the address of one on which queues may be ' +
        `declared, or run one at 127.0.0.1:5672 that admits guest. (${error instanceof Error ? error.message : String(error)})`,
    )
  }
  return brokerPlace(url)
}

function brokerPlace(url: string): BrokerPlace {
  const { hostname: host, port } = new URL(url)
  const behind = (other: number): string => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(other) }).href
  return { url, host, port: port === '' ? 5672 : Number(port), behind }
}

async function connectAdmin(url: string): Promise<AmqpConnection> {
  const to = new URL(url)
  const connection = await loadAmqplib().connect(
    {
      protocol: 'amqp',
      hostname: to.hostname,
      port: Number(to.port || 5672),
      username: decodeURIComponent(to.username),
      password: decodeURIComponent(to.password),
      vhost: to.pathname.slice(1) || '/',
      heartbeat: 30,
    },
    { timeout: 3_000 },
  )
  connection.on('error', () => undefined)
  return connection
}

/** A client of the tests' own, which knows nothing of ours. */
export class BrokerAdmin {
  readonly #connection: AmqpConnection

  private constructor(connection: AmqpConnection) {
    this.#connection = connection
  }

  static async at(url: string): Promise<BrokerAdmin> {
    return new BrokerAdmin(await connectAdmin(url))
  }

  /** A channel for one piece of work. */
  async on<T>(work: (channel: AdminChannel) => Promise<T>): Promise<T> {
    const channel = (await this.#connection.createConfirmChannel()) as AdminChannel
    channel.on('error', () => undefined)
    let isOver = false
    channel.on('close', () => void (isOver = true))
    try {
      return await work(channel)
    } finally {
      if (!isOver) await channel.close().catch(() => undefined)
    }
  }

  /** Puts a message into a queue, as another system would. */
  async put(queue: string, headers: AmqpArguments, body: string, properties: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.on(
      (channel) =>
        new Promise<void>((resolve, reject) => {
          const confirmed = (error: Error | null): void => (error === null ? resolve() : reject(error))
          channel.publish('', queue, Buffer.from(body), { ...properties, headers, persistent: true, mandatory: true }, confirmed)
        }),
    )
  }

  /** Messages that are with nobody; 0 when there is no such queue. */
  async waiting(queue: string): Promise<number> {
    try {
      return (await this.on((channel) => channel.checkQueue(queue))).messageCount
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 404) return 0
      throw error
    }
  }

  async remove(queues: Iterable<string>, exchanges: Iterable<string> = []): Promise<void> {
    for (const name of queues) await this.on((channel) => channel.deleteQueue(name))
    for (const name of exchanges) await this.on((channel) => channel.deleteExchange(name))
  }

  close(): Promise<void> {
    return this.#connection.close().catch(() => undefined)
  }
}
