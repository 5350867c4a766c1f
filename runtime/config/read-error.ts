import type { ErrorClass, ErrorPredicate } from './error-match.ts'

/** Errors that cause one another in a circle, or without end, are read so far. */
const mostCauses = 32

/** An error and everything that caused it, by `cause` and, of an AggregateError, `errors`; itself first. Never throws. */
export function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [error]
  for (let at = 0; at < found.length && found.length < mostCauses; at++) {
    for (const cause of [read(found[at], 'cause'), ...listOf(read(found[at], 'errors'))]) {
      if (cause !== undefined && cause !== null && !found.includes(cause)) found.push(cause)
    }
  }
  return found
}

/** The code of an error as text: libraries number theirs. Never throws. */
export function codeOf(error: unknown): string | undefined {
  const code = read(error, 'code')
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined
}

/** What an error says; of anything else that was thrown, the thing as text. Never throws. */
export function messageOf(error: unknown): string {
  const message = read(error, 'message')
  if (typeof message === 'string') return message
  return typeof error === 'string' || typeof error === 'number' ? String(error) : ''
}

/** What a person calls a class or a function. */
export function nameOf(meant: { readonly name: string }, unnamed: string): string {
  return meant.name === '' ? unnamed : meant.name
}

/** Classes are asked with instanceof, all other functions are called. */
export function isErrorClass(meant: ErrorClass | ErrorPredicate): meant is ErrorClass {
  const { prototype } = meant as { readonly prototype?: unknown }
  return meant === Error || prototype instanceof Error || /^class\b/.test(Function.prototype.toString.call(meant))
}

/** Handlers throw anything: a getter may throw, a proxy may be revoked. */
function read(value: unknown, member: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[member] : undefined
  } catch {
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostCauses) : []
}
