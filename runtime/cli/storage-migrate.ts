import type { SchemaStep } from '../contracts/message-store.ts'
import { isAlive, Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { CommandContext, RunCommand } from './commands.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { counted } from './in-words.ts'
import { UsageError } from './usage-error.ts'

/** `jasper storage migrate` */
export const runStorageMigrate: RunCommand = async (context) => {
  const { store, said, terminal, paint } = context
  const storage = new Storage(store)
  const state = await storage.schema()
  if (state === undefined) throw new UsageError(`${store.description} has no tables to migrate.`)
  const json = said.has('json')
  const dryRun = said.has('dry-run')
  const say = (text: string): void => (json ? undefined : terminal.out(text))
  if (state.pending.length === 0) {
    if (json) terminal.out(asDocument({ ok: true, ...state, dryRun, applied: [] }))
    say(`${paint('green', '✓')} ${store.description} is at version ${state.version}; there is nothing to do.\n`)
    return exitCodes.fine
  }
  say(`${store.description} is at version ${state.version}; ${counted(state.pending.length, 'step')} to version ${state.needed}:\n\n`)
  for (const step of state.pending) say(`  ${step.version}  ${step.name}${step.canRoll ? '' : paint('yellow', '  processes of the version before must have ended')}\n`)
  if (dryRun) {
    if (json) terminal.out(asDocument({ ok: true, ...state, dryRun, applied: [] }))
    say('\nNothing was done.\n')
    return exitCodes.fine
  }
  if (!(await mayGoOn(context, storage, state.version, state.pending))) return exitCodes.usage
  const applied = await storage.migrate()
  const after = await storage.schema()
  if (json) terminal.out(asDocument({ ok: true, ...after, dryRun, applied }))
  say(`\n${paint('green', '✓')} at version ${after?.version}, ${counted(applied.length, 'step')} applied\n`)
  return exitCodes.fine
}

/** A deploy that cannot roll stops what runs: a person must have thought of that. */
async function mayGoOn(context: CommandContext, storage: Storage, version: number, pending: readonly SchemaStep[]): Promise<boolean> {
  if (version === 0 || pending.every((step) => step.canRoll)) return true
  const alive = (await storage.nodes()).filter(isAlive).length
  return alive === 0 || (await confirm(context, `${counted(alive, 'process', 'processes')} of an older version will no longer work.`))
}
