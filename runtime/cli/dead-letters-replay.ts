import { DeadLetterOffice } from '../durability/dead-letter-office.ts'
import { systemClock } from '../timing/system-clock.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { counted, duration } from './in-words.ts'
import { UsageError } from './usage-error.ts'
import { meantBy } from './which-dead-letters.ts'

/** `jasper dead-letters replay` */
export const runDeadLettersReplay: RunCommand = async (context) => {
  const { store, said, operands, terminal, paint, now, interrupted } = context
  const filter = meantBy(said, now, operands)
  const rate = rateOf(context)
  const matching = (await store.deadLetters.summary(filter)).reduce((sum, { count }) => sum + count, 0)
  const quiet = said.has('json')
  if (!quiet && rate !== undefined && matching > rate) terminal.error(`${counted(matching, 'message')} at ${rate} a second: about ${duration((matching / rate) * 1_000)}. Ctrl-C ends it; the same command goes on.\n`)
  // The store itself wakes the processes that listen.
  const office = new DeadLetterOffice({ deadLetters: store.deadLetters, clock: systemClock, wake: () => undefined })
  const replayed = await office.replay(filter, {
    ...(rate === undefined ? {} : { rate }),
    signal: interrupted,
    onProgress: (count) => {
      if (!quiet && terminal.ask !== undefined) terminal.error(`\r${count.toLocaleString('en-US')} of ${matching.toLocaleString('en-US')}`)
    },
  })
  if (!quiet && terminal.ask !== undefined && replayed > 0) terminal.error('\n')
  const wasInterrupted = interrupted.aborted && replayed < matching
  if (quiet) terminal.out(asDocument({ ok: !wasInterrupted, replayed, matching, interrupted: wasInterrupted }))
  else if (wasInterrupted) terminal.out(`${paint('yellow', '!')} Interrupted after ${counted(replayed, 'message')} of ${matching.toLocaleString('en-US')}. The rest are still dead letters; the same command goes on with them.\n`)
  else if (matching === 0) terminal.out('No dead letter matches; nothing was replayed.\n')
  else terminal.out(`${paint('green', '✓')} ${counted(replayed, 'message')} back in ${replayed === 1 ? 'its queue' : 'their queues'}, in the order in which they came.\n${left(matching - replayed)}`)
  if (wasInterrupted) return exitCodes.interrupted
  return matching === 0 && operands.length > 0 ? exitCodes.no : exitCodes.fine
}

function left(count: number): string {
  return count > 0 ? `  ${counted(count, 'letter')} stayed: somebody else replayed or discarded them, or the same message waits in its queue already.\n` : ''
}

function rateOf({ said }: CommandContext): number | undefined {
  const text = said.text('rate')
  if (text === undefined) return undefined
  const rate = Number(text)
  if (Number.isFinite(rate) && rate > 0) return rate
  throw new UsageError(`--rate is ${JSON.stringify(text)}. Give messages a second, a number above 0.`)
}
