import type { ListenOptions, TransportListener } from '../../contracts/transport.ts'
import { IncomingLink } from './incoming-link.ts'
import type { Link } from './link.ts'
import type { Frame } from './frames.ts'
import type { Port } from './port.ts'

/** One peer after the other is given so much of the room. */
const oneTurn = 100

/** One endpoint of a port: it takes from the connections of its peers in turn what it has room for. */
export class TcpListener implements TransportListener {
  readonly endpoint: string
  readonly #port: Port
  readonly #options: ListenOptions
  readonly #onStop: () => void
  /** In the order of their turns. */
  readonly #links = new Set<IncomingLink>()
  #isPaused = false
  #isStopped = false
  #isTaking = false

  constructor(endpoint: string, port: Port, options: ListenOptions, onStop: () => void) {
    this.endpoint = endpoint
    this.#port = port
    this.#options = options
    this.#onStop = onStop
  }

  get connected(): boolean {
    return !this.#isStopped && this.#port.isBound
  }

  /** Resolves at once: what has not been handed over waits with its connection. */
  async pause(): Promise<void> {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#take()
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#onStop()
    for (const link of this.#links) link.close('its endpoint has stopped')
    await this.#port.remove(this)
  }

  /** A peer has been let in. */
  admit(link: Link): { readonly receive: (frame: Frame) => void; readonly onEnd: () => void } {
    const incoming = new IncomingLink(link, { onMessages: () => this.#take(), onRoom: () => this.#take() })
    this.#links.add(incoming)
    const onEnd = (): void => {
      incoming.over()
      this.#links.delete(incoming)
      this.#take()
    }
    return { receive: incoming.receive, onEnd }
  }

  #room(): number {
    if (this.#isPaused || this.#isStopped) return 0
    let room = this.#options.unsettled
    for (const link of this.#links) room -= link.unsettled
    return room
  }

  #take(): void {
    // `receive` may settle at once, and come back here.
    if (this.#isTaking) return
    this.#isTaking = true
    try {
      for (let room = this.#room(); room > 0; room = this.#room()) {
        const next = [...this.#links].find((link) => link.hasMessages)
        if (next === undefined) return
        this.#links.delete(next)
        this.#links.add(next)
        this.#options.receive(next.take(Math.min(room, oneTurn)))
      }
    } finally {
      this.#isTaking = false
    }
  }
}
