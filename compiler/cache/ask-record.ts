import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import { findExtra } from '../emit/compare-output.ts'
import type { BuildRecord } from './build-record.ts'
import { findChanges, type Change } from './find-changes.ts'
import { hashContent } from './hash.ts'
import { projectFingerprint, readRecord } from './record-store.ts'
import { toolIdentity } from './tool-identity.ts'

export type RecordAnswer =
  /** The compiler would leave exactly what stands in the output folder. */
  | { readonly kind: 'current'; readonly record: BuildRecord }
  /** The sources are as they were; the output folder is not. */
  | { readonly kind: 'output-changed'; readonly record: BuildRecord }
  /** The sources, the settings or the compiler are not what they were. */
  | { readonly kind: 'sources-changed'; readonly record: BuildRecord; readonly changes: readonly Change[]; readonly why: string | undefined }
  | { readonly kind: 'unknown' }

/**
 * Whether the generated code is current, from what the last run remembered: no compiler is loaded.
 * Every answer but `current` means that only compiling can tell more.
 */
export function askRecord(project: Project): RecordAnswer {
  const record = readRecord(project)
  if (record === undefined) return { kind: 'unknown' }
  if (record.tool !== toolIdentity()) {
    return { kind: 'sources-changed', record, changes: [], why: 'jasper-gen is not the version that wrote it' }
  }
  if (record.project !== projectFingerprint(project)) {
    return { kind: 'sources-changed', record, changes: [], why: 'the config changed' }
  }
  const changes = findChanges(project.folder, record.observations)
  if (changes.length > 0) return { kind: 'sources-changed', record, changes, why: undefined }
  const folder = join(project.folder, project.output)
  const asLeft = Object.entries(record.outputs).every(([path, hash]) => hashOf(`${folder}/${path}`) === hash)
  if (asLeft && !hasExtra(folder, record)) return { kind: 'current', record }
  return { kind: 'output-changed', record }
}

/** A folder that cannot be read is not as it was left. */
function hasExtra(folder: string, record: BuildRecord): boolean {
  try {
    return findExtra(folder, new Set(Object.keys(record.outputs))).length > 0
  } catch {
    return true
  }
}

/** Hash of a file, or `undefined` where none can be read. */
export function hashOf(path: string): string | undefined {
  try {
    return hashContent(readFileSync(path))
  } catch {
    return undefined
  }
}
