import type { DeadLetter } from '../contracts/message-store.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext } from './commands.ts'
import { UsageError } from './usage-error.ts'
import { checkId } from './which-dead-letters.ts'

/** The dead letter that the command line names; `undefined` after saying that there is none. */
export async function findDeadLetter({ store, said, operands, terminal }: CommandContext): Promise<DeadLetter | undefined> {
  const [id = ''] = operands
  checkId(id)
  const endpoint = said.text('queue')
  const letters = await store.deadLetters.list({ ids: [id], endpoint, limit: 20 })
  if (letters.length > 1) {
    throw new UsageError(`Several queues have this message: ${letters.map(({ envelope }) => envelope.destination).join(', ')}. Say which with --queue.`)
  }
  if (letters.length === 1) return letters[0]
  const message = `There is no dead letter ${id}${endpoint === undefined ? '' : ` at ${endpoint}`}. It was replayed, discarded, or never died.`
  if (said.has('json')) terminal.out(asDocument({ ok: false, error: { code: 'NOT_FOUND', message } }))
  else terminal.error(`${message}\n`)
  return undefined
}
