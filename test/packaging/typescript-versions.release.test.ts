import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectDefaults } from '../../compiler/config/project.ts'
import { copyApp, goldenCases, wanted } from '../golden/golden-case.ts'
import { placeOutput } from '../golden/place-output.ts'
import { packageDoors, repository } from '../tooling/package-doors.ts'
import { emptyProject, install } from './empty-project.ts'
import { writeFirstHandler } from './first-handler.ts'
import { packPackages, type PackedPackage } from './pack.ts'

/** `npm test` compiles the same with the TypeScript of this repository, version 6. */
const versions = ['5.9', '7']

const archives = mkdtempSync(join(tmpdir(), 'jasper-archives-'))
let packed: readonly PackedPackage[] = []

beforeAll(async () => {
  packed = await packPackages(archives)
}, 120_000)
afterAll(() => rmSync(archives, { recursive: true, force: true }))

describe.each(versions)('with TypeScript %s', (typescript) => {
  const project = emptyProject()
  const tsc = (...args: string[]) => project.run('npx', 'tsc', ...args)
  const nothing = { exitCode: 0, output: '' }

  beforeAll(() => install(project, packed, { typescript, also: ['pg', '@types/pg'] }), 240_000)
  afterAll(() => project.remove())

  it('the tsc of the project is that one', async () => {
    expect((await tsc('--version')).output).toContain(`Version ${typescript}.`)
  })

  it('a first handler is built, compiles, and mistakes in its use are errors', async () => {
    writeFirstHandler(project)
    expect(await project.run('npx', 'jasper-gen', 'build')).toMatchObject({ exitCode: 0 })
    expect(await project.run('npx', 'jasper-gen', 'check')).toMatchObject({ exitCode: 0 })
    expect(await tsc()).toEqual(nothing)
    expect((await project.run('node', 'dist/main.js')).output).toContain('heard: Hello, Ada in 2026')
  })

  it.each(['nodenext', 'bundler'])('the declarations of every door of both packages are sound by themselves, resolved as %s', async (moduleResolution) => {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      ...{ target: 'es2023', lib: ['es2023'], module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext', moduleResolution, types: ['node'] },
    }
    const folder = `doors-${moduleResolution}`
    project.write(`${folder}/all.ts`, packageDoors().map(({ specifier }, index) => `export * as door${index} from '${specifier}'\n`).join(''))
    project.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['.'] }))
    expect(await tsc('-p', folder)).toEqual(nothing)
  })

  it('the recorded code of every case compiles under the strictest flags, codecs included', async () => {
    const folders = [...placeCases(project.folder), placePlanted(project.folder)]
    const { output } = await tsc('-b', ...folders.map((folder) => join(folder, 'tsconfig.strictest.json')))
    expect(output.split('\n').filter((line) => line !== '')).toEqual([expect.stringMatching(/planted\/src\/generated\/jasper\/one\.codec\.ts\(\d+,\d+\): error TS2322/)])
  })
})

/** Every fixture with generated code, and the example apps, as users have them: with the code in its place. */
function placeCases(folder: string): readonly string[] {
  const golden = [...goldenCases('modules'), ...goldenCases('enlistment')].map((one) => {
    const place = join(folder, 'cases', one.name)
    const copy = copyApp(one)
    cpSync(copy.project.folder, place, { recursive: true, filter: (path) => !path.endsWith('/node_modules') })
    copy.remove()
    placeOutput(join(place, copy.project.output), wanted(one))
    return place
  })
  const apps = readdirSync(join(repository, 'fixtures/apps')).flatMap((name) => {
    const place = join(folder, 'cases', name)
    cpSync(join(repository, 'fixtures/apps', name), place, { recursive: true, filter: (path) => !/\/(node_modules|dist|\.jasper)$/.test(path) })
    // Two that talk to each other stand side by side in one folder.
    return isProject(place) ? [place] : readdirSync(place).map((side) => join(place, side)).filter(isProject)
  })
  for (const place of [...golden, ...apps]) checkAll(place)
  return [...golden, ...apps]
}

function isProject(place: string): boolean {
  return existsSync(join(place, 'tsconfig.json'))
}

/** A control: a fault in a codec, which is shown only where `@ts-nocheck` is off. */
function placePlanted(folder: string): string {
  const place = join(folder, 'cases/planted')
  const source = new Map([
    [`${projectDefaults.output}/one.codec.ts`, '// @ts-nocheck\nexport const one: string = 1\n'],
    ['tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext', lib: ['es2023'], types: [], strict: true }, include: ['src'] })],
  ])
  placeOutput(place, source)
  checkAll(place)
  return place
}

/** Takes `@ts-nocheck` off, and writes a tsconfig beside the app's own that adds the strictest flags. */
function checkAll(place: string): void {
  for (const path of readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.codec.ts'))) {
    const file = join(place, path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\/\/ @ts-nocheck$/m, '//'))
  }
  const compilerOptions = {
    ...{ noEmit: true, skipLibCheck: true, strict: true, isolatedModules: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true },
    ...{ noUnusedLocals: true, noUnusedParameters: true, noImplicitReturns: true, noImplicitOverride: true },
  }
  writeFileSync(join(place, 'tsconfig.strictest.json'), JSON.stringify({ extends: './tsconfig.json', compilerOptions }))
}
