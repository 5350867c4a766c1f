import { block, type Code } from '../code.ts'

export interface TransactionFrame {
  readonly run: string
  readonly adapter: string
  readonly tx: string
  /** `return ` where the work has a value. */
  readonly keyword: 'return await' | 'await'
  readonly body: Code
}

/** Spells transaction. */
export function transaction({ run, adapter, tx, keyword, body }: TransactionFrame): Code {
  return block(`${keyword} ${run}.inTransaction(${adapter}, async (${tx}) => {`, body, '})')
}
