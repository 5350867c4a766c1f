import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isErrorCode } from './error-code.ts'
import type { EmittedModule } from './emitted-module.ts'
import { draftOwner, isGenerated } from './generated-header.ts'

/** What stands in the output folder against what should. Paths are relative to that folder. */
export interface OutputComparison {
  readonly current: readonly string[]
  readonly outOfDate: readonly { readonly path: string; readonly found: string; readonly wanted: string }[]
  readonly missing: readonly EmittedModule[]
  /** Ours by its first line, and nothing asks for it any more. */
  readonly extra: readonly string[]
  /** Wanted by us, but somebody else's file is in its place. Nothing may be written then. */
  readonly occupied: readonly { readonly path: string; readonly found: string; readonly wanted: string }[]
}

/** @param folder  Absolute path of the output folder, which need not exist. */
export function compareOutput(folder: string, modules: readonly EmittedModule[]): OutputComparison {
  const current: string[] = []
  const outOfDate: { path: string; found: string; wanted: string }[] = []
  const missing: EmittedModule[] = []
  const occupied: { path: string; found: string; wanted: string }[] = []
  for (const module of [...modules].sort(byPath)) {
    const found = readIfThere(join(folder, module.path))
    if (found === undefined) missing.push(module)
    else if (sameText(found, module.text)) current.push(module.path)
    else if (isGenerated(module.path, found)) outOfDate.push({ path: module.path, found, wanted: module.text })
    else occupied.push({ path: module.path, found, wanted: module.text })
  }
  const wanted = new Set(modules.map((module) => module.path))
  return { current, outOfDate, missing, extra: findExtra(folder, wanted), occupied }
}

/** Whether nothing would be written or deleted. */
export function isCurrent(comparison: OutputComparison): boolean {
  const { outOfDate, missing, extra, occupied } = comparison
  return outOfDate.length + missing.length + extra.length + occupied.length === 0
}

/** Files in the folder that are ours by their first line and not wanted, sorted. */
export function findExtra(folder: string, wanted: ReadonlySet<string>): readonly string[] {
  const unwanted = listFiles(folder).filter((path) => !wanted.has(path) && draftOwner(path) === undefined)
  return unwanted.filter((path) => isGenerated(path, readIfThere(join(folder, path)) ?? ''))
}

/** Every file below the folder, relative to it, with forward slashes, sorted. */
export function listFiles(folder: string): readonly string[] {
  const files: string[] = []
  const visit = (below: string): void => {
    for (const entry of readFolder(join(folder, below))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else files.push(path)
    }
  }
  visit('')
  return files.sort()
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (isErrorCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

/** The text of a file, or `undefined` where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrorCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined
    throw error
  }
}

/** A checkout that turned line ends into CRLF holds the same code. */
function sameText(found: string, wanted: string): boolean {
  return found === wanted || found.replaceAll('\r\n', '\n') === wanted
}

function byPath(left: EmittedModule, right: EmittedModule): number {
  return left.path < right.path ? -1 : left.path > right.path ? 1 : 0
}
