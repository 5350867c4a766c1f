import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Project } from '../config/project.ts'
import { diskFileSystem } from '../discover/file-system.ts'
import type { RecordingHost } from '../discover/recording-host.ts'
import { parentOf } from '../discover/source-paths.ts'

/** What a package manager writes when it is done; each has its own. */
const installedNames = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'node_modules/.package-lock.json',
  'node_modules/.yarn-state.yml',
  'node_modules/.modules.yaml',
]

/** Whether a change of this file means that packages may have changed: they are not watched one by one. */
export function tellsOfPackages(path: string): boolean {
  return installedNames.some((name) => path.endsWith(`/${name}`))
}

/**
 * The folders whose entries are watched, without what is below them: those of all files that were read, listed or looked
 * for outside of `node_modules`, and the output folder. Beside them the files by which an installation is noticed.
 */
export function watchedPlaces(project: Project, host: RecordingHost): readonly string[] {
  const folder = slashed(project.folder)
  const output = slashed(join(project.folder, project.output))
  const folders = new Set([folder, ...host.folders()])
  for (const path of host.asked()) if (path.startsWith(`${folder}/`)) folders.add(parentOf(path))
  const kept = [...folders].filter((path) => !/\/node_modules(\/|$)/.test(path) && !isBelow(output, path))
  const existing = kept.filter((path) => diskFileSystem.kindOf(path) === 'directory')
  return [...existing, ...foldersOf(output), ...installations(project.folder)]
}

function foldersOf(output: string): readonly string[] {
  if (diskFileSystem.kindOf(output) !== 'directory') return []
  const below = readdirSync(output, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [output, ...below.flatMap(({ name }) => foldersOf(`${output}/${name}`))]
}

function installations(start: string): readonly string[] {
  const found: string[] = []
  for (let folder = start; ; folder = dirname(folder)) {
    found.push(...installedNames.map((name) => join(folder, name)).filter((path) => existsSync(path)))
    if (dirname(folder) === folder) return found.map(slashed)
  }
}

export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

export function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
