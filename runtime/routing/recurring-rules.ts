import type { RecurRule } from '../config/routes.ts'
import { JasperError } from '../errors/jasper-error.ts'

const longestName = 200

/** Throws `JASPER_BAD_OPTION`, `JASPER_UNKNOWN_MESSAGE` or `JASPER_NO_SUBSCRIBER` for a rule that cannot hold. */
export function checkedRecurring(rules: readonly RecurRule[], destinations: ReadonlyMap<string, readonly string[]>): readonly RecurRule[] {
  const names = new Set<string>()
  for (const { name, message, timetable, missed } of rules) {
    if (typeof name !== 'string' || !/^[^\0-\x1f]+$/.test(name) || name.length > longestName) {
      throw bad(`recur(${JSON.stringify(name)}) has no usable name. Give one of 1 to ${longestName} characters.`)
    }
    if (names.has(name)) throw bad(`recur(${JSON.stringify(name)}) stands twice in the routes. Give each rule a name of its own.`)
    names.add(name)
    const taken = destinations.get(message)
    if (taken === undefined) {
      const known = [...destinations.keys()].sort().join(', ')
      throw new JasperError('JASPER_UNKNOWN_MESSAGE', `recur(${JSON.stringify(name)}) names the message ${JSON.stringify(message)}, which this app does not have. Its messages are: ${known}.`)
    }
    if (taken.length === 0) {
      throw new JasperError('JASPER_NO_SUBSCRIBER', `recur(${JSON.stringify(name)}) sends ${message}, which nobody takes. Add a handler or a route.`)
    }
    if (typeof timetable?.next !== 'function' || typeof timetable.last !== 'function' || typeof timetable.description !== 'string') {
      throw bad(`recur(${JSON.stringify(name)}) has no timetable. Give at: cron('0 3 * * *', 'Europe/Berlin') from jasper-runtime/cron.`)
    }
    if (missed !== 'once' && missed !== 'skip') throw bad(`missed of recur(${JSON.stringify(name)}) is ${JSON.stringify(missed)}. It is 'once' or 'skip'.`)
  }
  return rules
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
