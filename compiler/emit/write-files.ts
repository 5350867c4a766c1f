import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listFiles, type OutputComparison } from './compare-output.ts'
import { isErrorCode } from './error-code.ts'
import { draftOwner, draftPath } from './generated-header.ts'

export interface WrittenFiles {
  /** Relative to the output folder, in the order of their writing. */
  readonly written: readonly string[]
  readonly deleted: readonly string[]
  readonly unchanged: number
}

/**
 * Makes the output folder what the comparison says it should be.
 *
 * Each file appears whole or not at all: it is written beside its place and renamed into it. The
 * index comes last and deletions after it, so that whoever reads the folder in between never
 * follows an import to a file that is not there. A run that was killed half way leaves files that
 * the next one puts right.
 *
 * Throws the operating system's error when a file cannot be written.
 */
export function writeFiles(folder: string, comparison: OutputComparison): WrittenFiles {
  if (comparison.occupied.length > 0) throw new Error('Files that are not ours would be overwritten.')
  const changed = [
    ...comparison.missing,
    ...comparison.outOfDate.map(({ path, wanted }) => ({ path, text: wanted })),
  ].sort((left, right) => rank(left.path) - rank(right.path) || (left.path < right.path ? -1 : 1))
  for (const { path, text } of changed) writeWhole(join(folder, path), text)
  for (const path of comparison.extra) {
    rmSync(join(folder, path), { force: true })
    removeEmptyFolders(folder, dirname(path))
  }
  removeLeftovers(folder)
  return { written: changed.map(({ path }) => path), deleted: comparison.extra, unchanged: comparison.current.length }
}

function rank(path: string): number {
  return path === 'index.ts' || path === 'index.mts' ? 1 : 0
}

/** Replaces a file in one step. Creates its folder. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = draftPath(path, process.pid)
  try {
    writeFileSync(draft, text)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Drafts of runs that were killed. Those of a run that still lives are its own. */
function removeLeftovers(folder: string): void {
  for (const path of listFiles(folder)) {
    const owner = draftOwner(path)
    if (owner !== undefined && !isAlive(owner)) rmSync(join(folder, path), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isErrorCode(error, 'ESRCH')
  }
}

/** Removes the folder `below`, relative to `folder`, and those above it, as long as they are empty; `folder` itself stays. */
export function removeEmptyFolders(folder: string, below: string): void {
  for (let current = below; current !== '.'; current = dirname(current)) {
    const path = join(folder, current)
    if (readdirSync(path).length > 0) return
    rmdirSync(path)
  }
}
