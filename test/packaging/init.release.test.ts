import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { greeted } from '../support/greeted.ts'
import { emptyProject } from './empty-project.ts'
import { packPackages, type PackedPackage } from './pack.ts'

const archives = mkdtempSync(join(tmpdir(), 'jasper-archives-'))
const project = emptyProject()
let packed: readonly PackedPackage[] = []

beforeAll(async () => {
  packed = await packPackages(archives)
}, 120_000)
afterAll(() => {
  project.remove()
  rmSync(archives, { recursive: true, force: true })
})

it('what `init` says to do next, done word for word in an empty folder, ends with a greeting', async () => {
  const installed = await project.run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packed.map(({ tarball }) => tarball))
  expect(installed).toMatchObject({ exitCode: 0 })
  const begun = await project.run('npx', 'jasper-gen', 'init', '--json')
  expect(begun).toMatchObject({ exitCode: 0 })
  const { next } = JSON.parse(begun.output) as { next: string[] }
  const last = next.pop() ?? ''
  expect(last, 'it ends with running the app').toMatch(/ && node src\/main\.ts$/)
  for (const command of [...next, last.replace(/ && node src\/main\.ts$/, '')]) {
    expect(await project.run('sh', '-c', command), command).toMatchObject({ exitCode: 0 })
  }
  expect(await greeted(project.folder, project.environment)).toEqual({ out: expect.stringContaining('Hello, Ada!') as string, exitCode: 0 })
  for (const script of ['jasper:build', 'jasper:check']) {
    expect(await project.run('npm', 'run', script), script).toMatchObject({ exitCode: 0 })
  }
})
