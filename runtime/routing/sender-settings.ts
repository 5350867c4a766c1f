import { senderDefaults } from '../config/endpoint-defaults.ts'
import type { SenderOptions } from '../config/routes.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { positive } from './positive.ts'

/** The settings of one destination outside this app, with every default filled in. */
export interface SenderSettings {
  readonly destination: string
  readonly batch: number
  readonly buffer: number
  readonly onRefused: 'dead-letter' | 'discard'
  /** `undefined`: tried without end. */
  readonly giveUpAfterMs: number | undefined
}

export function senderSettings(destination: string, options: SenderOptions): SenderSettings {
  const { onRefused = 'dead-letter', giveUpAfter } = options
  if (onRefused !== 'dead-letter' && onRefused !== 'discard') {
    throw new JasperError('JASPER_BAD_OPTION', `onRefused of ${destination} is ${JSON.stringify(onRefused)}. It is 'dead-letter' or 'discard'.`)
  }
  return {
    destination,
    batch: positive(options.batch ?? senderDefaults.batch, `batch of ${destination}`),
    buffer: positive(options.buffer ?? senderDefaults.buffer, `buffer of ${destination}`),
    onRefused,
    giveUpAfterMs: giveUpAfter === undefined ? undefined : positive(toMilliseconds(giveUpAfter, `giveUpAfter of ${destination}`), `giveUpAfter of ${destination}`),
  }
}
