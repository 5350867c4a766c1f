import type { CommandContext } from './commands.ts'
import { UsageError } from './usage-error.ts'

/**
 * Whether to go on with something that cannot be undone: `--yes`, or a person who types it.
 *
 * Throws a {@link UsageError} where neither is at hand: a script that forgot `--yes` must not destroy.
 */
export async function confirm({ said, terminal }: CommandContext, what: string): Promise<boolean> {
  if (said.has('yes')) return true
  if (terminal.ask === undefined) throw new UsageError(`${what} This cannot be undone, and there is nobody to ask: say --yes.`)
  const answer = await terminal.ask(`${what} This cannot be undone.\nType yes to go on: `)
  if (answer.trim().toLowerCase() === 'yes') return true
  terminal.error('Nothing was done.\n')
  return false
}
