import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../tooling/package-doors.ts'
import { emptyProject, type EmptyProject, install } from './empty-project.ts'
import { writeFirstHandler } from './first-handler.ts'
import { packPackages, type PackedPackage } from './pack.ts'

/** The oldest Node that a package says it runs on, as a version that the registry has. */
function minimumOf(folder: string): string {
  const { engines } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as { engines: { node: string } }
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? []
  if (major === undefined || minor === undefined) throw new Error(`engines of ${folder} is not ">=major.minor"`)
  return `${major}.${minor}.0`
}

const archives = mkdtempSync(join(tmpdir(), 'jasper-archives-'))
const nodes = emptyProject()
let packed: readonly PackedPackage[] = []
let project: EmptyProject

/** Fetches a Node of this version from the registry, as the repository itself does, and tells its folder. */
async function fetchNode(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = `node-${version}`
  nodes.write(`${folder}/package.json`, '{ "private": true }\n')
  const { exitCode, output } = await nodes.run('npm', 'install', '--prefix', folder, '--prefer-offline', `${name}@${version}`)
  if (exitCode !== 0) throw new Error(`Node ${version} cannot be had here:\n${output}`)
  return join(nodes.folder, folder, 'node_modules', name, 'bin')
}

beforeAll(async () => {
  packed = await packPackages(archives)
}, 120_000)
afterAll(() => {
  nodes.remove()
  rmSync(archives, { recursive: true, force: true })
})

describe(`on Node ${minimumOf('compiler')}, the oldest that jasper-gen promises`, () => {
  beforeAll(async () => {
    project = emptyProject(await fetchNode(minimumOf('compiler')))
    await install(project, packed)
    writeFirstHandler(project)
  }, 240_000)
  afterAll(() => project.remove())

  it('the command line reads a config in TypeScript and builds', async () => {
    expect((await project.run('node', '--version')).output.trim()).toBe(`v${minimumOf('compiler')}`)
    const built = await project.run('node', 'node_modules/jasper-gen/dist/compiler/cli/bin.js', 'build')
    expect(built).toMatchObject({ exitCode: 0 })
    expect(await project.run('node', 'node_modules/typescript/bin/tsc')).toMatchObject({ exitCode: 0, output: '' })
  })

  it('the generated app runs', async () => {
    expect(await project.run('node', 'dist/main.js')).toMatchObject({ exitCode: 0 })
  })

  describe(`on Node ${minimumOf('runtime')}, the oldest that jasper-runtime promises`, () => {
    const old = async (...args: string[]) => project.run(join(await fetchNode(minimumOf('runtime')), 'node'), ...args)

    it('the generated app runs', async () => {
      expect((await old('--version')).output.trim()).toBe(`v${minimumOf('runtime')}`)
      const { exitCode, output } = await old('dist/main.js')
      expect(output).toContain('heard: Hello, Ada in 2026')
      expect(exitCode).toBe(0)
    })

    it('a CommonJS file requires the runtime', async () => {
      const { exitCode, output } = await old('require.cjs')
      expect(output).toContain('function function function function')
      expect(exitCode).toBe(0)
    })
  })
})
