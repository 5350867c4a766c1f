import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceSpan } from '../discover/source-span.ts'
import { findConfigs } from './find-config.ts'
import { projectDefaults, type Project } from './project.ts'
import { validateConfig } from './validate-config.ts'

export interface LoadedConfig {
  /** `undefined` when the config cannot be used; the diagnostics say why. */
  readonly project: Project | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** Absolute: where the files of the diagnostics start from. */
  readonly folder: string
}

/**
 * Finds the config file and reads it, which means running it: it is the only file of the user's
 * that is ever run at build time. Without one, the defaults hold.
 *
 * @param cwd  Absolute. Where to look, and what `file` is relative to.
 * @param file  The config file by name, from `--config`.
 * @param edition  Something new, to run the file again after it changed: Node runs a file once. Files that it imports are not
 *   run again.
 */
export async function loadConfig(cwd: string, file?: string, edition?: string): Promise<LoadedConfig> {
  const bag = new DiagnosticBag()
  const [first, second] = file === undefined ? findConfigs(cwd) : [file]
  if (first === undefined) {
    return { project: { ...projectDefaults, folder: cwd, configFile: undefined }, diagnostics: [], folder: cwd }
  }
  const path = resolve(cwd, first)
  const folder = dirname(path)
  let project: Project | undefined
  if (second !== undefined) bag.report('JG0011', { first, second }, { span: undefined })
  else if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    bag.report('JG0004', { file: first }, { span: undefined })
  } else project = await runConfig(folder, basename(path), edition, bag)
  return { project, diagnostics: bag.list(), folder }
}

async function runConfig(folder: string, name: string, edition: string | undefined, bag: DiagnosticBag): Promise<Project | undefined> {
  const path = resolve(folder, name)
  const { href } = pathToFileURL(path)
  const url = edition === undefined ? href : `${href}?${edition}`
  let exported: unknown
  try {
    const loaded = (await import(url)) as { readonly default?: unknown }
    exported = loaded.default
  } catch (error) {
    const help = mend(name, error)
    const place = { span: placeOf(name, [url, href, path], error), ...(help === undefined ? {} : { help }) }
    bag.report('JG0005', { file: name, reason: reasonOf(error) }, place)
    return undefined
  }
  return validateConfig({ folder, name, text: readFileSync(path, 'utf8') }, exported, bag)
}

/** The first line of what was thrown. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.trim().split('\n')[0] ?? '').replace(/\.$/, '')
}

/** A mend that fits better than the catalogue's, where the error says more. */
function mend(name: string, error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return 'Node runs this file by taking its types off, so write it without enums, namespaces and parameter properties'
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return "install the package or correct the import; a relative one needs its extension, such as './limits.ts'"
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'end its name with .ts, .mts, .js or .mjs'
  if (error instanceof SyntaxError && /\.[jt]s$/.test(name)) {
    const modern = name.replace(/\.([jt]s)$/, '.m$1')
    return `correct the syntax; if package.json says "type": "commonjs", call the file ${modern}`
  }
  return undefined
}

/** The place in the config file that the error's stack names first. */
function placeOf(name: string, spellings: readonly string[], error: unknown): SourceSpan | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const prefix of spellings) {
    const at = stack.indexOf(`${prefix}:`)
    if (at < 0) continue
    const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + prefix.length)) ?? []
    if (line !== undefined) return { file: name, line: Number(line), column: Number(column ?? 1), length: 1 }
  }
  return undefined
}
