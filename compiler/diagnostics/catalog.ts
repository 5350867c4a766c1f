import { chainCatalog } from './catalog-chain.ts'
import { choosingCatalog } from './catalog-choosing.ts'
import { configCatalog } from './catalog-config.ts'
import { discoverCatalog } from './catalog-discover.ts'
import { emitCatalog } from './catalog-emit.ts'
import { middlewareCatalog } from './catalog-middleware.ts'
import { messagesCatalog } from './catalog-messages.ts'
import { pluginsCatalog } from './catalog-plugins.ts'
import { resolveCatalog } from './catalog-resolve.ts'
import type { SlotsOf } from './catalog-entry.ts'

/**
 * Every code that the compiler reports. The first digit after JG is the stage. A code is never
 * reused; a retired one stays, marked in its explanation.
 */
export const catalog = {
  ...configCatalog,
  ...discoverCatalog,
  ...choosingCatalog,
  ...messagesCatalog,
  ...chainCatalog,
  ...resolveCatalog,
  ...middlewareCatalog,
  ...pluginsCatalog,
  ...emitCatalog,
}

export type DiagnosticCode = keyof typeof catalog

/** What has to be said to report a code: a text for each slot of its sentence and help. */
export type DiagnosticArguments<Code extends DiagnosticCode> = Readonly<
  Record<SlotsOf<(typeof catalog)[Code]['sentence']> | SlotsOf<(typeof catalog)[Code]['help']>, string>
>
