import type { Clock } from '../../runtime/contracts/clock.ts'
import type { Transport, TransportDelivery, TransportListener } from '../../runtime/contracts/transport.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { tcp, type TcpOptions } from '../../runtime/transports/tcp/index.ts'
import { keptLog } from '../runtime/small-app.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from './tcp-harness.ts'

/** One port, who listens at it, and who dials it; everything ends with the test. */
export class TcpScene {
  readonly log = keptLog()
  readonly port: number
  readonly came: TransportDelivery[] = []
  /** Whether what comes is acknowledged at once. */
  accepts = true
  readonly #transports: Transport[] = []

  private constructor(port: number) {
    this.port = port
  }

  static async fresh(): Promise<TcpScene> {
    return new TcpScene(await freePort())
  }

  get address(): string {
    return `tcp://localhost:${this.port}/a`
  }

  /** Whose time runs faster has shorter deadlines. */
  async open(options: TcpOptions = {}, times = 1): Promise<Transport> {
    const transport = tcp(options)
    await transport.open({ appName: 'scene', clock: hurried(times), log: this.log })
    this.#transports.push(transport)
    return transport
  }

  async listen(options: TcpOptions = {}, unsettled = 1_000, times = 1): Promise<TransportListener> {
    const transport = await this.open(options, times)
    const receive = (deliveries: readonly TransportDelivery[]): void => {
      this.came.push(...deliveries)
      if (this.accepts) for (const delivery of deliveries) void delivery.ack()
    }
    const listener = transport.listen(this.address, { unsettled, receive })
    await eventually('the port is bound', () => listener.connected)
    return listener
  }

  bodies(): readonly string[] {
    return this.came.map(({ body }) => Buffer.from(body).toString())
  }

  async end(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
  }
}

function hurried(times: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic(),
    timer: (ms, callback) => systemClock.timer(ms / times, callback),
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  }
}
