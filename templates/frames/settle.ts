import type { Code } from '../code.ts'

/** Spells settle. */
export function settle(run: string): Code {
  return ['// What was sent, and that this message is done: the last statement before COMMIT.', `await ${run}.settle()`]
}
