import { isAlive, Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { counted } from './in-words.ts'

/** `jasper storage release` */
export const runStorageRelease: RunCommand = async (context) => {
  const { store, said, terminal, paint } = context
  const storage = new Storage(store)
  const asked = said.text('node')
  const nodes = await storage.nodes()
  const named = nodes.find(({ id }) => id === asked)
  if (asked !== undefined && named === undefined) {
    const message = `There is no node ${asked}. Those that are: jasper nodes.`
    if (said.has('json')) terminal.out(asDocument({ ok: false, error: { code: 'NOT_FOUND', message } }))
    else terminal.error(`${message}\n`)
    return exitCodes.no
  }
  if (named !== undefined && isAlive(named)) {
    const what = `The node is alive: ${counted(named.claims, 'message')} will be taken from it, and what it does with them now will not be committed.`
    if (!(await confirm(context, what))) return exitCodes.usage
  }
  const released = await storage.release(asked)
  const dead = nodes.filter((node) => (asked === undefined ? !isAlive(node) : node === named))
  if (said.has('json')) terminal.out(asDocument({ ok: true, released, nodes: dead.map(({ id }) => id) }))
  else if (dead.length === 0) terminal.out(`${paint('green', '✓')} No node is dead; nothing was held that should be free.\n`)
  else terminal.out(`${paint('green', '✓')} ${counted(released, 'message')} of ${counted(dead.length, 'node')} freed.\n`)
  return exitCodes.fine
}
