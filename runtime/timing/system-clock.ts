import type { Clock } from '../contracts/clock.ts'

/** The clock of the machine. The only place where the runtime reads time or sets timers. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  timer(ms, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimer))
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(handle)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const handle = setTimeout(done, Math.min(Math.max(ms, 0), longestTimer))
      signal?.addEventListener('abort', done, { once: true })
    })
  },
}

/** setTimeout fires at once beyond 2^31 - 1 ms; timers that wait for days are set again when they fire. */
const longestTimer = 2 ** 31 - 1
