import type { DeadLetterFilter } from '../contracts/message-store.ts'
import type { Said } from './read-arguments.ts'
import { UsageError } from './usage-error.ts'

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The filter that the options spell. Throws a {@link UsageError} for times that are none. */
export function filterOf(said: Said, now: Date, ids?: readonly string[]): DeadLetterFilter {
  return {
    ids,
    endpoint: said.text('queue'),
    messageType: said.text('type'),
    errorType: said.text('error'),
    errorText: said.text('text'),
    from: timeOf(said, 'since', now),
    until: timeOf(said, 'until', now),
  }
}

/** As `filterOf`, but whoever means every letter must say so. */
export function meantBy(said: Said, now: Date, ids: readonly string[]): DeadLetterFilter {
  for (const id of ids) checkId(id)
  const filter = filterOf(said, now, ids.length === 0 ? undefined : ids)
  const isNarrow = Object.values(filter).some((value) => value !== undefined)
  if (!isNarrow && !said.has('all')) throw new UsageError('Which dead letters? Give ids, a filter such as --type or --error, or --all.')
  if (isNarrow && said.has('all')) throw new UsageError('--all means every dead letter; leave it out beside ids and filters.')
  return filter
}

export function checkId(id: string): void {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return
  throw new UsageError(`${JSON.stringify(id)} is not the id of a message. \`jasper dead-letters list\` shows them whole.`)
}

function timeOf(said: Said, name: string, now: Date): Date | undefined {
  const text = said.text(name)
  if (text === undefined) return undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text) ?? []
  if (amount !== undefined) return new Date(now.getTime() - Number(amount) * units[unit!]!)
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : undefined
  if (at !== undefined && !Number.isNaN(at.getTime())) return at
  throw new UsageError(`--${name} is ${JSON.stringify(text)}. Say how long ago, such as 30m, 2h or 7d, or a date such as 2026-11-24T14:00Z.`)
}

/** A whole number above 0. */
export function numberOf(said: Said, name: string, unsaid: number): number {
  const text = said.text(name)
  if (text === undefined) return unsaid
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new UsageError(`--${name} is ${JSON.stringify(text)}. Give a whole number above 0.`)
}
