import { readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Project } from '../config/project.ts'
import { writeWhole } from '../emit/write-files.ts'
import { parseRecord, printRecord, type BuildRecord } from './build-record.ts'
import { hashContent } from './hash.ts'

/** Everything in the settings that the output depends on: all of them. The folder is none of them: a project may be moved. */
export function projectFingerprint(project: Project): string {
  const settings = Object.entries(project).filter(([name]) => name !== 'folder').sort(([a], [b]) => (a < b ? -1 : 1))
  // A function is what it says. What it reads of its surroundings is in the config file, or in a file that this one imports.
  return hashContent(JSON.stringify(settings, (_, value: unknown) => (typeof value === 'function' ? String(value) : value)))
}

/**
 * Where the record of a project is kept: in the nearest `node_modules` above it that exists, one
 * file for each config. `undefined` where there is none, and then nothing is remembered.
 */
function recordPath(project: Project): string | undefined {
  for (let folder = project.folder; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (statSync(modules, { throwIfNoEntry: false })?.isDirectory() === true) {
      const place = relative(folder, project.folder).replaceAll(sep, '/')
      const key = hashContent(JSON.stringify([place, project.configFile])).slice(0, 16)
      return join(modules, '.cache', 'jasper-gen', key, 'record.json')
    }
    if (dirname(folder) === folder) return undefined
  }
}

/** The record of the last run, unless there is none that can be read: then the answer is to compile. */
export function readRecord(project: Project): BuildRecord | undefined {
  try {
    const path = recordPath(project)
    return path === undefined ? undefined : parseRecord(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Keeps a record for the next run. Where that cannot be (a read-only folder, a full disk), nothing is lost but time. */
export function keepRecord(project: Project, record: BuildRecord): void {
  try {
    const path = recordPath(project)
    if (path !== undefined) writeWhole(path, printRecord(record))
  } catch {
    // The record saves time and is never needed.
  }
}

/** Forgets the last run. A record that cannot be deleted is found out of date when it is next read. */
export function forgetRecord(project: Project): void {
  try {
    const path = recordPath(project)
    if (path !== undefined) rmSync(path, { force: true })
  } catch {
    // As above.
  }
}
