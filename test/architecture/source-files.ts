import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../tooling/package-doors.ts'

const notSource = new Set(['dist', 'node_modules', 'generated', 'want', '.jasper', '.cache'])

/** Every file under a folder of the repository that a person wrote, relative to the repository, sorted. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return notSource.has(entry.name) ? [] : sourceFiles(path)
      return [path]
    })
    .sort()
}

/** The names of the folders in a folder; none where it does not exist. */
export function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(repository, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
  } catch {
    return []
  }
}

export function textOf(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}

/** The code of a file without its comments, so that a word in a sentence counts for nothing. */
export function codeOf(path: string): string {
  return textOf(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')
}
