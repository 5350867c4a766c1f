import { describe, expect, it } from 'vitest'
import type { IncomingMessages, NewMessage } from '../../runtime/contracts/message-store.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'
import { InsertBatches } from '../../runtime/outbox/insert-batches.ts'
import { ManualClock } from '../support/manual-clock.ts'

function row(n: number): NewMessage {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
  const about = { id, messageType: 'X', messageVersion: 1, body: new Uint8Array(), destination: 'local://x' }
  return { envelope: newEnvelope({ ...about, options: undefined, parent: undefined, now: new Date(0) }), owner: undefined, lane: undefined }
}

/** A database that is away until the test says otherwise. */
function scene() {
  const stored: string[] = []
  let away = true
  const incoming = {
    insert(messages: readonly NewMessage[]) {
      if (away) return Promise.reject(new JasperError('JASPER_STORE_UNREACHABLE', 'away'))
      stored.push(...messages.map(({ envelope }) => envelope.id))
      return Promise.resolve()
    },
  } as Partial<IncomingMessages> as IncomingMessages
  const clock = new ManualClock()
  return { clock, stored, inserts: new InsertBatches(incoming, clock), back: () => (away = false) }
}

describe('sends while the database is away', () => {
  it('all learn of it after 15 s, however many there are', async () => {
    const { clock, inserts } = scene()
    const refused: number[] = []
    for (let n = 0; n < 1_200; n++) inserts.insert([row(n)], false).catch(() => refused.push(n))
    await clock.advance(14_000)
    expect(refused).toHaveLength(0)
    // The last try may have begun just before the 15 s were over, and waits up to 5 s for the next.
    await clock.advance(7_000)
    expect(refused).toHaveLength(1_200)
  })

  it('hold when it comes back in time', async () => {
    const { clock, inserts, stored, back } = scene()
    const sends = Promise.all([1, 2, 3].map((n) => inserts.insert([row(n)], false)))
    await clock.advance(9_000)
    back()
    await clock.advance(5_000)
    await sends
    expect(stored).toHaveLength(3)
  })
})
