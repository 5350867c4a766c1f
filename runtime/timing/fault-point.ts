/**
 * The places where a crash hurts most. The crash suite stops or kills a process exactly there; in
 * production nothing is installed and a point costs one comparison.
 */
export type FaultPoint =
  /** bus.send: the row is about to be inserted. */
  | 'send.before-insert'
  /** bus.send: committed, the caller does not know yet. */
  | 'send.after-insert'
  /** A message was claimed, its handler has not begun. */
  | 'dispatch.after-claim'
  /** A claimed message is about to be kept in memory. A hook that throws makes the process forget it. */
  | 'dispatch.before-keep'
  /** Transactional handler: it returned, nothing of it is settled yet. */
  | 'transaction.before-settle'
  /** Transactional handler: settled and outgoing rows written, COMMIT not sent. */
  | 'transaction.before-commit'
  /** Transactional handler: committed, nothing handed over in memory. */
  | 'transaction.after-commit'
  /** outbox.transaction: outgoing rows written, COMMIT not sent. */
  | 'outbox.before-commit'
  /** outbox.transaction: committed, nothing handed over in memory, the caller does not know yet. */
  | 'outbox.after-commit'
  /** outbox.within: outgoing rows written, the caller may commit. */
  | 'outbox.within-written'
  /** jasper.send: a process has taken messages to route them. */
  | 'unrouted.after-claim'
  /** jasper.send: routed rows written, COMMIT not sent. */
  | 'unrouted.before-commit'
  /** jasper.send: routed and committed, nobody has been told. */
  | 'unrouted.after-commit'
  /** Handler without a transaction: it returned, its completion is not written. */
  | 'settle.before-write'
  /** Completion written, nothing handed over in memory. */
  | 'settle.after-write'
  /** An attempt failed and is counted in the store, the next one in this process has not begun. */
  | 'retry.before-attempt'
  /** Recurring message: its tick is due, nothing is written. */
  | 'recurring.before-fire'
  /** Recurring message: the tick and its message are committed, nothing is handed over in memory. */
  | 'recurring.after-fire'
  /** Relay: a batch is claimed, the transport does not have it. */
  | 'relay.before-send'
  /** Relay: the other side has the batch, its rows are still there. */
  | 'relay.after-send'
  /** Relay: the row of a sent message is gone. */
  | 'relay.after-settle'
  /** Listener: messages are stored, the transport has not heard. */
  | 'receive.after-insert'
  /** Graceful stop: running handlers have ended, claims are not yet released. */
  | 'stop.before-release'
  /** Take-over: the dead node is marked, its claims are not yet freed. */
  | 'takeover.after-mark'

let installed: ((point: FaultPoint) => void | Promise<void>) | undefined

/** For tests alone: called at each point; it may throw, wait, or end the process. */
export function installFaultPoints(hook: ((point: FaultPoint) => void | Promise<void>) | undefined): void {
  installed = hook
}

/** Whether somebody stops at points: what is done in one breath must then be done step by step. */
export function areFaultPointsInstalled(): boolean {
  return installed !== undefined
}

/** Passes a named point. Awaited only when a test has installed a hook. */
export function faultPoint(point: FaultPoint): void | Promise<void> {
  if (installed !== undefined) return installed(point)
}
