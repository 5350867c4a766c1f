import type { Logger } from '../contracts/logger.ts'
import { disposeOf } from '../dispatch/dispose-of.ts'
import { loggedError } from '../dispatch/stored-error.ts'
import { JasperError } from '../errors/jasper-error.ts'

/** What the generated function receives that makes the singletons of an app. */
export interface SingletonStart {
  /** The app's logger. */
  readonly log: Logger
  /**
   * Calls a provider. An error says which it was: `place` is its name and its file.
   */
  make<T>(place: string, provide: () => T): T
  /** The same for one that returns a promise. */
  makeAsync<T>(place: string, provide: () => PromiseLike<T>): Promise<T>
}

/** The generated function that makes what providers make once for the app. */
export type MakeSingletons = (start: SingletonStart, services: never) => Promise<object>

/** What providers have made for one app: made in order when it starts, disposed of in reverse when it has stopped. */
export class Singletons implements SingletonStart {
  readonly log: Logger
  readonly #make: MakeSingletons | undefined
  readonly #requireStarting: () => void
  readonly #made: { readonly place: string; readonly value: unknown }[] = []
  #services: object

  /**
   * @param services  What the author of the app gives.
   * @param requireStarting  Throws when the app is to be stopped before it has started.
   */
  constructor(make: MakeSingletons | undefined, services: object, log: Logger, requireStarting: () => void) {
    this.#make = make
    this.#services = services
    this.log = log
    this.#requireStarting = requireStarting
  }

  /** What chains receive: the services, and what has been made. */
  get services(): object {
    return this.#services
  }

  /** Rejects with `JASPER_PROVIDER_FAILED` when a provider throws; what was made before is kept for `dispose`. */
  async makeAll(): Promise<void> {
    if (this.#make === undefined) return
    const made = await this.#make(this, this.#services as never)
    this.#services = { ...this.#services, ...made }
  }

  make<T>(place: string, provide: () => T): T {
    this.#requireStarting()
    try {
      return this.#keep(place, provide())
    } catch (error) {
      throw failed(place, error)
    }
  }

  async makeAsync<T>(place: string, provide: () => PromiseLike<T>): Promise<T> {
    this.#requireStarting()
    try {
      return this.#keep(place, await provide())
    } catch (error) {
      throw failed(place, error)
    }
  }

  /** Never rejects: what cannot be disposed of is logged, and the others are none the less. */
  async dispose(): Promise<void> {
    for (let last = this.#made.pop(); last !== undefined; last = this.#made.pop()) {
      try {
        await disposeOf(last.value)
      } catch (error) {
        this.log.error('a singleton could not be disposed of', { provider: last.place, ...loggedError(error) })
      }
    }
  }

  #keep<T>(place: string, value: T): T {
    this.#made.push({ place, value })
    return value
  }
}

function failed(place: string, error: unknown): JasperError {
  const reason = error instanceof Error ? error.message : String(error)
  return new JasperError('JASPER_PROVIDER_FAILED', `The provider ${place} failed, so the app cannot start: ${reason}`, { cause: error })
}
