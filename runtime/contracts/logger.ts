/**
 * Where the runtime writes what happens.
 *
 * `event` is a short, stable sentence; `fields` holds ids and numbers. Message bodies and secrets
 * are never passed. An implementation must not throw.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** Flat values only, so that any log store can index them. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>
