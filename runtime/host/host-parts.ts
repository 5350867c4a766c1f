import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { MessageStore } from '../contracts/message-store.ts'
import type { AnyTransactionAdapter } from '../contracts/transaction-adapter.ts'
import type { Transports } from '../routing/transports.ts'
import type { AppDefinition } from './build-app.ts'

/** What an app is made of, its author's options read and checked. */
export interface HostParts {
  readonly definition: AppDefinition
  readonly name: string
  readonly store: MessageStore
  readonly transports: Transports
  readonly data: Readonly<Record<string, unknown>>
  readonly transactions: readonly AnyTransactionAdapter[]
  readonly services: object
  readonly log: Logger
  readonly clock: Clock
  readonly stopTimeoutMs: number
  readonly parkForMs: number
  readonly sendOnly: boolean
  readonly recovery: boolean
  /** `undefined`: for ever. */
  readonly keepDeadLettersMs: number | undefined
}
