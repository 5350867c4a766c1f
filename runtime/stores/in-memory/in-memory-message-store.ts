import type { Clock } from '../../contracts/clock.ts'
import { defaultRules, noRules, type StoreRules } from '../../contracts/endpoint-rules.ts'
import type { MessageStore } from '../../contracts/message-store.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { systemClock } from '../../timing/system-clock.ts'
import { toMilliseconds } from '../../timing/duration.ts'
import { deadLetters } from './dead-letters.ts'
import type { Taking } from './endpoint-queue.ts'
import { InMemoryRows } from './in-memory-rows.ts'
import { incomingMessages, insertsInto } from './incoming.ts'
import { inMemoryNodes } from './nodes.ts'
import { inMemoryOperations } from './operations.ts'
import { inMemoryPauses } from './pauses.ts'
import { outgoingMessages } from './outgoing.ts'
import { recurringMessages } from './recurring-messages.ts'
import { scheduledMessages } from './scheduled-messages.ts'

export interface InMemoryOptions {
  /** How long the id of a handled message is remembered, so that a duplicate is dropped; `'1h'` when unsaid. */
  readonly dedupWindow?: Parameters<typeof toMilliseconds>[0]
}

/**
 * Messages in the memory of this process: lost when it ends, so for tests and for work that may be
 * lost. Handlers that ask for a transaction cannot use it.
 *
 * It is also the reference of what a store does: the model test holds the others against it.
 */
export function inMemory(options: InMemoryOptions = {}): MessageStore {
  return inMemoryStoreOver(new InMemoryRows(), options)
}

/** Another store over the same rows, as another process has over the same database. */
export function inMemoryStoreOver(shared: InMemoryRows, { dedupWindow = '1h' }: InMemoryOptions = {}): MessageStore {
  let clock: Clock = systemClock
  let isOpen = false
  let rules: StoreRules = noRules
  const now = (): number => clock.now().getTime()
  const rows = (): InMemoryRows => {
    if (isOpen) return shared
    throw new JasperError('JASPER_STORE_CLOSED', 'The in-memory store is not open.')
  }
  const isBlocking = (endpoint: string): boolean => (rules.endpoints.get(endpoint) ?? defaultRules).onDeadLetter === 'block'
  const taking = (all: InMemoryRows, endpoint: string, parked: boolean): Taking => ({
    isBlocked: (message) => isBlocking(endpoint) && all.isBehindDeadLetter(message),
    mayUnpark: ({ envelope: { messageType, messageVersion } }) =>
      parked && rules.handles.some((known) => known.messageType === messageType && known.messageVersion === messageVersion),
  })
  const nodes = inMemoryNodes(rows, now, taking)
  const usualWindowMs = toMilliseconds(dedupWindow, 'inMemory({ dedupWindow })')
  const dedupWindowMs = (endpoint: string): number => rules.endpoints.get(endpoint)?.dedupWindowMs ?? usualWindowMs
  const parts = { rows, now, taking, isBlocking, dedupWindowMs }
  const insert = insertsInto(parts)
  return {
    description: 'in memory',
    capabilities: { durable: false, dialect: undefined, wakesOtherProcesses: false },
    incoming: incomingMessages(parts),
    outgoing: outgoingMessages({ rows, now, insert: (all, messages) => insert(all, messages, true) }),
    scheduled: scheduledMessages(parts),
    // Nobody can send by SQL here.
    unrouted: { route: async () => 0, park: async () => 0, list: async () => [], discard: async () => 0 },
    recurring: recurringMessages({ rows, now, insert: (all, messages) => insert(all, messages, true) }),
    deadLetters: deadLetters(rows, now),
    nodes,
    pauses: inMemoryPauses(rows, now),
    operations: inMemoryOperations(rows, now),
    wakeUps: {
      // Whoever sends in this process wakes its own endpoints, and there is no other process.
      async listen() {
        rows()
      },
      notify() {},
    },

    async open(options) {
      if (shared.appName !== undefined && shared.appName !== options.appName) {
        throw new JasperError(
          'JASPER_STORE_OWNED',
          `This in-memory store holds the messages of the application ${JSON.stringify(shared.appName)}, and this one is ` +
            `${JSON.stringify(options.appName)}. Give each application a store of its own.`,
        )
      }
      shared.appName = options.appName
      clock = options.clock
      rules = options.rules ?? noRules
      isOpen = true
    },

    async openForOperator() {
      throw new JasperError(
        'JASPER_NOT_SUPPORTED',
        'An in-memory store is seen by its own process alone. Ask the app: app.counts(), app.deadLetters, app.health().',
      )
    },

    async close() {
      if (!isOpen) return
      isOpen = false
      nodes.disconnect()
    },

    dataHandle: () => undefined,
  }
}
