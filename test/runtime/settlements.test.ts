import { describe, expect, it } from 'vitest'
import type { IncomingMessages, Settlement } from '../../runtime/contracts/message-store.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { Settlements } from '../../runtime/inbox/settlements.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { keptLog } from './small-app.ts'

const complete = (id: string): Settlement => ({ kind: 'complete', claim: { id, endpoint: 'local://x', owner: 'o', epoch: 1 }, sends: [] })

/** A store that answers as the script says, then settles. */
function settling(script: (JasperError | undefined)[], poison?: string) {
  const asked: number[] = []
  const incoming = {
    settle(settlements: readonly Settlement[]) {
      asked.push(settlements.length)
      const error = script.shift()
      if (error !== undefined) return Promise.reject(error)
      if (settlements.some(({ claim }) => claim.id === poison)) return Promise.reject(new JasperError('JASPER_BAD_OPTION', 'cannot be stored'))
      return Promise.resolve(settlements.map(() => 'settled' as const))
    },
  } as Partial<IncomingMessages> as IncomingMessages
  const clock = new ManualClock()
  const log = keptLog()
  return { settlements: new Settlements(incoming, clock, log), clock, log, asked }
}

describe('settlements', () => {
  it.each(['JASPER_STORE_UNREACHABLE', 'JASPER_STORE_REFUSED'] as const)('are tried again until they hold after %s, and one line says so', async (code) => {
    const error = new JasperError(code, 'away')
    const { settlements, clock, log, asked } = settling(Array.from({ length: 20 }, () => error))
    const outcome = settlements.settle(complete('a'))
    for (let round = 0; round < 40; round++) await clock.advance(5_000)
    expect(await outcome).toBe('settled')
    expect(asked).toHaveLength(21)
    expect(log.lines.filter(({ event }) => event.includes('settling messages failed'))).toHaveLength(1)
  })

  it('that the store refuses fail alone; those beside them hold', async () => {
    const { settlements } = settling([], 'bad')
    const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((id) => settlements.settle(complete(id))))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
