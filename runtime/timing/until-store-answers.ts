import type { Clock } from '../contracts/clock.ts'
import { mayPass } from '../errors/may-pass.ts'
import { backoffMs, storeBackoff } from './backoff.ts'

/**
 * Asks a store again, with backoff and without end, while it is away or refuses everybody; rejects
 * with any other error. `failures` is 0 at the first asking. `onFirstFailure` is called once at the most.
 */
export async function untilStoreAnswers<T>(
  clock: Clock,
  ask: (failures: number) => Promise<T>,
  onFirstFailure?: (error: unknown) => void,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await ask(failures)
    } catch (error) {
      if (!mayPass(error)) throw error
      failures += 1
      if (failures === 1) onFirstFailure?.(error)
      await clock.sleep(backoffMs(failures, storeBackoff, Math.random()))
    }
  }
}
