import { pg } from './pg.ts'
import type { Integration } from './integration.ts'

/** The data-access libraries that the compiler knows, in order of precedence. */
export const builtInIntegrations: readonly Integration[] = [pg]
