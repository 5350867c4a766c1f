import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JasperConfig } from '../config/define-config.ts'
import { UsageError } from './usage-error.ts'

const names = ['jasper.config.ts', 'jasper.config.mts', 'jasper.config.js', 'jasper.config.mjs']

/**
 * The config of the project in `cwd`, or the file that is named. `undefined`: there is none.
 *
 * Runs the file, TypeScript by Node's type stripping. Throws a {@link UsageError} that says what is wrong.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<JasperConfig | undefined> {
  const file = configFile(cwd, named)
  if (file === undefined) return undefined
  if (!isFile(cwd, file)) throw new UsageError(`${file} is not there. --config names the config file, such as jasper.config.ts.`)
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(resolve(cwd, file)).href)) as { readonly default?: unknown }).default
  } catch (error) {
    throw new UsageError(`${file} cannot be loaded: ${reasonOf(error)}.${mendOf(error)}`, { cause: error })
  }
  if (typeof exported === 'object' && exported !== null) return exported
  throw new UsageError(`${file} exports no config. Write: export default defineConfig({ ... }).`)
}

/** The file that is named, there or not, or the one that is found. */
export function configFile(cwd: string, named: string | undefined): string | undefined {
  return named ?? names.find((name) => isFile(cwd, name))
}

function isFile(cwd: string, name: string): boolean {
  return statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isFile() === true
}

function reasonOf(error: unknown): string {
  return ((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').replace(/\.$/, '')
}

function mendOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code
  return code === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? ' TypeScript needs Node 22.18 or later; here, use a config in JavaScript, or --url.'
    : ''
}
