import type { LogFields, Logger } from '../../contracts/logger.ts'

/** A log that keeps what is written before there is a real one, such as where the data went. */
export interface EarlyLog extends Logger {
  /** Passes on what was kept, in order, and everything from now on. */
  writeTo(log: Logger): void
}

const most = 100

export function earlyLog(): EarlyLog {
  let target: Logger | undefined
  const kept: ((log: Logger) => void)[] = []
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (event: string, fields?: LogFields) => {
    if (target !== undefined) target[level](event, fields)
    else if (kept.length < most) kept.push((log) => log[level](event, fields))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    writeTo(log) {
      target = log
      for (const write of kept.splice(0)) write(log)
    },
  }
}
