import type { LogFields, Logger } from '../contracts/logger.ts'

/** What an app logs to unless it brings a logger: warnings and errors, one line each, on standard error. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (event, fields) => console.warn(line('warn', event, fields)),
  error: (event, fields) => console.error(line('error', event, fields)),
}

function line(level: string, event: string, fields: LogFields = {}): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
  return [`jasper ${level}: ${event}`, ...rest].join(' ')
}
