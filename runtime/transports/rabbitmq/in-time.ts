import type { Clock } from '../../contracts/clock.ts'
import { JasperError } from '../../errors/jasper-error.ts'

/** The broker answers within so long, or not at all; less than the runtime waits for the outcome of a send. */
const answerWithinMs = 10_000

/**
 * The answer, or a rejection when the broker keeps it to itself: a quorum queue that has lost its leader can
 * hold up a channel for good. The channel is not used again.
 */
export async function inTime<T>(clock: Clock, answer: Promise<T>, what: string): Promise<T> {
  const over = new AbortController()
  const silence = clock.sleep(answerWithinMs, over.signal).then((): never => {
    throw new JasperError('JASPER_TRANSPORT_UNREACHABLE', `The broker has not answered within ${answerWithinMs / 1_000} s: ${what}.`)
  })
  silence.catch(() => undefined)
  try {
    return await Promise.race([answer, silence])
  } finally {
    over.abort()
    answer.catch(() => undefined)
  }
}
