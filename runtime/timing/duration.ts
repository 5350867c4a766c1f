import type { Duration } from '../bus/delivery-options.ts'
import { JasperError } from '../errors/jasper-error.ts'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration. `what` names the option in the error.
 *
 * Throws `JASPER_BAD_OPTION` for anything that is not a finite, non-negative length of time.
 */
export function toMilliseconds(duration: Duration, what: string): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
  } else {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration)
    if (match !== null) return Number(match[1]) * units[match[2]!]!
  }
  throw new JasperError(
    'JASPER_BAD_OPTION',
    `${what} is ${JSON.stringify(duration)}. Give milliseconds as a number, or a number with a unit such as '250ms', '30s', '10m', '2h', '7d'.`,
  )
}
