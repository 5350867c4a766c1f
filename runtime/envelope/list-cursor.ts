import { JasperError } from '../errors/jasper-error.ts'

/** The place behind which a list goes on, as one word: whole numbers with dots between. */
export function writeCursor(...numbers: readonly number[]): string {
  return numbers.join('.')
}

/** The numbers of a cursor. Throws `JASPER_BAD_OPTION` unless there are `count` of them. */
export function readCursor(cursor: string, count: number): readonly number[] {
  const numbers = /^-?\d{1,16}(\.-?\d{1,16})*$/.test(cursor) ? cursor.split('.').map(Number) : []
  if (numbers.length === count) return numbers
  throw new JasperError('JASPER_BAD_OPTION', `${JSON.stringify(cursor)} is not a place in this list. Give the cursor of a letter, or nothing to begin.`)
}
