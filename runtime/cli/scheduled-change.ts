import type { ScheduleChange, ScheduleOutcome } from '../contracts/message-store.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { instant, relative } from './in-words.ts'
import { UsageError } from './usage-error.ts'
import { checkId } from './which-dead-letters.ts'

const tooLate: Readonly<Record<Exclude<ScheduleOutcome, 'changed'>, string>> = {
  due: 'too late: its time had come',
  handled: 'too late: it was handled',
  'dead-lettered': 'too late: it is a dead letter',
}

/** `jasper scheduled cancel` */
export const runScheduledCancel: RunCommand = async (context) => {
  const [id = ''] = context.operands
  checkId(id)
  if (!(await confirm(context, `The message ${id} will not be handled, unless its time has come.`))) return exitCodes.usage
  return report(context, id, await context.store.scheduled.cancel(id.toLowerCase()), 'cancelled')
}

/** `jasper scheduled reschedule`. Running processes see the new time with their next beat, within 1.2 s. */
export const runScheduledReschedule: RunCommand = async (context) => {
  const [id = '', when = ''] = context.operands
  checkId(id)
  const at = timeOf(when, context.now)
  return report(context, id, await context.store.scheduled.reschedule(id.toLowerCase(), at), `now due at ${instant(at)}, ${relative(at, context.now)}`)
}

function report({ said, terminal, paint }: CommandContext, id: string, change: ScheduleChange, done: string): ExitCode {
  const outcomes = Object.entries(change)
  const ok = outcomes.some(([, outcome]) => outcome === 'changed')
  if (said.has('json')) terminal.out(asDocument({ ok, id, queues: change }))
  else if (outcomes.length === 0) terminal.error(`No message ${id} is known: it never was, was cancelled, or was handled some time ago.\n`)
  else {
    for (const [queue, outcome] of outcomes) {
      terminal.out(outcome === 'changed' ? `${paint('green', '✓')} ${queue}  ${done}\n` : `${paint('red', '✗')} ${queue}  ${tooLate[outcome]}\n`)
    }
  }
  return ok ? exitCodes.fine : exitCodes.no
}

/** `30m` from now, or a date. */
function timeOf(text: string, now: Date): Date {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text) ?? []
  const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  const at = amount === undefined ? new Date(/^\d{4}-\d{2}-\d{2}/.test(text) ? text : Number.NaN) : new Date(now.getTime() + Number(amount) * units[unit!]!)
  if (!Number.isNaN(at.getTime())) return at
  throw new UsageError(`${JSON.stringify(text)} is no time. Say in how long, such as 30m or 2h, or a date such as 2026-11-24T14:00Z.`)
}
