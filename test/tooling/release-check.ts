import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packPackages, type PackedPackage } from '../packaging/pack.ts'
import { repository } from './package-doors.ts'

/**
 * What must hold before a release, on the archives that npm would publish: publint and attw find
 * nothing, and nothing is packed that should not be, or missing. The tests hold the rest: the approved
 * public API and the installation in an empty project.
 */

const run = promisify(execFile)

async function problemsOf(packed: PackedPackage): Promise<readonly string[]> {
  return [...contents(packed), ...(await byPublint(packed)), ...(await byAttw(packed))]
}

function contents({ files }: PackedPackage): readonly string[] {
  const missing = ['LICENSE', 'README.md', 'package.json'].filter((path) => !files.includes(path))
  const foreign = files.filter((path) => !/^(LICENSE|README\.md|package\.json|dist\/.+(\.js|\.d\.ts))$/.test(path))
  const untyped = files.filter((path) => path.endsWith('.js') && !files.includes(path.replace(/\.js$/, '.d.ts')))
  return [
    ...missing.map((path) => `${path} is not packed`),
    ...foreign.map((path) => `${path} is packed, and nobody needs it`),
    ...untyped.map((path) => `${path} has no declarations`),
  ]
}

async function byPublint({ name, tarball }: PackedPackage): Promise<readonly string[]> {
  const archive = Uint8Array.from(readFileSync(tarball))
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: archive.buffer } })
  if (pkg?.['name'] !== name) throw new Error(`publint looked at ${String(pkg?.['name'])}, not at ${name}`)
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

/** ESM only: CommonJS apps `require` it, as Node 22.12 and later can; older resolutions are not promised. */
async function byAttw({ tarball }: PackedPackage): Promise<readonly string[]> {
  const attw = join(repository, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  if (!existsSync(attw)) throw new Error('attw is not installed; run npm ci')
  try {
    await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'])
    return []
  } catch (error) {
    return [`attw: ${(error as { stdout?: string }).stdout ?? String(error)}`]
  }
}

const folder = mkdtempSync(join(tmpdir(), 'jasper-release-'))
try {
  for (const packed of await packPackages(folder)) {
    const problems = await problemsOf(packed)
    console.log(`${packed.name}: ${packed.files.length} files, ${problems.length === 0 ? 'ready' : `${problems.length} problems`}`)
    for (const problem of problems) console.log(`  ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
