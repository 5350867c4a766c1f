import type { OnStage } from '../stage.ts'
import type { OutputFormat } from './commands.ts'
import { painter, type Terminal } from './terminal.ts'

/**
 * Runs what may take seconds, and says meanwhile what it is at, on a line that is gone when it is over. Work that
 * needs no compiler is over before there is anything to say, and documents for programs have no such line.
 */
export async function withProgress<T>(
  terminal: Terminal,
  format: OutputFormat,
  work: (onStage: OnStage | undefined) => Promise<T>,
): Promise<T> {
  const { progress } = terminal
  if (progress === undefined || format === 'json') return work(undefined)
  const paint = painter(terminal.color)
  try {
    return await work((stage) => progress(paint('dim', `${stage} …`)))
  } finally {
    progress('')
  }
}
