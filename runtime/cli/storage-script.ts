import { Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import type { Said } from './read-arguments.ts'
import { UsageError } from './usage-error.ts'

/** `jasper storage script` */
export const runStorageScript: RunCommand = async ({ store, said, terminal }) => {
  const script = new Storage(store).script({ from: versionOf(said, 'from'), to: versionOf(said, 'to') })
  if (script === '') throw new UsageError(`${store.description} has no tables, and so no script.`)
  terminal.out(said.has('json') ? asDocument({ ok: true, script }) : script)
  return exitCodes.fine
}

function versionOf(said: Said, name: string): number | undefined {
  const text = said.text(name)
  if (text === undefined || /^\d{1,6}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new UsageError(`--${name} is ${JSON.stringify(text)}. Give the number of a schema version.`)
}
