import type { Nodes } from '../../contracts/message-store.ts'
import type { InMemoryRows, RegisteredNode } from './in-memory-rows.ts'
import type { MessageQueues } from './message-queues.ts'
import { schemeOf, waiting } from './outgoing.ts'
import type { TakingAt } from './shared-operations.ts'
import { isPaused, pausesIn } from './pauses.ts'
import { identity, type StoredMessage } from './stored-message.ts'

/** The nodes that registered through one store; the lock of a node is held while that store is open. */
export interface InMemoryNodes extends Nodes {
  disconnect(): void
}

export function inMemoryNodes(open: () => InMemoryRows, now: () => number, taking: TakingAt): InMemoryNodes {
  const own = new Set<RegisteredNode>()
  return {
    async register({ id, host, pid, schemes = [] }) {
      const { nodes } = open()
      const node = nodes.get(id) ?? { id, host, pid, startedAt: now(), schemes, beat: 0, beatAt: now(), connected: true, dead: false }
      node.schemes = schemes
      node.connected = true
      nodes.set(id, node)
      own.add(node)
    },

    async beat(nodeId, endpoints) {
      const rows = open()
      const node = rows.nodes.get(nodeId)
      const alive = node?.dead === false
      if (alive) {
        node.beat += 1
        node.beatAt = now()
      }
      const untilDue = (queues: MessageQueues): number | undefined => {
        const next = queues.nextDue()
        return next === undefined ? undefined : Math.max(0, next.dueAt! - now())
      }
      const schemes = node?.schemes ?? []
      return {
        alive,
        others: [...rows.nodes.values()]
          .filter(({ id }) => id !== nodeId)
          .map(({ id, host, beat, beatAt, connected, dead }) => ({
            id,
            host,
            beat: String(beat),
            beatAgeMs: Math.max(0, now() - beatAt),
            lockHeld: connected && !dead,
          })),
        claimable: endpoints.filter((endpoint) => {
          return !isPaused(rows, endpoint, now()) && rows.incoming.queue(endpoint).hasClaimable(taking(rows, endpoint, false))
        }),
        parked: endpoints.filter((endpoint) => rows.incoming.queue(endpoint).hasParked(taking(rows, endpoint, true))),
        sendable: endpointsOf(waiting(rows)).filter((destination) => schemes.includes(schemeOf(destination))),
        nextDueInMs: untilDue(rows.incoming),
        nextSendDueInMs: schemes.length === 0 ? undefined : untilDue(rows.outgoing),
        pauses: pausesIn(rows, now()),
        unbroken: node !== undefined && own.has(node),
      }
    },

    async takeOver(nodeId, limit) {
      const rows = open()
      const node = rows.nodes.get(nodeId)
      if (node !== undefined) node.dead = true
      const owned = ownedMessages(rows, (owner) => owner === nodeId)
      const page = owned.slice(0, limit)
      free(rows, page)
      const finished = page.length === owned.length
      if (finished) rows.nodes.delete(nodeId)
      return { released: page.length, endpoints: endpointsOf(page), finished }
    },

    async releaseOrphans(limit) {
      const rows = open()
      const page = ownedMessages(rows, (owner) => !rows.nodes.has(owner)).slice(0, limit)
      free(rows, page)
      return endpointsOf(page)
    },

    async leave(nodeId) {
      const rows = open()
      free(rows, ownedMessages(rows, (owner) => owner === nodeId))
      rows.nodes.delete(nodeId)
    },

    disconnect() {
      for (const node of own) node.connected = false
      own.clear()
    },
  }
}

function ownedMessages(rows: InMemoryRows, isMeant: (owner: string) => boolean): readonly StoredMessage[] {
  return [rows.incoming, rows.outgoing].flatMap(({ messages }) =>
    [...messages.values()].filter(({ owner }) => owner !== undefined && isMeant(owner)).sort((a, b) => a.seq - b.seq),
  )
}

/** Raising the epoch makes every copy of the old claim worthless. */
function free(rows: InMemoryRows, messages: readonly StoredMessage[]): void {
  for (const message of messages) {
    message.owner = undefined
    message.epoch += 1
    rows.queuesOf(rows.outgoing.messages.get(identity(message.id, message.endpoint)) === message).wait(message)
  }
}

function endpointsOf(messages: readonly StoredMessage[]): readonly string[] {
  return [...new Set(messages.map(({ endpoint }) => endpoint))]
}
