import { PriorityQueue } from './priority-queue.ts'
import type { StoredMessage } from './stored-message.ts'

/** What decides, besides the order, whether a message may be taken. */
export interface Taking {
  /** Whether a dead letter holds a message back in its lane. */
  readonly isBlocked: (message: StoredMessage) => boolean
  /** Parked messages that may be taken, too. */
  readonly mayUnpark: (message: StoredMessage) => boolean
}

/** No lane is blocked, and nothing that is parked is taken. */
export const takeWaiting: Taking = { isBlocked: () => false, mayUnpark: () => false }

/**
 * What waits at one endpoint, in the order of arrival.
 *
 * A message is added each time it comes to wait. Queues are not searched when a message leaves by
 * another way: entries that no longer hold are dropped when they come to the front. The head of a lane
 * is put among the `#heads` whenever another may have become the head, so a take costs what it takes,
 * however many lanes there are.
 */
export class EndpointQueue {
  readonly #free = new PriorityQueue<StoredMessage>()
  readonly #lanes = new Map<string, Lane>()
  /** The head of each lane that may be claimable, and some that were. */
  readonly #heads = new PriorityQueue<StoredMessage>()
  readonly #parked = new Set<StoredMessage>()

  /** The message has no owner, and is ready, delayed or parked. */
  add(message: StoredMessage): void {
    if (message.status === 'parked') this.#parked.add(message)
    if (message.lane !== undefined) {
      const { waiting, holder } = this.#lane(message.lane)
      waiting.add(message, message.seq)
      if (waiting.first() === message || holder === message) this.#offer(message.lane)
    } else if (message.status === 'ready') this.#free.add(message, message.seq)
  }

  /** The message is no longer in the store. */
  left(message: StoredMessage): void {
    this.#parked.delete(message)
    if (message.lane !== undefined) this.#offer(message.lane)
  }

  /**
   * Takes the oldest claimable messages out, at most `limit`, and gives each its owner at once: a message
   * may stand here more than once, and what has an owner waits no more.
   */
  take(limit: number, taking: Taking, own: (message: StoredMessage) => void): readonly StoredMessage[] {
    const parked = this.#claimableParked(taking)
    const blocked: StoredMessage[] = []
    const taken: StoredMessage[] = []
    while (taken.length < limit) {
      const first = oldest([this.#firstFree(), this.#firstHead(taking, blocked), parked[0]])
      if (first === undefined) break
      taken.push(first)
      if (first.status === 'parked') {
        parked.shift()
        this.#parked.delete(first)
      } else if (first.lane === undefined) this.#free.removeFirst()
      else this.#heads.removeFirst()
      if (first.lane !== undefined) this.#lane(first.lane).holder = first
      own(first)
    }
    for (const head of blocked) this.#heads.add(head, head.seq)
    return taken
  }

  hasClaimable(taking: Taking): boolean {
    const blocked: StoredMessage[] = []
    const found = this.#firstFree() ?? this.#firstHead(taking, blocked)
    for (const head of blocked) this.#heads.add(head, head.seq)
    return found !== undefined
  }

  hasParked(taking: Taking): boolean {
    return [...this.#parked].some(taking.mayUnpark)
  }

  #firstFree(): StoredMessage | undefined {
    return firstOf(this.#free, (message) => isWaiting(message) && message.status === 'ready')
  }

  /** The oldest head that may be taken. Those that a dead letter holds back are put into `blocked`. */
  #firstHead({ isBlocked }: Taking, blocked: StoredMessage[]): StoredMessage | undefined {
    for (;;) {
      const head = firstOf(this.#heads, (message) => message.status === 'ready' && this.#isFreeHead(message))
      if (head === undefined || !isBlocked(head)) return head
      this.#heads.removeFirst()
      blocked.push(head)
    }
  }

  #claimableParked({ mayUnpark, isBlocked }: Taking): StoredMessage[] {
    return [...this.#parked]
      .filter((message) => mayUnpark(message) && (message.lane === undefined || (this.#isFreeHead(message) && !isBlocked(message))))
      .sort((a, b) => a.seq - b.seq)
  }

  #isFreeHead(message: StoredMessage): boolean {
    const lane = this.#lanes.get(message.lane!)
    return lane !== undefined && !isHeld(lane) && headOf(lane) === message
  }

  /** Another message may be the head of this lane now, or the lane may be free. */
  #offer(name: string): void {
    const lane = this.#lane(name)
    if (isHeld(lane)) return
    const head = headOf(lane)
    if (head === undefined) this.#lanes.delete(name)
    else if (head.status === 'ready') this.#heads.add(head, head.seq)
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name)
    if (lane === undefined) this.#lanes.set(name, (lane = { waiting: new PriorityQueue(), holder: undefined }))
    return lane
  }
}

interface Lane {
  readonly waiting: PriorityQueue<StoredMessage>
  /** The message of this lane that was claimed last. */
  holder: StoredMessage | undefined
}

function isHeld({ holder }: Lane): boolean {
  return holder !== undefined && !holder.gone && holder.owner !== undefined
}

function headOf({ waiting }: Lane): StoredMessage | undefined {
  return firstOf(waiting, (message) => isWaiting(message) && message.status !== 'scheduled')
}

function isWaiting({ gone, owner }: StoredMessage): boolean {
  return !gone && owner === undefined
}

function oldest(messages: readonly (StoredMessage | undefined)[]): StoredMessage | undefined {
  return messages.reduce((a, b) => (a === undefined || (b !== undefined && b.seq < a.seq) ? b : a), undefined)
}

/** The first that fits; those before it fit no more, and are dropped. */
function firstOf(queue: PriorityQueue<StoredMessage>, fits: (message: StoredMessage) => boolean): StoredMessage | undefined {
  for (;;) {
    const first = queue.first()
    if (first === undefined || fits(first)) return first
    queue.removeFirst()
  }
}
