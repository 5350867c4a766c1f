import type { Code } from '../code.ts'

/** Spells keep: a value for those who run when it may not have been made. */
export function keep(kept: string, value: string): Code {
  return `${kept} = ${value}`
}
