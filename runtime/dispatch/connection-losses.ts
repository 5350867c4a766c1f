import { backoffMs, type Backoff } from '../timing/backoff.ts'

/**
 * How often a message may lose the connection of its transaction before it is a dead letter.
 *
 * Such an attempt is no fault of the message as a rule: a database restarts, a proxy cuts. But a
 * handler may crash its own backend, each time; so the budget is large and has an end.
 */
const mostConnectionLosses = 20

const spread: Backoff = { firstMs: 200, longestMs: 30_000 }

/** How long a message waits after so many lost connections; in all some six minutes. `undefined`: the budget is spent. */
export function afterConnectionLoss(losses: number, random: number): number | undefined {
  return losses >= mostConnectionLosses ? undefined : backoffMs(losses, spread, random)
}
