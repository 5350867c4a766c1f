import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from '../tooling/package-doors.ts'

const run = promisify(execFile)
const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
const rooms = ['compiler', 'runtime', 'templates', 'fixtures', 'test'] as const

export interface FenceReport {
  readonly modules: readonly string[]
  /** `rule: from → to`, sorted. */
  readonly violations: readonly string[]
}

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

interface CruiseOutput {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: { readonly violations: readonly Violation[] }
}

/** Runs the fence as `npm run check` runs it, over the repository or a copy of it. */
export async function runFence(folder: string, config = 'test/tooling/boundaries.cjs'): Promise<FenceReport> {
  const args = [cruiser, '--config', config, '--output-type', 'json', ...rooms]
  const { stdout } = await run(process.execPath, args, { cwd: folder, maxBuffer: 256 * 1024 * 1024 })
  const output = JSON.parse(stdout) as CruiseOutput
  return {
    modules: output.modules.map((module) => module.source),
    violations: output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort(),
  }
}

/** A copy of the sources, without the fixtures, for planting in. The packages are the repository's own. */
export function copyRepository(): { readonly folder: string; plant(path: string, text: string): void; remove(): void } {
  // macOS hands out a temporary folder behind a link, and the cruiser reports real paths.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-fence-')))
  const leftOut = /(^|\/)(dist|node_modules|\.jasper)(\/|$)/
  mkdirSync(join(folder, 'fixtures'))
  for (const room of rooms.filter((name) => name !== 'fixtures')) {
    cpSync(join(repository, room), join(folder, room), {
      recursive: true,
      filter: (source) => !leftOut.test(source.slice(repository.length)),
    })
  }
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(repository, file), join(folder, file))
  linkPackages(join(repository, 'node_modules'), join(folder, 'node_modules'))

  return {
    folder,
    plant(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Links each package by itself, but for our own two: the copy must not see the sources it was copied from. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') || name === 'jasper-gen' || name === 'jasper-runtime') continue
    if (name.startsWith('@')) linkPackages(join(from, name), join(to, name))
    else symlinkSync(join(from, name), join(to, name), 'junction')
  }
}
