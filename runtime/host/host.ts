import type { HostParts } from './host-parts.ts'
import { describeApp } from './describe-app.ts'
import { findRoots, librariesOf } from './find-root.ts'
import { Bus } from '../bus/message-bus.ts'
import { Sends } from '../bus/sends.ts'
import type { Duration } from '../bus/delivery-options.ts'
import { pausesChanged, unroutedAddress, type Claim, type EndpointCounts } from '../contracts/message-store.ts'
import type { Dispatcher, DispatcherParts } from '../dispatch/dispatcher.ts'
import { Registry } from '../dispatch/registry.ts'
import { DeadLetterOffice } from '../durability/dead-letter-office.ts'
import { DueTimer } from '../durability/due-timer.ts'
import { Housekeeping } from '../durability/housekeeping.ts'
import { Liveness } from '../durability/liveness.ts'
import { NodeIdentity } from '../durability/node-identity.ts'
import { Recurring } from '../durability/recurring.ts'
import { Schedule } from '../durability/scheduled.ts'
import { Storage } from '../durability/storage.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { BufferedEndpoint } from '../inbox/buffered-endpoint.ts'
import { EndpointControl } from '../inbox/endpoint-control.ts'
import type { EndpointLookup, PausableEndpoint } from '../inbox/endpoint.ts'
import { SendOnlyEndpoint } from '../inbox/send-only-endpoint.ts'
import { Settlements } from '../inbox/settlements.ts'
import { KnownLibraries } from '../outbox/known-libraries.ts'
import { Outbox } from '../outbox/outbox.ts'
import type { Outgoing } from '../outbox/outgoing.ts'
import { SqlRouter } from '../outbox/sql-router.ts'
import { InsertBatches } from '../outbox/insert-batches.ts'
import { Answers } from '../replies/answers.ts'
import { Requests } from '../replies/requests.ts'
import { previewRoutes, type RoutePreview } from '../routing/preview-routes.ts'
import { makeRouteTable, type EndpointSettings, type RouteTable } from '../routing/route-table.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { withinTime } from '../timing/within-time.ts'
import type { AppDescription, Senders, TransportsApi } from './app.ts'
import { makeEndpoint } from './make-endpoint.ts'
import { sayWhatMemoryKeeps } from './say-what-memory-keeps.ts'
import { Singletons } from './singletons.ts'
import { Traffic } from './traffic.ts'
import { healthOf, type Health } from './health.ts'

/** After the deadline of a stop, handlers that were aborted get so long to end. */
const graceMs = 1_000
/** Signing off, and then closing the store, get so long each: a database that is away must not hold up a stop. */
const closingMs = 2_000

/**
 * Joins all parts of one app, and starts and stops them in order.
 *
 * Start: store, singletons, registration of this node, what earlier runs left, endpoints. Stop: endpoints
 * first, then what runs, then singletons, the node's claims and the store; each step also when the one before failed or
 * takes too long.
 */
export class Host {
  readonly bus: Bus
  readonly outbox: Outbox
  readonly requests: Requests
  readonly deadLetters: DeadLetterOffice
  readonly scheduled: Schedule
  readonly endpoints: EndpointControl
  readonly storage: Storage
  readonly #parts: HostParts
  readonly #registry: Registry
  readonly #routes: RouteTable
  readonly #node: NodeIdentity
  readonly #settlements: Settlements
  readonly #inserts: InsertBatches
  readonly #endpoints = new Map<string, PausableEndpoint>()
  readonly #dispatchers: Dispatcher[] = []
  readonly #due: DueTimer
  readonly #liveness: Liveness
  readonly #housekeeping: Housekeeping
  readonly #sqlRouter: SqlRouter
  readonly #recurring: Recurring
  readonly #traffic: Traffic
  readonly #answers: Answers
  readonly #singletons: Singletons
  #roots: ReadonlyMap<string, unknown> = new Map()
  #state: 'new' | 'starting' | 'running' | 'stopping' | 'stopped' = 'new'
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(parts: HostParts) {
    const { definition, store, transports, clock, log } = parts
    this.#parts = parts
    this.#registry = new Registry(definition.messages, definition.chains, definition.policies)
    this.#routes = makeRouteTable(definition.chains, definition.messages, definition.routes, transports, this.#registry.policyOf)
    this.#node = new NodeIdentity(clock, transports.schemes)
    this.#settlements = new Settlements(store.incoming, clock, log)
    this.#inserts = new InsertBatches(store.incoming, clock)
    const wake = (endpoints: readonly string[]): void => this.#wake(endpoints)
    this.#due = new DueTimer(store.incoming, clock, log, (endpoints) => {
      this.#wake(endpoints)
      store.wakeUps.notify(endpoints)
    })
    const dueWithin = (ms: number): void => this.#due.within(ms)
    const singletons = new Singletons(definition.singletons, parts.services, log, () => this.#requireStarting())
    this.#singletons = singletons
    const common = { store, node: this.#node, settlements: this.#settlements, clock, log, dueWithin }
    this.#answers = new Answers({ registry: this.#registry, transports, clock, log })
    this.#traffic = new Traffic({
      ...common,
      transports,
      routes: this.#routes,
      turnsAway: (envelope) => this.#answers.turnsAway(envelope),
      undeliverable: (...reason) => this.requests.undeliverable(...reason),
    })
    const endpoints: EndpointLookup = { get: (address) => this.#traffic.destination(address) ?? this.#endpoints.get(address) }
    const sends = new Sends(this.#registry, this.#routes, endpoints, transports, clock)
    const dispatcherParts: DispatcherParts = {
      registry: this.#registry,
      get services() {
        return singletons.services
      },
      routes: this.#routes,
      clock,
      log,
      incoming: store.incoming,
      outgoing: store.outgoing,
      settlements: this.#settlements,
      inserts: this.#inserts,
      answers: this.#answers,
      after: {
        announce: (endpoints) => store.wakeUps.notify(endpoints),
        dueWithin: (ms, outgoing) => (outgoing === true ? this.#traffic.dueWithin(ms) : dueWithin(ms)),
      },
      owner: () => this.#node.id,
      runParts: {
        clock,
        log,
        rootOf: (adapter) => this.#roots.get(adapter.name) as never,
        route: sends.route,
        request: (...asked) => this.bus.request(...asked),
        goOn: sends.goOn,
        enlist: (claim: Claim | undefined, outgoing: Outgoing) => store.incoming.enlist(claim, outgoing.seal(this.#node.id)),
      },
    }
    this.endpoints = new EndpointControl({
      pauses: store.pauses,
      wakeUps: store.wakeUps,
      clock,
      log,
      endpoints: this.#endpoints,
      owner: () => this.#node.id,
    })
    for (const settings of this.#routes.endpoints.values()) this.#endpoints.set(settings.address, this.#endpoint(settings, dispatcherParts))
    this.#liveness = new Liveness({
      nodes: store.nodes,
      node: this.#node,
      clock,
      log,
      endpoints: [...(parts.sendOnly ? [] : this.#endpoints.keys()), unroutedAddress],
      recovers: parts.recovery,
      wake,
      unpark: (endpoints) => endpoints.forEach((address) => this.#endpoints.get(address)?.unpark()),
      dueWithin,
      heard: (report) => this.#traffic.heard(report),
      learnPauses: (pauses, askedAt) => this.endpoints.learn(pauses, askedAt),
      renewed: () => {
        this.#traffic.renewed()
        for (const endpoint of this.#endpoints.values()) endpoint.forgetWaiting()
        void this.#recurring.declare().catch((error: unknown) => log.warn('recurring rules could not be declared', { error: String(error) }))
      },
    })
    this.#housekeeping = new Housekeeping({
      incoming: store.incoming,
      nodes: store.nodes,
      recurring: store.recurring,
      deadLetters: store.deadLetters,
      keepDeadLettersMs: parts.keepDeadLettersMs,
      parkForMs: parts.parkForMs,
      recovers: parts.recovery,
      node: this.#node,
      settlements: this.#settlements,
      clock,
      log,
      wake,
      held: () => this.#heldClaims(),
      also: () => this.#traffic.round(),
    })
    this.storage = new Storage(store)
    this.deadLetters = new DeadLetterOffice({
      deadLetters: store.deadLetters,
      clock,
      check: (envelope, body) => this.#registry.check(envelope, body),
      wake,
    })
    const isRunning = (): boolean => this.#state === 'running' || this.#state === 'stopping'
    const libraries = new KnownLibraries([...librariesOf(definition.chains), ...parts.transactions], store)
    const { incoming, after, owner } = dispatcherParts
    const { unrouted, scheduled, recurring } = store
    this.outbox = new Outbox({ libraries, sends, incoming, leaving: store.outgoing, unrouted, clock, log, after, owner, isRunning })
    this.#sqlRouter = new SqlRouter({ unrouted, messages: definition.messages, routes: this.#routes, sends, clock, log, after })
    const rules = this.#routes.recurring
    this.#recurring = new Recurring({ rules, store: recurring, clock, log, owner, route: sends.route, wake, after })
    this.scheduled = new Schedule({ store: scheduled, recurring, clock, wake, announce: after.announce, dueWithin: after.dueWithin })
    this.requests = new Requests({
      sends,
      registry: this.#registry,
      transports,
      clock,
      log,
      invocation: (...asked) => this.bus.invocation(...asked),
      store: (outgoing) => this.bus.store(outgoing),
    })
    this.bus = new Bus({ sends, dispatcherParts, requests: this.requests, isRunning })
  }

  get transports(): TransportsApi {
    return this.#traffic
  }

  get senders(): Senders {
    return this.#traffic
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new JasperError('JASPER_ALREADY_STARTED', 'An app starts once. Create another with createApp to start again.')
    this.#state = 'starting'
    this.#starting = this.#startUp()
    try {
      await this.#starting
    } catch (error) {
      this.#state = 'stopping'
      this.#stopping ??= this.#shutDown()
      await this.#stopping.catch(() => undefined)
      throw error
    }
  }

  async #startUp(): Promise<void> {
    const { store, name, clock, log, data } = this.#parts
    await store.open({ appName: name, clock, log, rules: { endpoints: this.#routes.endpoints, handles: this.#registry.handled() } })
    this.#roots = findRoots(this.#registry.chains(), store, data)
    this.#requireStarting()
    await this.#singletons.makeAll()
    this.#requireStarting()
    await this.#traffic.open(name)
    this.#requireStarting()
    await store.wakeUps.listen((endpoints) => {
      if (endpoints.length === 0 || endpoints.includes(pausesChanged)) this.endpoints.heard()
      this.#wake(endpoints)
    })
    this.#requireStarting()
    await this.#liveness.start()
    this.#requireStarting()
    this.#state = 'running'
    sayWhatMemoryKeeps(store, this.#routes, log)
    for (const endpoint of this.#endpoints.values()) endpoint.open()
    this.#due.within(0)
    this.#sqlRouter.open()
    await this.#traffic.start()
    this.#housekeeping.start()
    await this.#recurring.start()
  }

  #requireStarting(): void {
    if (this.#state !== 'starting') throw new JasperError('JASPER_NOT_STARTED', 'app.stop() was called before the app had started.')
  }

  stop(): Promise<void> {
    if (this.#state === 'new') {
      this.#state = 'stopped'
      return this.#parts.store.close()
    }
    this.#stopping ??= this.#stopAfterStart()
    return this.#stopping
  }

  /** A start that is under way sees the state change at its next step, and goes no further. */
  async #stopAfterStart(): Promise<void> {
    this.#state = 'stopping'
    await this.#starting?.catch(() => undefined)
    await this.#shutDown()
  }

  counts(): Promise<readonly EndpointCounts[]> {
    return this.#parts.store.incoming.counts()
  }

  async health(options: { readonly timeout?: Duration } = {}): Promise<Health> {
    const { clock } = this.#parts
    const timeoutMs = toMilliseconds(options.timeout ?? '2s', 'health({ timeout })')
    const endpoints = this.#endpoints.values()
    const parts = { state: this.#state, clock, nodeId: this.#node.id, beatenAt: this.#liveness.beatenAt, endpoints }
    return await healthOf({ ...parts, backlog: () => this.storage.backlog() }, timeoutMs)
  }

  previewRoutes(message: string): RoutePreview {
    return previewRoutes(this.#registry.message(message).name, this.#routes, this.#parts.store.capabilities.durable)
  }

  describe(): AppDescription {
    return describeApp(this.#parts, this.#registry, this.#routes, this.#traffic, this.endpoints)
  }

  async #shutDown(): Promise<void> {
    const { store, log, stopTimeoutMs } = this.#parts
    const swept = this.#housekeeping.stop()
    this.#due.stop()
    this.endpoints.stop()
    for (const dispatcher of this.#dispatchers) dispatcher.hurry()
    this.bus.hurry()
    const drained = Promise.all([this.#sqlRouter.close(), this.#recurring.stop(), this.#drain()]).then(() => undefined)
    if (!(await this.#within(stopTimeoutMs, drained))) {
      log.warn('handlers did not end in time; aborting them', { afterMs: stopTimeoutMs })
      for (const dispatcher of this.#dispatchers) dispatcher.stop()
      this.bus.stop()
      await this.#within(graceMs, drained)
    }
    for (const endpoint of this.#buffered()) await endpoint.close()
    const replied = Promise.all([this.#answers.close(), this.requests.close()]).then(() => undefined)
    if (!(await this.#within(closingMs, replied))) log.warn('replies could not be sent in time; they are lost')
    if (!(await this.#within(closingMs, this.#traffic.close()))) log.warn('transports did not close in time; their connections end with the process')
    if (!(await this.#within(closingMs, this.#singletons.dispose()))) log.warn('what providers have made was not disposed of in time')
    await faultPoint('stop.before-release')
    if (!(await this.#within(closingMs, this.#signOff(swept)))) log.warn('this node could not sign off in time; others will take over its messages')
    const closing = store.close()
    try {
      if (!(await this.#within(closingMs, closing))) {
        log.warn('the store did not close in time; its connections end when it answers, or with the process')
        closing.catch((error: unknown) => log.warn('closing the store failed', { error: String(error) }))
      }
    } finally {
      this.#state = 'stopped'
    }
  }

  /** What was claimed and not begun, and what would not end: free for others, and fenced from us. */
  async #signOff(swept: Promise<void>): Promise<void> {
    const { store, log } = this.#parts
    await Promise.all([swept, this.#liveness.stop()])
    try {
      await store.nodes.leave(this.#node.id)
      if (this.#endpoints.size > 0) store.wakeUps.notify([...this.#endpoints.keys()])
    } catch (error) {
      log.warn('this node could not sign off; others will take over its messages', { error: String(error) })
    }
  }

  #within(ms: number, work: Promise<void>): Promise<boolean> {
    return withinTime(this.#parts.clock, ms, work)
  }

  /**
   * Durable endpoints first: their handlers may still send to buffered ones, which nothing would bring
   * back. Those are drained together, for they may send to each other.
   */
  async #drain(): Promise<void> {
    const buffered = this.#buffered()
    await this.#traffic.pause()
    await Promise.all([...this.#endpoints.values()].filter(({ settings }) => settings.mode !== 'buffered').map((endpoint) => endpoint.close()))
    do {
      await this.bus.idle()
      await Promise.all(buffered.map((endpoint) => endpoint.drained()))
    } while (this.bus.isBusy || buffered.some((endpoint) => !endpoint.isDrained))
    await Promise.all([this.#inserts.idle(), this.#settlements.idle(), this.outbox.idle()])
  }

  #buffered(): readonly BufferedEndpoint[] {
    return [...this.#endpoints.values()].filter((endpoint) => endpoint instanceof BufferedEndpoint)
  }

  #endpoint(settings: EndpointSettings, parts: DispatcherParts): PausableEndpoint {
    if (this.#parts.sendOnly) return new SendOnlyEndpoint(settings)
    const ways = { wake: () => this.#wake([settings.address]), ...this.endpoints.waysOf(settings) }
    const { dispatcher, endpoint } = makeEndpoint(settings, { dispatcherParts: parts, node: this.#node, ways })
    this.#dispatchers.push(dispatcher)
    this.#traffic.listen(settings, endpoint)
    return endpoint
  }

  /** An empty list: signals may have been missed, so look everywhere. */
  #wake(endpoints: readonly string[]): void {
    if (endpoints.length === 0 || endpoints.includes(unroutedAddress)) this.#sqlRouter.wake()
    if (endpoints.length === 0) for (const endpoint of this.#endpoints.values()) endpoint.wake()
    else for (const address of endpoints) this.#endpoints.get(address)?.wake()
    if (endpoints.length === 0) this.#traffic.wakeAll()
    else this.#traffic.wake(endpoints)
  }

  *#heldClaims(): Iterable<Claim> {
    for (const endpoint of this.#endpoints.values()) for (const { claim } of endpoint.held()) if (claim !== undefined) yield claim
  }
}
