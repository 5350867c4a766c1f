// For everyone who writes an application.
export type {
  App,
  AppDescription,
  AppOptions,
  ChainDescription,
  EndpointDescription,
  SenderDescription,
  Senders,
  TransactionalOutbox,
  TransportDescription,
  TransportsApi,
  WithinOptions,
} from './host/app.ts'
export type { EndpointHealth, Health, NodeHealth, StoreHealth } from './host/health.ts'
export { resetForTests, type Storage } from './durability/storage.ts'
export type { DeadLetterOffice, ReplayOptions, WhichDeadLetters } from './durability/dead-letter-office.ts'
export type { RecurringMessage, ScheduledApi } from './durability/scheduled.ts'
export type { MessageBus, MessageContext, MessageRequester, MessageSender } from './bus/message-context.ts'
export type { RequestOptions } from './bus/request-options.ts'
export type { RequestCounts } from './replies/requests.ts'
export type { DeliveryOptions, Duration } from './bus/delivery-options.ts'
export {
  delayed,
  reply,
  scheduled,
  sendTo,
  withOptions,
  type Reply,
  type Scheduled,
  type SentTo,
  type WithOptions,
  type Wrappable,
  type WrappedMessage,
  type WrapperKind,
} from './bus/wrapped-message.ts'
export type { SideEffect } from './bus/side-effect.ts'
// `export *`, because generated code adds members to RegisteredMessages, and TypeScript merges
// declarations only into names that a module declares or re-exports as a whole.
export * from './bus/message-map.ts'
export type { PreviewedDestination, RoutePreview } from './routing/preview-routes.ts'
export type { Envelope } from './envelope/envelope.ts'
export type { Logger, LogFields } from './contracts/logger.ts'
export type { EndpointState, PauseOptions } from './inbox/endpoint-control.ts'
export { consoleLogger } from './host/console-logger.ts'
export { inMemory, type InMemoryOptions } from './stores/in-memory/index.ts'
export { JasperError } from './errors/jasper-error.ts'
export { RejectedError } from './errors/rejected-error.ts'
export { RequestFailedError, type RemoteError } from './errors/request-failed-error.ts'
export { errorCodes, type ErrorCode } from './errors/error-codes.ts'

// For those who write a store, a data-access integration, or a test.
export type { Clock, Timer } from './contracts/clock.ts'
export type * from './contracts/message-store.ts'
export type * from './contracts/transport.ts'
export { toHeaders } from './envelope/travel-headers.ts'
export type { SqlResult, SqlStatement, SqlValue } from './contracts/statement.ts'
export type { AnyTransactionAdapter, CallersTransactions, IsolationLevel, SqlDialect, TransactionAdapter, TransactionOptions } from './contracts/transaction-adapter.ts'
