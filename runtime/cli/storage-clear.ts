import { Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { counted } from './in-words.ts'

/** `jasper storage clear` */
export const runStorageClear: RunCommand = async (context) => {
  const { store, said, terminal, paint } = context
  const storage = new Storage(store)
  if (!said.has('yes')) {
    const all = [...(await storage.counts()), ...(await storage.outgoing()).map((one) => ({ ...one, deadLettered: 0 }))]
    const messages = all.reduce((sum, one) => sum + one.ready + one.claimed + one.scheduled + one.parked + one.deadLettered, 0)
    const what = `${counted(messages, 'message')} of ${(await storage.owner()) ?? 'no app'} in ${store.description} will be deleted.`
    if (!(await confirm(context, what))) return exitCodes.usage
  }
  const deleted = await storage.clear()
  if (said.has('json')) terminal.out(asDocument({ ok: true, deleted }))
  else terminal.out(`${paint('green', '✓')} ${deleted === 0 ? 'There was no message to delete.' : `${counted(deleted, 'message')} deleted.`}\n`)
  return exitCodes.fine
}
