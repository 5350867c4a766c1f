import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JasperConfig } from '../config/define-config.ts'
import type { Routes } from '../config/routes.ts'
import type { Transport, TransportPlace } from '../contracts/transport.ts'
import { placesInRoutes } from '../routing/check-transport.ts'
import { Transports } from '../routing/transports.ts'
import { configFile, loadConfig } from './load-config.ts'
import type { Said } from './read-arguments.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

export interface FoundTransports {
  readonly transports: readonly Transport[]
  /** What the routes of the config name at them. */
  readonly places: readonly TransportPlace[]
}

/** The transports that the config names, not opened; none where `--url` says that the store alone is meant. */
export async function findTransports(said: Said, { cwd }: Terminal): Promise<FoundTransports> {
  const named = said.text('config')
  const file = said.text('url') !== undefined && named === undefined ? undefined : configFile(cwd, named)
  const config = file === undefined ? undefined : await loadConfig(cwd, file)
  if (file === undefined || config?.transports === undefined) return { transports: [], places: [] }
  const transports = typeof config.transports === 'function' ? await config.transports() : config.transports
  if (!Array.isArray(transports) || !transports.every(isTransport)) {
    throw new UsageError(`The transports in ${file} are none. Give a list of them, or a function that returns one.`)
  }
  return { transports, places: placesInRoutes(await loadRoutes(resolve(cwd, file), config), new Transports(transports)) }
}

function isTransport(value: unknown): value is Transport {
  return typeof value === 'object' && typeof (value as Partial<Transport> | null)?.check === 'function'
}

async function loadRoutes(file: string, { routes }: JasperConfig): Promise<Routes> {
  if (routes === undefined) return { publish: [], listen: [] }
  let exported: Partial<Routes> | undefined
  try {
    exported = ((await import(pathToFileURL(resolve(dirname(file), routes)).href)) as { readonly default?: Partial<Routes> }).default
  } catch (error) {
    throw new UsageError(`${routes} cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
  const { publish, listen } = exported ?? {}
  if (publish !== undefined && listen !== undefined) return { ...exported, publish, listen }
  throw new UsageError(`${routes} exports no routes. Write: export default defineRoutes(...).`)
}
