import type { Clock } from '../contracts/clock.ts'
import type { Logger } from '../contracts/logger.ts'
import type { IncomingMessages, Settlement, SettlementOutcome } from '../contracts/message-store.ts'
import { Batches } from '../timing/batches.ts'
import { faultPoint } from '../timing/fault-point.ts'
import { untilStoreAnswers } from '../timing/until-store-answers.ts'

const batchLimit = 500

/**
 * Writes what became of claimed messages, many at a time.
 *
 * A settlement is never dropped because the database is away: it is tried again until it holds, and
 * meanwhile its message keeps its place in memory, so that an endpoint takes no more than its limit.
 * A repeated settlement whose first answer was lost is `lost`: whichever way it went, the claim is gone.
 */
export class Settlements {
  readonly #batches: Batches<Settlement, SettlementOutcome>

  constructor(rows: Pick<IncomingMessages, 'settle'>, clock: Clock, log: Logger) {
    this.#batches = new Batches(batchLimit, async (settlements) => {
      await faultPoint('settle.before-write')
      const outcomes = await untilStoreAnswers(
        clock,
        () => rows.settle(settlements),
        (error) => log.warn('settling messages failed; trying again until it holds', { messages: settlements.length, error: String(error) }),
      )
      await faultPoint('settle.after-write')
      return outcomes
    })
  }

  /** Rejects only when the store refuses this settlement itself. */
  settle(settlement: Settlement): Promise<SettlementOutcome> {
    return this.#batches.submit(settlement)
  }

  idle(): Promise<void> {
    return this.#batches.idle()
  }
}
