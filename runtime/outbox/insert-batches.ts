import type { Clock } from '../contracts/clock.ts'
import type { IncomingMessages, NewMessage } from '../contracts/message-store.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { backoffMs, storeBackoff } from '../timing/backoff.ts'
import { Batches } from '../timing/batches.ts'
import { faultPoint } from '../timing/fault-point.ts'

/** How many rows go into one insert at the most. */
const batchLimit = 500
/** A sender outside handlers learns after so long that the database does not answer. */
const giveUpAfterMs = 15_000

/**
 * Stores what is sent outside handlers. Sends that happen at the same time share one statement.
 *
 * A lost database is tried again under the same ids, so that an insert whose answer was lost is not
 * doubled. When the oldest send of a batch has waited for 15 s, all of the batch reject with
 * `JASPER_STORE_UNREACHABLE`: one by one they would each wait as long.
 */
export class InsertBatches {
  readonly #clock: Clock
  readonly #batches: Batches<Insert, JasperError | undefined>

  constructor(incoming: IncomingMessages, clock: Clock) {
    this.#clock = clock
    this.#batches = new Batches(batchLimit, async (sends) => {
      const rows = sends.flatMap((send) => send.rows)
      const chosenIds = sends.some((send) => send.chosenIds)
      const giveUpAt = sends[0]!.since + giveUpAfterMs
      await faultPoint('send.before-insert')
      for (let failures = 0; ; ) {
        try {
          await incoming.insert(rows, { mayExist: chosenIds || failures > 0 })
          break
        } catch (error) {
          failures += 1
          if (!JasperError.is(error, 'JASPER_STORE_UNREACHABLE')) throw error
          if (clock.monotonic() >= giveUpAt) return sends.map(() => error)
          await clock.sleep(backoffMs(failures, storeBackoff, Math.random()))
        }
      }
      await faultPoint('send.after-insert')
      return sends.map(() => undefined)
    })
  }

  /** `chosenIds`: the sender chose an id itself, so the message may have been stored or handled before. */
  async insert(rows: readonly NewMessage[], chosenIds: boolean): Promise<void> {
    if (rows.length === 0) return
    const error = await this.#batches.submit({ rows, chosenIds, since: this.#clock.monotonic() })
    if (error !== undefined) throw error
  }

  idle(): Promise<void> {
    return this.#batches.idle()
  }
}

interface Insert {
  readonly rows: readonly NewMessage[]
  readonly chosenIds: boolean
  /** When it was sent, on the monotonic clock. */
  readonly since: number
}
