import { afterEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../compiler/config/load-config.ts'
import { relativePath } from '../../compiler/config/relative-path.ts'
import { temporaryProject, type TemporaryProject } from './temporary-project.ts'

let project: TemporaryProject

afterEach(() => project.remove('.'))

async function load(files: Readonly<Record<string, string>>, file?: string) {
  project = temporaryProject(files)
  const { project: loaded, diagnostics } = await loadConfig(project.folder, file)
  return { loaded, codes: diagnostics.map(({ code, span }) => `${code} ${span?.line ?? '-'}:${span?.column ?? '-'}`), diagnostics }
}

describe('a config', () => {
  it('is not needed', async () => {
    const { loaded, codes } = await load({})
    expect(codes).toEqual([])
    expect(loaded).toEqual({
      folder: project.folder,
      configFile: undefined,
      handlers: ['src/**/*.handler.{ts,mts}', 'src/**/*.consumer.{ts,mts}'],
      messages: ['src/**/messages.{ts,mts}', 'src/**/*.messages.{ts,mts}'],
      providers: ['src/**/*.providers.{ts,mts}'],
      middleware: ['src/**/*.middleware.{ts,mts}'],
      handlerNames: [],
      handlerClasses: [],
      include: [],
      exclude: [],
      conventions: true,
      output: 'src/generated/jasper',
      routes: undefined,
      policies: undefined,
      packages: [],
      plugins: [],
      tsconfig: 'tsconfig.json',
      register: true,
      unknownMembers: 'ignore',
    })
  })

  it('overrides what it names, and paths come in one spelling', async () => {
    const { loaded, codes } = await load({
      'jasper.config.mjs': "export default { output: './lib//gen/', handlers: ['./lib/**/*.ts'], register: false, routes: undefined }",
    })
    expect(codes).toEqual([])
    expect(loaded).toMatchObject({ configFile: 'jasper.config.mjs', output: 'lib/gen', handlers: ['lib/**/*.ts'], register: false, routes: undefined })
  })

  it('named with --config makes its own folder the project', async () => {
    const { loaded } = await load({ 'packages/shop/shop.config.mjs': "export default { output: 'gen' }" }, 'packages/shop/shop.config.mjs')
    expect(loaded).toMatchObject({ folder: `${project.folder}/packages/shop`, configFile: 'shop.config.mjs', output: 'gen' })
  })

  it('names what is a handler and what is none', async () => {
    const { loaded, codes } = await load({
      'src/orders.ts': '',
      'jasper.config.mjs':
        "export default { handlerNames: ['on'], handlerClasses: ['Actor'], conventions: false, " +
        "include: ['./src//orders.ts#Orders.place'], exclude: ['./src/legacy/**', '#Old*', './src/a.handler.ts#handle'] }",
    })
    expect(codes).toEqual([])
    expect(loaded).toMatchObject({
      handlerNames: ['on'],
      handlerClasses: ['Actor'],
      conventions: false,
      include: ['src/orders.ts#Orders.place'],
      exclude: ['src/legacy/**', '#Old*', 'src/a.handler.ts#handle'],
    })
  })

  it.each([
    ["handlerNames: ['on order']", 'JG0008'],
    ["handlerClasses: 'Actor'", 'JG0008'],
    ["include: ['src/orders.ts']", 'JG0008'],
    ["include: ['src/orders.ts#a.b.c']", 'JG0008'],
    ["include: ['src/gone.ts#place']", 'JG0010'],
    ["include: ['../orders.ts#place']", 'JG0009'],
    ["exclude: ['a#b#c']", 'JG0008'],
    ["exclude: ['/src/**']", 'JG0009'],
    ["conventions: 'off'", 'JG0008'],
  ])('with %s is refused', async (member, code) => {
    const { loaded, codes } = await load({ 'jasper.config.mjs': `export default { ${member} }` })
    expect([loaded, ...codes]).toEqual([undefined, `${code} 1:18`])
  })

  it('is refused with every mistake in it, each at its place', async () => {
    const { loaded, codes } = await load({
      'jasper.config.mjs': [
        'export default {',
        '  // output: used to be here',
        "  ouput: 'gen',",
        '  handlers: [],',
        "  'register': 1,",
        "  tsconfig: '../tsconfig.json',",
        "  routes: 'none.ts',",
        '}',
      ].join('\n'),
    })
    expect(loaded).toBeUndefined()
    expect(codes).toEqual(['JG0007 3:3', 'JG0008 4:3', 'JG0008 5:3', 'JG0009 6:3', 'JG0010 7:3'])
  })

  it.each([
    ['null', 'null'],
    ['[]', 'an empty list'],
    ["'src'", '"src"'],
    ['() => ({})', 'a function'],
  ])('may not be %s', async (text, found) => {
    const { diagnostics } = await load({ 'jasper.config.mjs': `export default ${text}` })
    expect(diagnostics.map(({ message }) => message)).toEqual([`jasper.config.mjs has no config as its default export, but ${found}`])
  })

  it('that throws is shown where it throws', async () => {
    const { codes, diagnostics } = await load({ 'jasper.config.mjs': 'const text = undefined\n\nexport default { output: text.trim() }\n' })
    expect(codes).toEqual(['JG0005 3:31'])
    expect(diagnostics[0]?.message).toContain("Cannot read properties of undefined (reading 'trim')")
  })

  it('cannot reach prototypes by the names of its members', async () => {
    const { codes } = await load({ 'jasper.config.mjs': "export default { ['__proto__']: 1, constructor: 2, toString: 3 }" })
    expect(codes.map((code) => code.slice(0, 6))).toEqual(['JG0007', 'JG0007', 'JG0007'])
  })
})

describe('a path in a config', () => {
  it.each([
    ['src/gen', 'src/gen'],
    ['./src/gen/', 'src/gen'],
    ['src\\gen', 'src/gen'],
    ['src/../lib', 'lib'],
    ['..gen', '..gen'],
  ])('%s is %s', (written, path) => {
    project = temporaryProject()
    expect(relativePath(written)).toEqual({ kind: 'inside', path })
  })

  it.each([
    ['..', 'outside'],
    ['../gen', 'outside'],
    ['src/../../gen', 'outside'],
    ['/gen', 'absolute'],
    ['C:\\gen', 'absolute'],
    ['.', 'itself'],
    ['src/..', 'itself'],
  ])('%s is refused as %s', (written, kind) => {
    project = temporaryProject()
    expect(relativePath(written)).toEqual({ kind })
  })
})
