import type { DeadLetter } from '../contracts/message-store.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { findDeadLetter } from './find-dead-letter.ts'
import { counted, firstLine, instant, printable, relative } from './in-words.ts'
import { pairs, table } from './table.ts'

/** `jasper dead-letters show` */
export const runDeadLettersShow: RunCommand = async (context) => {
  const { said, terminal } = context
  const letter = await findDeadLetter(context)
  if (letter === undefined) return exitCodes.no
  if (said.has('json')) terminal.out(asDocument(asJson(letter)))
  else if (said.has('body')) terminal.out(letter.envelope.body)
  else terminal.out(inFull(letter, context))
  return exitCodes.fine
}

function inFull({ envelope, error, deadLetteredAt, editedAt, outgoing }: DeadLetter, { paint, now, terminal }: CommandContext): string {
  const at = (date: Date): string => `${instant(date)}, ${relative(date, now)}`
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', envelope.id],
    [outgoing ? 'could not be sent to' : 'queue', envelope.destination],
    ['sent', at(envelope.sentAt)],
    ['died', at(deadLetteredAt)],
    ['edited', editedAt && at(editedAt)],
    ['attempts', String(envelope.attempts)],
    ['lost connections', envelope.connectionLosses > 0 ? String(envelope.connectionLosses) : undefined],
    ['tenant', envelope.tenantId],
    ['ordering key', envelope.orderingKey],
    ['topic', envelope.topic],
    ['deliver by', envelope.deliverBy && at(envelope.deliverBy)],
    ['scheduled for', envelope.scheduledFor && at(envelope.scheduledFor)],
    ['correlation', envelope.correlationId],
    ['conversation', envelope.conversationId],
    ['caused by', envelope.causationId],
    ['reply to', envelope.replyTo],
    ['saga', envelope.sagaId],
    ['trace', envelope.traceparent],
    ...Object.entries(envelope.headers).map(([name, value]) => [`header ${name}`, value] as const),
  ]
  const version = envelope.messageVersion === 1 ? '' : ` version ${envelope.messageVersion}`
  const told = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)
  const lines = [`${paint('bold', envelope.messageType)}${version}`, '', ...pairs(told, paint), '', paint('bold', 'Error'), '']
  lines.push(...indented(error.stack ?? `${error.type}: ${error.message}`))
  if (error.stack !== undefined && !error.stack.includes(error.message)) lines.push(...indented(`${error.type}: ${error.message}`))
  if (envelope.failures.length > 0) {
    const rows = envelope.failures.map((failed) => [String(failed.number), instant(failed.at), `${failed.type}: ${firstLine(failed.message)}`, failed.node])
    const columns = [{ head: 'attempt', right: true }, { head: 'failed' }, { head: 'error', shrinks: true }, { head: 'node' }]
    lines.push('', paint('bold', 'Attempts'), '', ...table(columns, rows, terminal.columns, paint))
  }
  const { text, isWhole } = readable(envelope.body)
  lines.push('', `${paint('bold', 'Body')} ${paint('dim', `${envelope.contentType}, ${counted(envelope.body.byteLength, 'byte')}`)}`, '', ...indented(text))
  if (!isWhole) lines.push('', '  The bytes as they are: --body.')
  return `${lines.join('\n')}\n`
}

function indented(text: string): readonly string[] {
  return printable(text).split('\n').map((line) => `  ${line}`.trimEnd())
}

const longest = 20_000

/** JSON as people like it, other text as it is, and bytes that are no text in hexadecimal. */
function readable(body: Uint8Array): { readonly text: string; readonly isWhole: boolean } {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return { text: `${Buffer.from(body.subarray(0, 256)).toString('hex').replace(/(.{64})/g, '$1\n')}`, isWhole: false }
  }
  try {
    text = JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    // Shown as it came.
  }
  return text.length > longest ? { text: `${text.slice(0, longest)}…`, isWhole: false } : { text, isWhole: true }
}

function asJson({ envelope, error, deadLetteredAt, editedAt, outgoing, cursor }: DeadLetter): Parameters<typeof asDocument>[0] {
  const { body, ...rest } = envelope
  let text: string | undefined
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    // The bytes are below.
  }
  return { ok: true, envelope: rest, error, deadLetteredAt, editedAt, outgoing, cursor, body: text, bodyBase64: Buffer.from(body).toString('base64') }
}
