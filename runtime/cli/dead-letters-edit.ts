import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Envelope } from '../envelope/envelope.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { findDeadLetter } from './find-dead-letter.ts'
import { UsageError } from './usage-error.ts'

/** `jasper dead-letters edit` */
export const runDeadLettersEdit: RunCommand = async (context) => {
  const { store, said, terminal, paint } = context
  const letter = await findDeadLetter(context)
  if (letter === undefined) return exitCodes.no
  const body = await newBody(context)
  if (!said.has('raw')) checkBody(letter.envelope, body)
  const id = { id: letter.envelope.id, endpoint: letter.envelope.destination }
  const edited = await store.deadLetters.edit(id, body)
  const replayed = edited && said.has('replay') && (await store.deadLetters.replay([id])) === 1
  if (said.has('json')) terminal.out(asDocument({ ok: edited, edited, replayed }))
  else if (!edited) terminal.error('The dead letter went away meanwhile; nothing was edited.\n')
  else {
    const next = replayed ? `, and back in ${id.endpoint}` : `. Replay it with: jasper dead-letters replay ${id.id}`
    terminal.out(`${paint('green', '✓')} ${letter.envelope.messageType} ${id.id} has its new body${next}\n`)
  }
  return edited ? exitCodes.fine : exitCodes.no
}

async function newBody({ said, terminal }: CommandContext): Promise<Uint8Array> {
  const [text, file] = [said.text('body'), said.text('file')]
  if ((text === undefined) === (file === undefined)) throw new UsageError('Give the new body: --body with its text, or --file with a file (- is standard input).')
  if (text !== undefined) return new TextEncoder().encode(text)
  if (file === '-') return await terminal.read()
  try {
    return readFileSync(resolve(terminal.cwd, file!))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

/** An editor that ate a brace must not be found out by the app. */
function checkBody({ contentType, messageType }: Envelope, body: Uint8Array): void {
  if (!contentType.startsWith('application/json')) return
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw new UsageError(`The new body is not JSON, which ${messageType} is: ${(error as Error).message}. Nothing was edited. --raw takes it nevertheless.`, { cause: error })
  }
}
