import { DeadLetterOffice } from '../durability/dead-letter-office.ts'
import { systemClock } from '../timing/system-clock.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { counted } from './in-words.ts'
import { meantBy } from './which-dead-letters.ts'

/** `jasper dead-letters discard` */
export const runDeadLettersDiscard: RunCommand = async (context) => {
  const { store, said, operands, terminal, paint, now } = context
  const filter = meantBy(said, now, operands)
  const groups = await store.deadLetters.summary(filter)
  const matching = groups.reduce((sum, { count }) => sum + count, 0)
  if (matching > 0) {
    const kinds = groups.slice(0, 5).map(({ count, messageType, errorType }) => `${count.toLocaleString('en-US')} ${messageType} (${errorType})`)
    const what = `${counted(matching, 'dead letter')} will be deleted: ${kinds.join(', ')}${groups.length > 5 ? ' and others' : ''}.`
    if (!(await confirm(context, what))) return exitCodes.usage
  }
  const office = new DeadLetterOffice({ deadLetters: store.deadLetters, clock: systemClock, wake: () => undefined })
  const discarded = matching === 0 ? 0 : await office.discard(filter)
  if (said.has('json')) terminal.out(asDocument({ ok: true, discarded }))
  else if (matching === 0) terminal.out('No dead letter matches; nothing was discarded.\n')
  else terminal.out(`${paint('green', '✓')} ${counted(discarded, 'dead letter')} deleted.\n`)
  return matching === 0 && operands.length > 0 ? exitCodes.no : exitCodes.fine
}
