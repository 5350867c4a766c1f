import type { Clock } from '../contracts/clock.ts'
import type { SendOutcome, TransportSender } from '../contracts/transport.ts'
import type { Envelope } from '../envelope/envelope.ts'

/** A transport that says nothing for so long does not know; what it was given is sent again. */
const answerWithinMs = 30_000

/** What became of a batch. Never rejects: whatever a transport does, each message has an outcome. */
export async function sendInTime(clock: Clock, sender: TransportSender, envelopes: readonly Envelope[]): Promise<readonly SendOutcome[]> {
  const all = (detail: string): readonly SendOutcome[] => envelopes.map(() => ({ kind: 'failed', detail }))
  const over = new AbortController()
  try {
    const outcomes = await Promise.race([
      sender.send(envelopes.map(asItTravels)),
      clock.sleep(answerWithinMs, over.signal).then(() => all(`no answer within ${answerWithinMs / 1_000} s`)),
    ])
    return envelopes.map((_, at) => outcomes[at] ?? { kind: 'failed', detail: 'the transport gave no outcome' })
  } catch (error) {
    return all(String(error))
  } finally {
    over.abort()
  }
}

/** Failed attempts at sending are the sender's own business. */
function asItTravels(envelope: Envelope): Envelope {
  return { ...envelope, attempts: 0, connectionLosses: 0, failures: [] }
}
