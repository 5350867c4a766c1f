import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { counted, instant, relative } from './in-words.ts'
import { table } from './table.ts'
import { numberOf } from './which-dead-letters.ts'

/** `jasper scheduled list` */
export const runScheduledList: RunCommand = async ({ store, said, terminal, paint, now }) => {
  const [queue, type, after] = [said.text('queue'), said.text('type'), said.text('after')]
  const { messages, next } = await store.scheduled.list({
    limit: numberOf(said, 'limit', 20),
    ...(queue === undefined ? {} : { endpoint: queue }),
    ...(type === undefined ? {} : { messageType: type }),
    ...(after === undefined ? {} : { after }),
  })
  // Rules are few; they stand below the first page, unless somebody looks for something else.
  const recurring = (queue ?? type ?? after) === undefined ? (await store.recurring.look()).rules : []
  if (said.has('json')) {
    const list = messages.map(({ envelope: { id, messageType, correlationId, tenantId }, endpoint, dueAt }) => {
      return { id, queue: endpoint, messageType, dueAt, correlationId, tenantId }
    })
    terminal.out(asDocument({ ok: true, messages: list, next, recurring }))
  } else if (messages.length === 0) terminal.out(queue ?? type ?? after ? 'No scheduled message matches.\n' : 'Nothing is scheduled.\n')
  else {
    const rows = messages.map(({ envelope, endpoint, dueAt }) => [`${instant(dueAt)}, ${relative(dueAt, now)}`, envelope.messageType, endpoint, envelope.id])
    const columns = [{ head: 'due' }, { head: 'message', shrinks: true }, { head: 'queue', shrinks: true }, { head: 'id' }]
    terminal.out(`${table(columns, rows, terminal.columns, paint).join('\n')}\n`)
    terminal.out(`\n  ${next === undefined ? `${counted(messages.length, 'message')}, the soonest first.` : `More: the same with --after ${next}`}\n`)
  }
  if (recurring.length > 0 && !said.has('json')) {
    const rows = recurring.map((rule) => [rule.name, rule.messageType, rule.timetable, when(rule.nextAt, now), when(rule.lastAt, now)])
    const columns = [{ head: 'recurring' }, { head: 'message', shrinks: true }, { head: 'when', shrinks: true }, { head: 'next' }, { head: 'last' }]
    terminal.out(`\n${table(columns, rows, terminal.columns, paint).join('\n')}\n`)
  }
  return exitCodes.fine
}

function when(at: Date | undefined, now: Date): string {
  return at === undefined ? '·' : `${instant(at)}, ${relative(at, now)}`
}
