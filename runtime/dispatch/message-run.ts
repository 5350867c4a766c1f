import type { DeliveryOptions } from '../bus/delivery-options.ts'
import type { MessageContext } from '../bus/message-context.ts'
import type { RequestOptions } from '../bus/request-options.ts'
import { notingSender } from '../bus/noting-sender.ts'
import type { SentWhere } from '../bus/sends.ts'
import type { Logger } from '../contracts/logger.ts'
import type { Claim } from '../contracts/message-store.ts'
import type { TransactionAdapter } from '../contracts/transaction-adapter.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { Outgoing } from '../outbox/outgoing.ts'
import { writeLast } from '../outbox/write-last.ts'
import { faultPoint } from '../timing/fault-point.ts'
import type { CascadeOptions, ChainRun } from './chain-run.ts'
import { KeptValues } from './kept-values.ts'
import type { RunParts } from './run-parts.ts'
import { loggedError } from './stored-error.ts'

/**
 * One attempt at handling one message.
 *
 * It ends in one of three ways: settled in the handler's transaction, returned (the dispatcher
 * settles), or failed. After its deadline it can no longer settle, whatever its handler does.
 */
export class MessageRun implements ChainRun<unknown> {
  readonly message: unknown
  readonly envelope: Envelope
  readonly now: Date
  readonly outgoing: Outgoing
  readonly #claim: Claim | undefined
  readonly #parts: RunParts
  #controller: AbortController | undefined
  #aborted: JasperError | undefined
  #stopped = false
  #ended = false
  #execute: (() => Promise<void>) | undefined
  #settled = false
  #committed = false
  #context: MessageContext<never> | undefined
  #kept: KeptValues | undefined
  #names: Map<unknown, string> | undefined
  /** How many of them were there before the transaction began. */
  #keptBefore = 0

  constructor(message: unknown, envelope: Envelope, claim: Claim | undefined, outgoing: Outgoing, parts: RunParts) {
    this.message = message
    this.envelope = envelope
    this.outgoing = outgoing
    this.#claim = claim
    this.#parts = parts
    this.now = parts.clock.now()
  }

  get log(): Logger {
    return this.#parts.log
  }

  /** Made only for handlers that look at it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted)
    }
    return this.#controller.signal
  }

  get context(): MessageContext<never> {
    return (this.#context ??= contextOf(this))
  }

  /** Whether completion and outgoing messages were part of the handler's commit. */
  get settledInTransaction(): boolean {
    return this.#settled
  }

  /** Whether its transaction has committed: whatever is thrown now, the message is done. */
  get hasCommitted(): boolean {
    return this.#committed
  }

  cascade(messageName: string, message: unknown, how?: CascadeOptions): void {
    this.throwIfAborted()
    this.noteSend(messageName, message, how?.options, false, how?.destination)
    this.reply(messageName, message)
  }

  /** Remembered only where somebody waits who is elsewhere: what travels needs a name. */
  reply(messageName: string, message: unknown): void {
    if (this.envelope.replyTo === undefined) return
    this.#names ??= new Map()
    this.#names.set(message, messageName)
  }

  /** The wire name of a message that the chain has sent or named. */
  readonly nameOf = (message: object): string | undefined => this.#names?.get(message)

  disposable<T>(value: T): T {
    this.#kept ??= new KeptValues()
    this.#kept.keep(value)
    return value
  }

  /** Whether there is something left to dispose of. */
  get keeps(): boolean {
    return this.#kept !== undefined && this.#kept.count > 0
  }

  /** The attempt has ended, well or not: an error that comes now can only be told. Never rejects. */
  async dispose(spared = 0): Promise<void> {
    try {
      await this.#kept?.dispose(spared)
    } catch (error) {
      const { id, messageType } = this.envelope
      this.#parts.log.error('what a provider made for a message could not be disposed of', { messageId: id, messageType, ...loggedError(error) })
    }
  }

  /** What was made for a transaction that fails goes before the connection does. */
  async #orDispose<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      await this.dispose(this.#keptBefore)
      throw error
    }
  }

  /** Notes a message for the commit, and returns its id. Throws when the scope is over or the options cannot hold. */
  noteSend(
    messageName: string,
    message: unknown,
    options: DeliveryOptions | undefined,
    mustHaveSubscriber: boolean,
    to?: SentWhere,
  ): string {
    if (this.#ended) {
      throw new JasperError('JASPER_OUTBOX_CLOSED', `${messageName} was sent after its handler had ended. Await every send before the handler returns.`)
    }
    return this.#parts.route(messageName, message, options, this.envelope, mustHaveSubscriber, this.outgoing, to)
  }

  /** Waits for a reply, outside this attempt's transaction and no longer than the attempt lasts. */
  request(messageName: string, message: unknown, options: RequestOptions = {}): Promise<unknown> {
    const signal = options.signal === undefined ? this.signal : AbortSignal.any([options.signal, this.signal])
    return this.#parts.request(messageName, message, { ...options, signal }, this.envelope)
  }

  /** Notes the message itself for the queues of handlers that have it each for themselves. */
  goOn(): void {
    this.#parts.goOn(this.envelope, this.message, this.outgoing)
  }

  async inTransaction<Root, Tx, T>(adapter: TransactionAdapter<Root, Tx>, work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await adapter.run(this.#parts.rootOf(adapter), async (tx) => {
      this.#execute = () => writeLast(adapter, tx, () => this.#parts.enlist(this.#claim, this.outgoing))
      if (this.#claim === undefined) {
        const once = this.#parts.once?.(this.envelope)
        once?.verify(await adapter.execute(tx, once.statement))
      }
      this.#keptBefore = this.#kept?.count ?? 0
      const value = await this.#orDispose(work(tx))
      if (!this.#settled) {
        throw new JasperError(
          'JASPER_TRANSACTION_ENDED',
          `The chain of ${this.envelope.messageType} ended its transaction without run.settle(). Generated code was edited by hand: run jasper-gen build.`,
        )
      }
      await faultPoint('transaction.before-commit')
      return value
    })
    this.#committed = true
    await faultPoint('transaction.after-commit')
    return result
  }

  handleOf<Root, Tx>(adapter: TransactionAdapter<Root, Tx>): Root {
    return this.#parts.rootOf(adapter)
  }

  async settle(): Promise<void> {
    if (this.#execute === undefined || this.#settled) {
      throw new JasperError('JASPER_NOT_A_TRANSACTION', 'run.settle() was called outside run.inTransaction(), or twice in it.')
    }
    this.throwIfAborted()
    if (this.#kept !== undefined) await this.#kept.dispose(this.#keptBefore)
    await faultPoint('transaction.before-settle')
    await this.#execute()
    this.#settled = true
  }

  /** A stop has waited long enough. */
  stop(): void {
    if (this.#aborted !== undefined) return
    this.#stopped = true
    this.#abort(new JasperError('JASPER_HANDLER_TIMEOUT', `The app stopped before ${this.envelope.messageType} was handled.`))
  }

  /** Whether a stop, and not its deadline, has ended this attempt. */
  get wasStopped(): boolean {
    return this.#stopped
  }

  /** Its deadline has passed. Said at once: a handler that ignores the signal may never end. */
  expire(): void {
    const { id, messageType, destination } = this.envelope
    this.#parts.log.warn('a handler has outrun its timeout; its attempt has failed and waits for its end', {
      messageId: id,
      messageType,
      endpoint: destination,
      timeoutMs: this.#parts.timeoutMs,
    })
    this.#abort(
      new JasperError(
        'JASPER_HANDLER_TIMEOUT',
        `Handling ${this.envelope.messageType} took longer than ${this.#parts.timeoutMs} ms. Raise its timeout (by a policy, or of its endpoint), or end sooner when the signal aborts.`,
      ),
    )
  }

  throwIfAborted(): void {
    if (this.#aborted !== undefined) throw this.#aborted
  }

  end(): void {
    this.#ended = true
  }

  #abort(reason: JasperError): void {
    if (this.#aborted !== undefined) return
    this.#aborted = reason
    this.#controller?.abort(reason)
  }
}

function contextOf(run: MessageRun): MessageContext<never> {
  const context = {
    get envelope() {
      return run.envelope
    },
    get signal() {
      return run.signal
    },
    get log() {
      return run.log
    },
    request: (name: string, message: unknown, options?: RequestOptions) => run.request(name, message, options),
    ...notingSender((name, message, options, must, to) => run.noteSend(name, message, options, must, to)),
  }
  return context as MessageContext<never>
}
