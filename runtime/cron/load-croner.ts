import { createRequire } from 'node:module'
import { JasperError } from '../errors/jasper-error.ts'

/** What is used of croner: https://github.com/hexagon/croner */
export interface CronerPattern {
  nextRun(after: Date): Date | null
  previousRuns(count: number, reference: Date): readonly Date[]
}

interface Croner {
  readonly Cron: new (expression: string, options: { readonly timezone: string; readonly paused: true }) => CronerPattern
}

/** croner, an optional peer, or `JASPER_MISSING_PEER`. Required rather than imported, as pg is. */
export function loadCroner(): Croner {
  try {
    return createRequire(import.meta.url)('croner') as Croner
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'MODULE_NOT_FOUND' || !message.includes("'croner'")) throw error
    throw new JasperError('JASPER_MISSING_PEER', 'cron() needs the package croner, which is not installed here. Run: npm install croner', {
      cause: error,
    })
  }
}
