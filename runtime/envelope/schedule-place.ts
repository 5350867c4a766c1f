import { JasperError } from '../errors/jasper-error.ts'

/** Where a page of scheduled messages ends. */
export interface SchedulePlace {
  /** ISO 8601, as precise as the store is. */
  readonly due: string
  readonly id: string
  readonly endpoint: string
}

const format = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\S.*)$/

/** A place as users carry it from page to page. */
export function writePlace({ due, id, endpoint }: SchedulePlace): string {
  return `${due} ${id} ${endpoint}`
}

/** Throws `JASPER_BAD_OPTION` for a text that `writePlace` has not made. */
export function readPlace(text: string): SchedulePlace {
  const [, due, id, endpoint] = format.exec(text) ?? []
  if (due !== undefined && id !== undefined && endpoint !== undefined && !text.includes('\0')) return { due, id, endpoint }
  throw new JasperError('JASPER_BAD_OPTION', `after is ${JSON.stringify(text)}. Give the next of the page before this one.`)
}
