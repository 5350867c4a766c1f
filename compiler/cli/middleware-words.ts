import type { Verdict } from '../discover/considered.ts'
import type { MiddlewareRole } from '../discover/middleware.ts'

/** What middleware does, and in which chains. */
export function middlewareWords({ role, messages, makes, plugin }: Extract<Verdict, { readonly kind: 'middleware' }>): string {
  const kind = plugin === undefined ? `middleware (${role})` : `a step of the plugin ${plugin} (${role})`
  if (messages.length === 0) return `is ${kind}, and no chain has it`
  const made = makes.length === 0 ? '' : `, and makes ${makes.join(', ')}`
  return `is ${kind} in the chain${messages.length === 1 ? '' : 's'} of ${someOf(messages)}: ${roleWords[role]}${made}`
}

const roleWords: Readonly<Record<MiddlewareRole, string>> = {
  around: 'it is called with all that follows',
  before: 'it runs before the handlers',
  load: 'it runs before the handlers',
  validate: 'it runs before the handlers, and refuses the message where it gives reasons',
  after: 'it runs behind the handlers, before the message is settled',
  finally: 'it runs when all is over, whatever has happened',
}

/** As many as a person reads. */
const most = 6

function someOf(names: readonly string[]): string {
  const shown = names.length > most ? names.slice(0, most - 1) : names
  const others = names.length - shown.length
  return `${shown.join(', ')}${others === 0 ? '' : ` and ${others} others`}`
}
