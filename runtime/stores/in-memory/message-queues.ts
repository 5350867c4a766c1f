import { firstEpoch, type NewMessage } from '../../contracts/message-store.ts'
import { EndpointQueue } from './endpoint-queue.ts'
import { PriorityQueue } from './priority-queue.ts'
import { identity, type StoredMessage } from './stored-message.ts'

/** What one table of messages holds, incoming or outgoing, with its queues in the order of arrival. */
export class MessageQueues {
  readonly messages = new Map<string, StoredMessage>()
  readonly #queues = new Map<string, EndpointQueue>()
  readonly #due = new PriorityQueue<{ readonly message: StoredMessage; readonly dueAt: number }>()
  #seq = 0

  /** `isAlive`: whether an owner is a registered node. */
  insert({ envelope, owner, lane, timeKeptElsewhere }: NewMessage, now: number, isAlive: (owner: string) => boolean): void {
    const dueAt = timeKeptElsewhere === true ? undefined : envelope.scheduledFor?.getTime()
    const later = dueAt !== undefined && dueAt > now
    const claimed = owner !== undefined && isAlive(owner) && lane === undefined && !later
    this.add({
      id: envelope.id,
      endpoint: envelope.destination,
      lane,
      seq: this.nextSeq(),
      envelope,
      status: later ? 'scheduled' : 'ready',
      owner: claimed ? owner : undefined,
      epoch: claimed ? firstEpoch : 0,
      dueAt: later ? dueAt : undefined,
      parkedAt: undefined,
      parkedReason: '',
      gone: false,
    })
  }

  nextSeq(): number {
    return ++this.#seq
  }

  add(message: StoredMessage): void {
    this.messages.set(identity(message.id, message.endpoint), message)
    this.wait(message)
  }

  /** The message has no owner, or another status, from now on. */
  wait(message: StoredMessage): void {
    if (message.owner !== undefined) return
    if (message.dueAt !== undefined) this.#due.add({ message, dueAt: message.dueAt }, message.dueAt, message.seq)
    if (message.status !== 'scheduled') this.queue(message.endpoint).add(message)
  }

  remove(message: StoredMessage): void {
    message.gone = true
    this.messages.delete(identity(message.id, message.endpoint))
    this.queue(message.endpoint).left(message)
  }

  queue(endpoint: string): EndpointQueue {
    let queue = this.#queues.get(endpoint)
    if (queue === undefined) this.#queues.set(endpoint, (queue = new EndpointQueue()))
    return queue
  }

  /** The message that is due next, without those that were settled or made ready by now. */
  nextDue(): StoredMessage | undefined {
    for (;;) {
      const first = this.#due.first()
      if (first === undefined) return undefined
      if (!first.message.gone && first.message.dueAt === first.dueAt) return first.message
      this.#due.removeFirst()
    }
  }

  /** The time of a message has come, or it does not want one any more. What was scheduled arrives now. */
  makeReady(message: StoredMessage): void {
    if (message.status === 'scheduled') message.seq = this.nextSeq()
    message.status = 'ready'
    message.dueAt = undefined
    this.wait(message)
  }

  removeNextDue(): void {
    this.#due.removeFirst()
  }
}
