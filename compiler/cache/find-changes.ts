import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { diskFileSystem, listingText } from '../discover/file-system.ts'
import type { Observations } from '../discover/recording-host.ts'
import { hashContent } from './hash.ts'

/** An answer of the disk that is not what it was. */
export interface Change {
  /** As it was observed, relative to the project's folder. */
  readonly path: string
  readonly kind: 'changed' | 'added' | 'removed' | 'listing' | 'link'
}

/**
 * Asks the disk every question again and names the answers that differ, in the order of the record.
 * File contents are compared by hash, never by time stamp: a checkout or a restored cache has new
 * stamps and old contents, and an editor can do the reverse.
 *
 * @param folder  Absolute path that the observations are relative to.
 */
export function findChanges(folder: string, observations: Observations): readonly Change[] {
  const changes: Change[] = []
  const note = (path: string, kind: Change['kind']) => void changes.push({ path, kind })
  // Thousands of paths: all but those that lead out of the folder are in their final form already.
  const place = (path: string) => (path.startsWith('.') || isAbsolute(path) ? resolve(folder, path) : `${folder}/${path}`)
  for (const { path, hash } of observations.files) {
    const content = contentOf(place(path))
    if (content === undefined) note(path, 'removed')
    else if (hashContent(content) !== hash) note(path, 'changed')
  }
  for (const { path, kind } of observations.present) {
    if (diskFileSystem.kindOf(place(path)) !== kind) note(path, 'removed')
  }
  for (const { path, kind } of observations.absent) {
    if (diskFileSystem.kindOf(place(path)) === kind) note(path, 'added')
  }
  for (const { path, hash, hidden = false } of observations.directories) {
    if (hashContent(listingText(diskFileSystem.listDirectory(place(path)), hidden)) !== hash) note(path, 'listing')
  }
  for (const { path, target } of observations.links) {
    if (diskFileSystem.realPath(place(path)) !== place(target).replaceAll('\\', '/')) note(path, 'link')
  }
  return changes
}

function contentOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
