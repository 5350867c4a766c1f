import type { Clock } from '../contracts/clock.ts'

/** Whether `work` was done in time. It goes on where it was not. */
export async function withinTime(clock: Clock, ms: number, work: Promise<void>): Promise<boolean> {
  const over = new AbortController()
  try {
    return await Promise.race([work.then(() => true), clock.sleep(ms, over.signal).then(() => false)])
  } finally {
    over.abort()
  }
}
