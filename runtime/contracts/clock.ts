/** Where the runtime gets time from. Tests pass a clock that moves when they say so. */
export interface Clock {
  /** Wall-clock time; what a handler receives as `now`. */
  now(): Date
  /** Milliseconds that never go back and do not follow changes of the wall clock. */
  monotonic(): number
  /** Calls `callback` once after `ms` milliseconds. The timer does not keep the process alive. */
  timer(ms: number, callback: () => void): Timer
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A timer that was set by a {@link Clock}. */
export interface Timer {
  /** Idempotent. The callback is not called after this returns. */
  cancel(): void
}
