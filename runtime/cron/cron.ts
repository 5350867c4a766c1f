import type { Timetable } from '../contracts/timetable.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { loadCroner, type CronerPattern } from './load-croner.ts'

/**
 * A timetable by a cron expression, `'0 3 * * *'`, in an IANA time zone, such as `'Europe/Berlin'`; UTC
 * when unsaid. Six fields begin with seconds.
 *
 * Where clocks go forward, a time that does not exist that day ticks when the clock has jumped over it.
 * Where they go back, a time of day ticks once, the first time; a step such as every half hour, and
 * every hour, ticks in both.
 *
 * Throws `JASPER_BAD_OPTION` for an expression that cannot be read or never ticks, and for a time zone
 * that does not exist.
 */
export function cron(expression: string, timezone = 'UTC'): Timetable {
  const { Cron } = loadCroner()
  checkTimezone(timezone, expression)
  const fields = 'It has five fields: minute, hour, day, month, weekday'
  // croner takes a single date, too, which recurs once.
  if (typeof expression !== 'string' || !/^\S+(\s+\S+){4,6}$|^@\w+$/.test(expression.trim())) throw bad(expression, `cannot be read. ${fields}`)
  let pattern: CronerPattern
  try {
    pattern = new Cron(expression, { timezone, paused: true })
  } catch (error) {
    throw bad(expression, `cannot be read: ${(error as Error).message.replace(/\.$/, '')}. ${fields}`)
  }
  const next = (after: Date): Date | undefined => pattern.nextRun(after) ?? undefined
  if (next(new Date(0)) === undefined) throw bad(expression, 'never ticks. Name a day that exists')
  return {
    description: `${expression.trim().replace(/\s+/g, ' ')} (${timezone})`,
    next,
    last: (notAfter) => pattern.previousRuns(1, new Date(notAfter.getTime() + 1))[0],
  }
}

function checkTimezone(timezone: string, expression: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (error) {
    const mend = "Give an IANA name, such as 'Europe/Berlin'"
    throw new JasperError('JASPER_BAD_OPTION', `The time zone ${JSON.stringify(timezone)} of cron(${JSON.stringify(expression)}) is not known. ${mend}.`, {
      cause: error,
    })
  }
}

function bad(expression: string, what: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', `The cron expression ${JSON.stringify(expression)} ${what}.`)
}
