import type { Claim, FailureCount, IncomingMessages, Settlement, SettlementOutcome } from '../../contracts/message-store.ts'
import type { Envelope } from '../../envelope/envelope.ts'
import { takeWaiting, type Taking } from './endpoint-queue.ts'
import type { InMemoryRows } from './in-memory-rows.ts'
import type { MessageQueues } from './message-queues.ts'
import { isPaused } from './pauses.ts'
import { holds, identity, type StoredMessage } from './stored-message.ts'

/** What decides whether messages of an endpoint may be taken, parked ones too where that is asked. */
export type TakingAt = (rows: InMemoryRows, endpoint: string, parked: boolean) => Taking

export interface RowsParts {
  /** Throws `JASPER_STORE_CLOSED` unless the store is open. */
  readonly rows: () => InMemoryRows
  readonly now: () => number
  /** Absent for outgoing messages: no dead letter holds their lanes, and parked ones are released, not claimed. */
  readonly taking?: TakingAt
  /** Absent for outgoing messages, which are not remembered. */
  readonly dedupWindowMs?: (endpoint: string) => number
  /** Stores what a completed message has sent. */
  readonly insert: (rows: InMemoryRows, messages: Extract<Settlement, { kind: 'complete' }>['sends']) => void
}

/** What is the same for messages that come in and for those that go out. */
export function sharedOperations(
  { rows: open, now, insert, taking, dedupWindowMs }: RowsParts,
  outgoing: boolean,
): Pick<IncomingMessages, 'claim' | 'settle' | 'holds' | 'ownedBy' | 'releaseDue'> {
  const queues = (): MessageQueues => open().queuesOf(outgoing)

  /** What was sent is not remembered: it may be sent again, and whoever receives it knows it. */
  const remember = ({ completed }: InMemoryRows, message: StoredMessage): void => {
    if (dedupWindowMs === undefined) return
    const key = identity(message.id, message.endpoint)
    completed.set(key, now() + dedupWindowMs(message.endpoint))
  }

  const settle = (rows: InMemoryRows, settlement: Settlement): SettlementOutcome => {
    const { messages } = rows.queuesOf(outgoing)
    const message = messages.get(identity(settlement.claim.id, settlement.claim.endpoint))
    if (!holds(message, settlement.claim)) return 'lost'
    switch (settlement.kind) {
      case 'complete':
        rows.queuesOf(outgoing).remove(message)
        remember(rows, message)
        insert(rows, settlement.sends)
        return 'settled'
      case 'discard':
        rows.queuesOf(outgoing).remove(message)
        remember(rows, message)
        return 'settled'
      case 'dead-letter':
        message.envelope = counted(message.envelope, settlement)
        rows.buryDead(message, settlement.error, now(), outgoing)
        return 'settled'
      case 'retry':
        message.envelope = counted(message.envelope, settlement)
        if (settlement.toEnd === true && message.lane === undefined) message.seq = rows.queuesOf(outgoing).nextSeq()
        message.status = settlement.delayMs > 0 ? 'delayed' : 'ready'
        message.dueAt = settlement.delayMs > 0 ? now() + settlement.delayMs : undefined
        break
      case 'keep':
        message.envelope = counted(message.envelope, settlement)
        return 'settled'
      case 'park':
        message.status = 'parked'
        message.parkedAt = now()
        message.parkedReason = settlement.reason
        break
      case 'release':
        break
    }
    message.owner = undefined
    rows.queuesOf(outgoing).wait(message)
    return 'settled'
  }

  return {
    async claim({ owner, endpoint, limit, parked = false }) {
      if (!outgoing && isPaused(open(), endpoint, now())) return []
      const rules = taking?.(open(), endpoint, parked) ?? takeWaiting
      const own = (message: StoredMessage): void => {
        message.owner = owner
        message.epoch += 1
        message.status = 'ready'
        message.parkedAt = undefined
      }
      return queues().queue(endpoint).take(limit, rules, own).map(({ id, epoch, envelope, lane }) => {
        return { claim: { id, endpoint, owner, epoch }, envelope, lane }
      })
    },

    async settle(settlements) {
      const rows = open()
      return settlements.map((settlement) => settle(rows, settlement))
    },

    async holds(claim) {
      return holds(queues().messages.get(identity(claim.id, claim.endpoint)), claim)
    },

    async ownedBy(owner) {
      const claims: Claim[] = []
      for (const message of queues().messages.values()) {
        if (message.owner === owner) claims.push({ id: message.id, endpoint: message.endpoint, owner, epoch: message.epoch })
      }
      return claims
    },

    async releaseDue(limit) {
      const rows = queues()
      const endpoints = new Set<string>()
      let next = rows.nextDue()
      for (let released = 0; released < limit && next !== undefined && next.dueAt! <= now(); released++) {
        rows.removeNextDue()
        rows.makeReady(next)
        endpoints.add(next.endpoint)
        next = rows.nextDue()
      }
      const nextDueInMs = next === undefined ? undefined : Math.max(0, next.dueAt! - now())
      return { endpoints: [...endpoints], more: nextDueInMs === 0, nextDueInMs }
    },
  }
}

function counted(envelope: Envelope, { attempts, connectionLosses, failures }: FailureCount): Envelope {
  return {
    ...envelope,
    attempts,
    connectionLosses: connectionLosses ?? envelope.connectionLosses,
    failures: failures ?? envelope.failures,
  }
}
