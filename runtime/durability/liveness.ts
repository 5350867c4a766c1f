import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { BeatReport, EndpointPause, Nodes } from '../contracts/message-store.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { beatEveryMs, LivenessJudge } from './liveness-judge.ts'
import type { NodeIdentity } from './node-identity.ts'

/** Beats that look for orphans after a node has gone: what it had under way then may be committed a moment later. */
const sweepsAfterLoss = 2

/** Rows freed by one statement of a take-over. */
const takeOverPage = 500

export interface LivenessParts {
  readonly nodes: Nodes
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  /** The endpoints that this process listens to. */
  readonly endpoints: readonly string[]
  /** Whether this node takes over from dead ones. */
  readonly recovers: boolean
  /** There is something to claim. */
  readonly wake: (endpoints: readonly string[]) => void
  /** Messages are parked at these endpoints that this process can handle. */
  readonly unpark: (endpoints: readonly string[]) => void
  readonly dueWithin: (ms: number) => void
  /** What a beat has seen besides. */
  readonly heard?: (report: BeatReport) => void
  /** The endpoints that are paused, as they were when asked for at this monotonic time. */
  readonly learnPauses: (pauses: readonly EndpointPause[], askedAt: number) => void
  /** This node was declared dead and has come back under a new id. */
  readonly renewed: () => void
}

/**
 * Keeps this node known to be alive, and takes over from those that are not.
 *
 * One statement every 1.2 s beats, sees the others, and polls for what no signal announced. Every
 * node does this; none leads.
 */
export class Liveness {
  readonly #parts: LivenessParts
  readonly #judge: LivenessJudge
  readonly #stop = new AbortController()
  /** Dead nodes some of whose rows were locked when last looked at. */
  readonly #unfinished = new Set<string>()
  #others: ReadonlySet<string> = new Set()
  /** How many beats are still to look for rows of nodes that are gone; one at the start. */
  #sweeps = 1
  #loop: Promise<void> | undefined
  /** Whether this node is registered under its present id. */
  #registered = false
  #failing = false
  #beatenAt: number | undefined

  constructor(parts: LivenessParts) {
    this.#parts = parts
    this.#judge = new LivenessJudge(parts.node.host)
  }

  /** When the others last heard of this node, on the monotonic clock. */
  get beatenAt(): number | undefined {
    return this.#beatenAt
  }

  /** Registers, and resolves after the first look around; what a dead run of this machine left is free by then. */
  async start(): Promise<void> {
    await this.#register()
    await this.#beat()
    this.#loop = this.#run()
  }

  /** Beats no more. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#parts
    for (;;) {
      await clock.sleep(beatEveryMs, this.#stop.signal)
      if (this.#stop.signal.aborted) return
      try {
        await this.#beat()
        if (this.#failing) log.info('the store answers again')
        this.#failing = false
      } catch (error) {
        if (!this.#failing) log.warn('the store does not answer; this node cannot beat', { error: String(error) })
        this.#failing = true
      }
    }
  }

  async #beat(): Promise<void> {
    const { nodes, node, clock, log, endpoints, wake, unpark, dueWithin, renewed, learnPauses } = this.#parts
    const askedAt = clock.monotonic()
    const report = await nodes.beat(node.id, endpoints)
    learnPauses(report.pauses, askedAt)
    if (!report.alive || !this.#registered) {
      // An id whose registration failed, or seemed to, is kept: there may be claims under it already.
      if (this.#registered) {
        const former = node.id
        node.renew()
        this.#registered = false
        log.warn('this node was declared dead by others; its claims are lost, it goes on under a new id', { former, nodeId: node.id })
      }
      await this.#register()
      renewed()
      return
    }
    this.#beatenAt = clock.monotonic()
    if (report.nextDueInMs !== undefined) dueWithin(report.nextDueInMs)
    this.#parts.heard?.(report)
    if (report.claimable.length > 0) wake(report.claimable)
    if (report.parked.length > 0) unpark(report.parked)
    if (!this.#parts.recovers) return
    for (const id of this.#judge.judge(report, clock.monotonic())) {
      if (!this.#unfinished.has(id)) log.warn('a node is dead; taking over its work', { dead: id })
      this.#unfinished.add(id)
    }
    for (const id of this.#unfinished) await this.#takeOver(id)
    await this.#releaseOrphans(new Set(report.others.map(({ id }) => id)))
  }

  /** Rows that a node committed while it was taken over, or while it left, would else wait for the housekeeping. */
  async #releaseOrphans(others: ReadonlySet<string>): Promise<void> {
    for (const id of this.#others) if (!others.has(id)) this.#sweeps = sweepsAfterLoss
    this.#others = others
    if (this.#sweeps === 0) return
    this.#sweeps -= 1
    const endpoints = await this.#parts.nodes.releaseOrphans(takeOverPage)
    if (endpoints.length > 0) this.#parts.wake(endpoints)
  }

  async #register(): Promise<void> {
    await this.#parts.nodes.register(this.#parts.node.announcement())
    this.#registered = true
  }

  async #takeOver(id: string): Promise<void> {
    const { nodes, log, wake } = this.#parts
    let released = 0
    for (;;) {
      const report = await nodes.takeOver(id, takeOverPage)
      await faultPoint('takeover.after-mark')
      released += report.released
      if (report.endpoints.length > 0) wake(report.endpoints)
      if (report.finished) this.#unfinished.delete(id)
      if (report.finished || report.released === 0 || this.#stop.signal.aborted) break
    }
    if (released > 0) log.info('took over the messages of a dead node', { dead: id, messages: released })
  }
}
