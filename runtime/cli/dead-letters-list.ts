import type { DeadLetter } from '../contracts/message-store.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { counted, firstLine, instant, relative } from './in-words.ts'
import { table } from './table.ts'
import { filterOf, numberOf } from './which-dead-letters.ts'

/** `jasper dead-letters list` */
export const runDeadLettersList: RunCommand = async (context) => {
  if (context.said.has('summary')) return await summarise(context)
  const { store, said, terminal, paint, now } = context
  const limit = numberOf(said, 'limit', 20)
  // One more than is shown tells whether there is more.
  const found = await store.deadLetters.list({ ...filterOf(said, now), limit: limit + 1, after: said.text('after') })
  const letters = found.slice(0, limit)
  const next = found.length > limit ? letters.at(-1)?.cursor : undefined
  if (said.has('json')) terminal.out(asDocument({ ok: true, letters: letters.map(inShort), next }))
  else if (letters.length === 0) terminal.out(nothing(context))
  else {
    const columns = [{ head: 'died' }, { head: 'message', shrinks: true }, { head: 'queue', shrinks: true }, { head: 'tries', right: true }, { head: 'id' }, { head: 'error', shrinks: true }]
    const rows = letters.map(({ envelope, error, deadLetteredAt }) => [
      `${instant(deadLetteredAt)}, ${relative(deadLetteredAt, now)}`,
      envelope.messageType,
      envelope.destination,
      String(envelope.attempts),
      envelope.id,
      `${error.type}: ${firstLine(error.message)}`,
    ])
    terminal.out(`${table(columns, rows, terminal.columns, paint).join('\n')}\n`)
    terminal.out(`\n  ${next === undefined ? `${counted(letters.length, 'dead letter')}.` : `More: the same with --after ${next}`}\n`)
  }
  return exitCodes.fine
}

async function summarise({ store, said, terminal, paint, now, operands }: CommandContext): Promise<typeof exitCodes.fine> {
  const groups = await store.deadLetters.summary(filterOf(said, now))
  if (said.has('json')) terminal.out(asDocument({ ok: true, groups }))
  else if (groups.length === 0) terminal.out(nothing({ said, operands }))
  else {
    const columns = [{ head: 'letters', right: true }, { head: 'error', shrinks: true }, { head: 'message', shrinks: true }, { head: 'queue', shrinks: true }, { head: 'newest' }, { head: 'oldest' }]
    const rows = groups.map(({ count, errorType, messageType, endpoint, newest, oldest }) => [
      count.toLocaleString('en-US'),
      errorType,
      messageType,
      endpoint,
      relative(newest, now),
      relative(oldest, now),
    ])
    const all = groups.reduce((sum, { count }) => sum + count, 0)
    terminal.out(`${paint('bold', counted(all, 'dead letter'))}\n\n${table(columns, rows, terminal.columns, paint).join('\n')}\n`)
  }
  return exitCodes.fine
}

function nothing({ said }: Pick<CommandContext, 'said' | 'operands'>): string {
  const isNarrow = ['queue', 'type', 'error', 'text', 'since', 'until', 'after'].some((name) => said.has(name))
  return isNarrow ? 'No dead letter matches.\n' : 'No letter is dead. Sleep well.\n'
}

function inShort({ envelope, error, deadLetteredAt, editedAt, outgoing }: DeadLetter): object {
  const { id, destination, messageType, messageVersion, attempts, correlationId, tenantId, sentAt } = envelope
  const message = { id, queue: destination, messageType, messageVersion, attempts, correlationId, tenantId, sentAt }
  return { ...message, deadLetteredAt, editedAt, outgoing, error: { type: error.type, message: error.message } }
}
