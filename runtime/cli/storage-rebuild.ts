import { Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'

/** `jasper storage rebuild` */
export const runStorageRebuild: RunCommand = async (context) => {
  const { store, said, terminal, paint } = context
  if (!(await confirm(context, `All tables of ${store.description} will be dropped with every message, and made anew.`))) return exitCodes.usage
  const storage = new Storage(store)
  await storage.rebuild()
  const version = (await storage.schema())?.version
  if (said.has('json')) terminal.out(asDocument({ ok: true, version }))
  else terminal.out(`${paint('green', '✓')} The tables are new and empty, at version ${version}.\n`)
  return exitCodes.fine
}
