import { JasperError } from '../errors/jasper-error.ts'

/** `value`, or `JASPER_BAD_OPTION` naming `what` unless it is a whole number above 0. */
export function positive(value: number, what: string): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new JasperError('JASPER_BAD_OPTION', `${what} is ${String(value)}. Give a whole number above 0.`)
}
