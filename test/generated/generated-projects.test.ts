import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import type { EmittedModule } from '../../compiler/emit/emitted-module.ts'
import { typeCheck } from '../golden/type-check.ts'
import { expectedOf, type Expected } from './expected.ts'
import { variants, type ProjectModel } from './model.ts'
import { randomModel } from './random-model.ts'
import { randomOf } from './random.ts'
import { spellProject } from './spell-project.ts'

/** How many handlers a project has; thousands are for `.ci/run`. */
const size = Number(process.env['JASPER_GENERATED_HANDLERS'] ?? 40)
const projects = Number(process.env['JASPER_GENERATED_PROJECTS'] ?? 2)
const firstSeed = Number(process.env['JASPER_GENERATED_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const seeds = Array.from({ length: projects }, (_, index) => firstSeed + index)
const timeout = 60_000 + size * 1_000

const repository = fileURLToPath(new URL('../../', import.meta.url))

const tsconfig = {
  compilerOptions: {
    target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'], strict: true, noEmit: true, allowImportingTsExtensions: true,
    noUnusedLocals: false, noUnusedParameters: false, erasableSyntaxOnly: true,
  },
  include: ['src'],
}

/** The handlers import more than they use; generated code may not. */
const isOfUs = (error: string): boolean => error.startsWith('src/generated/') || !/ TS(6133|6192|6196):/.test(error)

interface Written {
  readonly project: Project
  readonly model: ProjectModel
  remove(): void
}

function writeProject(seed: number): Written {
  const model = randomModel(randomOf(seed), size)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-generated-')))
  const files = { ...spellProject(model), 'tsconfig.json': JSON.stringify(tsconfig), 'package.json': '{"type":"module"}' }
  for (const [path, text] of Object.entries(files)) place(folder, path, text)
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  return { project: { folder, configFile: undefined, ...projectDefaults }, model, remove }
}

function place(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** Calls every chain with every variant of its message, in a process of its own. */
async function runChains({ project }: Written, modules: readonly EmittedModule[]): Promise<readonly Expected[]> {
  const { folder, output } = project
  for (const { path, text } of modules) place(folder, `${output}/${path}`, text)
  const chains = modules.filter(({ path }) => path.endsWith('.chain.ts')).map(({ path, message }) => ({ path, message }))
  place(folder, 'chains.json', JSON.stringify({ chains, variants }))
  cpSync(fileURLToPath(new URL('run-chains.mjs', import.meta.url)), join(folder, 'run.mjs'))
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', 'run.mjs'], { cwd: folder, timeout, maxBuffer: 2 ** 30 })
  return JSON.parse(stdout) as readonly Expected[]
}

describe.each(seeds)(`handlers that nobody wrote, ${size} of them by the seed %i`, (seed) => {
  it('build without a word, compile under the strictest flags, and do what a direct call does', { timeout }, async () => {
    const written = writeProject(seed)
    try {
      const { modules, diagnostics } = compile(written.project)
      // Much of what they send has no handler and no route: that is worth a warning, and no fault of theirs.
      expect(diagnostics.filter(({ code }) => code !== 'JG3011').map(({ code, message, span }) => `${code} ${span?.file}:${span?.line} ${message}`)).toEqual([])
      const outcomes = await runChains(written, modules)
      expect(typeCheck(written.project.folder).filter(isOfUs).slice(0, 20)).toEqual([])
      const expected = Array.from({ length: variants }, (_, variant) => expectedOf(written.model, variant)).flat()
      const keyOf = ({ message, variant }: Expected): string => `${message} ${variant}`
      const byKey = (a: Expected, b: Expected): number => (keyOf(a) < keyOf(b) ? -1 : 1)
      expect(outcomes.toSorted(byKey)).toEqual(expected.toSorted(byKey))
    } finally {
      if (process.env['JASPER_GENERATED_KEEP'] === undefined) written.remove()
    }
  })
})
