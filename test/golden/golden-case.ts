import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { listFiles } from '../../compiler/emit/compare-output.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** A folder of a room of fixtures: `app/` goes in, `want/` comes out. */
export interface GoldenCase {
  readonly name: string
  readonly folder: string
}

export function goldenCases(room: 'chains' | 'modules' | 'enlistment'): readonly GoldenCase[] {
  const folder = join(repository, 'fixtures', room)
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: join(folder, name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A copy of a case's app in a temporary folder, where packages resolve as they do in the repository. */
export interface AppCopy {
  readonly project: Project
  /** Absolute: where generated code goes. */
  readonly output: string
  remove(): void
}

/**
 * Copies the app to a new place, so that nothing that is generated can depend on where it stands.
 *
 * @param depth  How many folders below the temporary one.
 */
export function copyApp({ folder }: GoldenCase, depth = 0): AppCopy {
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-golden-')))
  const place = join(temporary, ...Array.from({ length: depth }, (_, index) => `level-${index}`), 'app')
  cpSync(join(folder, 'app'), place, { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(place, 'node_modules'), 'dir')
  const project: Project = { folder: place, configFile: undefined, ...projectDefaults, ...settingsOf(folder) }
  return {
    project,
    output: join(place, project.output),
    remove: () => rmSync(temporary, { recursive: true, force: true }),
  }
}

/** What `want/` holds, by path relative to it. */
export function wanted({ folder }: GoldenCase): ReadonlyMap<string, string> {
  const want = join(folder, 'want')
  return new Map(listFiles(want).map((path) => [path, readFileSync(join(want, path), 'utf8')]))
}

/** Settings that differ from the defaults stand in the case's `project.json`. */
function settingsOf(folder: string): Partial<Project> {
  const file = join(folder, 'project.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Project>) : {}
}
