import type { Code } from '../code.ts'

export interface ReplyFrame {
  /** `result`, or `[orderPlaced, parcels]`. */
  readonly value: string
  /** `null` is no reply, as `undefined` is. */
  readonly optional: boolean
}

/** Spells reply. */
export function reply({ value, optional }: ReplyFrame): Code {
  return `return ${value}${optional ? ' ?? undefined' : ''}`
}
