import { afterEach } from 'vitest'
import type { Routes } from '../../../runtime/config/routes.ts'
import type { Policy } from '../../../runtime/config/policy.ts'
import { defineRoutes, type RouteBuilder } from '../../../runtime/config/routes.ts'
import type { MessageStore } from '../../../runtime/contracts/message-store.ts'
import type { Transport } from '../../../runtime/contracts/transport.ts'
import { buildApp } from '../../../runtime/host/build-app.ts'
import type { App } from '../../../runtime/host/app.ts'
import { eventually } from '../../support/eventually.ts'
import { chainsOf, keptLog, registration, type KeptLog, type Numbered, type Run } from '../../runtime/small-app.ts'
import type { TransportHarness, TransportPlace } from '../transport-harness.ts'

export interface RunningApp {
  readonly app: App<Record<string, { message: Numbered; reply: unknown }>>
  readonly log: KeptLog
}

export interface AppParts {
  readonly store?: MessageStore
  readonly handlers?: Record<string, (run: Run) => unknown>
  /** Sent only. */
  readonly sends?: readonly string[]
  readonly routes: (rules: RouteBuilder) => void
  readonly transports?: readonly Transport[]
  readonly name?: string
  readonly policy?: Readonly<Record<string, Policy>>
}

/** One test's other side, and the apps that talk over it; everything ends with the test. */
export class Trial {
  readonly place: TransportPlace
  readonly #store: () => MessageStore
  readonly #isDirect: boolean
  readonly #running: RunningApp[] = []

  constructor(place: TransportPlace, store: () => MessageStore, isDirect = false) {
    this.place = place
    this.#store = store
    this.#isDirect = isDirect
  }

  async start({ store, handlers = {}, sends = [], routes, transports, name = 'trial', policy }: AppParts): Promise<RunningApp> {
    const log = keptLog()
    const definition = {
      chains: chainsOf(handlers, undefined, policy),
      messages: [...new Set([...Object.keys(handlers), ...sends])].map((message) => registration(message)),
      routes: defineRoutes(routes) satisfies Routes,
    }
    const app = buildApp<Record<string, { message: Numbered; reply: unknown }>>(definition, {
      name,
      store: store ?? this.#store(),
      transports: transports ?? [this.place.transport()],
      log,
      stopTimeout: '2s',
    })
    const running = { app, log }
    this.#running.push(running)
    await app.start()
    return running
  }

  /** As the place counts; where there is nobody in between, what waits is in the stores of the apps that send. */
  async count(name: string): Promise<{ readonly waiting: number; readonly unsettled: number }> {
    const { waiting, unsettled } = await this.place.count(name)
    return { waiting: waiting + (this.#isDirect ? await this.#unsent(name) : 0), unsettled }
  }

  /** All have left the sender; where there is nobody in between, as many as the receiver takes. */
  async handedOver({ app }: RunningApp, name: string): Promise<void> {
    await eventually('the other side has been given all that it takes', async () => {
      if ((await app.senders.counts()).length === 0) return true
      return this.#isDirect && (await this.place.count(name)).unsettled > 0
    })
  }

  async #unsent(name: string): Promise<number> {
    const { to } = this.place.queue(name)
    let unsent = 0
    for (const { app } of this.#running) {
      // One that has stopped tells nothing.
      const counts = await app.senders.counts().catch(() => [])
      for (const { destination, ready, scheduled, claimed } of counts) if (destination === to) unsent += ready + scheduled + claimed
    }
    return unsent
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map(({ app }) => app.stop()))
    await this.place.drop()
  }
}

/** Makes a trial for each test that asks for one. Call it where tests are declared. */
export function trials(harness: TransportHarness, store: () => MessageStore): () => Promise<Trial> {
  const running: Trial[] = []
  afterEach(async () => {
    for (const trial of running.splice(0)) await trial.end()
  })
  return async () => {
    const trial = new Trial(await harness.fresh(), store, harness.isDirect === true)
    running.push(trial)
    return trial
  }
}

/** What handlers were given, with a way to fail. */
export function recorder(fails: (run: Run) => boolean = () => false) {
  const runs: Run[] = []
  const handle = (run: Run): void | Promise<void> => {
    runs.push(run)
    if (fails(run)) throw new Error('the handler was told to fail')
  }
  return { runs, handle, numbers: () => runs.map(({ message }) => message.n) }
}
