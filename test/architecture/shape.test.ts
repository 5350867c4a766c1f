import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { errorCodes } from '../../runtime/errors/error-codes.ts'
import { packageDoors, repository } from '../tooling/package-doors.ts'
import { codeOf, foldersIn, sourceFiles, textOf } from './source-files.ts'

const shippedRooms = ['compiler', 'runtime', 'templates']
const shipped = shippedRooms.flatMap(sourceFiles)
const shippedCode = shipped.filter((path) => path.endsWith('.ts'))
const everything = [...shippedRooms, 'fixtures', 'test'].flatMap(sourceFiles)
const withoutEnding = (path: string) => basename(path).replace(/\..*$/, '')

describe('files', () => {
  it('are found at all', () => {
    expect(shippedCode.length).toBeGreaterThan(90)
  })

  it('have at most 400 lines', () => {
    const code = everything.filter((path) => /\.(ts|js|cjs|sql)$/.test(path))
    const lines = (path: string) => textOf(path).split('\n').length - 1
    expect(code.filter((path) => lines(path) > 400).map((path) => `${path}: ${lines(path)}`)).toEqual([])
  })

  it('are named in kebab-case', () => {
    const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/
    const ownName = /^(README\.md|LICENSE)$/
    // The bad projects there may well be bad at names too.
    const named = everything.filter((path) => !path.startsWith('fixtures/diagnostics/') && !ownName.test(basename(path)))
    expect(named.filter((path) => !kebab.test(basename(path)))).toEqual([])
  })

  it('have names that say something', () => {
    const banned = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'base', 'impl', 'data', 'info'])
    /** Words that may be part of a name, as in service-name.ts, but say nothing alone. */
    const bannedAlone = new Set(['service', 'services', 'types'])
    const says = (path: string) =>
      !bannedAlone.has(withoutEnding(path)) && !withoutEnding(path).split('-').some((word) => banned.has(word))
    const folders = [...new Set(shipped.flatMap((path) => dirname(path).split('/')))]
    const code = everything.filter((path) => /\.(ts|js|cjs)$/.test(path) && !path.startsWith('fixtures/'))
    expect([...code, ...folders].filter((path) => !says(path))).toEqual([])
  })

  it('are finished', () => {
    const unfinished = /\b(TODO|FIXME|XXX)\b|[Nn]ot (yet )?implemented/
    expect(shippedCode.filter((path) => unfinished.test(textOf(path)))).toEqual([])
  })

  it('name no registry: where packages come from is each machine\'s own affair', () => {
    expect(textOf('package-lock.json').match(/"resolved": "(?!compiler"|runtime")[^"]*"/g)).toBe(null)
  })

  it('carry the licence into both packages', () => {
    expect([textOf('compiler/LICENSE'), textOf('runtime/LICENSE')]).toEqual([textOf('LICENSE'), textOf('LICENSE')])
  })

  it('reach the package: whatever the runtime reads is code that tsc copies to dist', () => {
    const known = /\.ts$|\/(README\.md|package\.json|tsconfig\.json|LICENSE)$/
    expect(shipped.filter((path) => !known.test(path))).toEqual([])
  })
})

describe('the doors of the packages', () => {
  const doors = packageDoors()
  /** Drivers without an optional peer come through the main door. */
  const throughMainDoor = ['runtime/stores/in-memory/index.ts', 'runtime/transports/local/index.ts']

  it('are built from files that exist', () => {
    expect(doors.filter(({ source }) => !existsSync(join(repository, source)))).toEqual([])
  })

  it('are there for every store, transport and integration', () => {
    const drivers = shippedCode.filter((path) => /^runtime\/((stores|transports)\/[^/]+\/index|integrations\/[^/]+)\.ts$/.test(path))
    const sources = doors.map(({ source }) => source)
    expect(drivers.filter((path) => !sources.includes(path) && !throughMainDoor.includes(path))).toEqual([])
  })

  it('are the only index files: a barrel hides where things are', () => {
    const allowed = [...doors.map(({ source }) => source), ...throughMainDoor]
    expect(shippedCode.filter((path) => basename(path) === 'index.ts' && !allowed.includes(path))).toEqual([])
  })
})

describe('a driver is complete', () => {
  const integrations = sourceFiles('runtime/integrations')
    .filter((path) => /^runtime\/integrations\/[^/]+\.ts$/.test(path))
    .map(withoutEnding)

  it.each(integrations)('integration %s has both halves, a door, a test, and a place in the list', (name) => {
    expect(existsSync(join(repository, `compiler/integrations/${name}.ts`)), 'compile half').toBe(true)
    expect(packageDoors().map(({ source }) => source), 'door').toContain(`runtime/integrations/${name}.ts`)
    expect(existsSync(join(repository, `test/integrations/${name}.test.ts`)), 'test').toBe(true)
    expect(textOf('compiler/integrations/built-in.ts'), 'list').toContain(`'./${name}.ts'`)
  })

  it('and no compile half stands alone', () => {
    const halves = sourceFiles('compiler/integrations').filter((path) => /\badapter:/.test(codeOf(path)) && !path.endsWith('/integration.ts'))
    expect(halves.map(withoutEnding).sort()).toEqual([...integrations].sort())
  })

  it.each(foldersIn('runtime/stores'))('store %s has an index and tests under its name', (name) => {
    expect(existsSync(join(repository, `runtime/stores/${name}/index.ts`)), 'index').toBe(true)
    const tests = sourceFiles('test/stores').filter((path) => path.endsWith('.test.ts'))
    expect(tests.map((path) => basename(path)).join(' '), 'test').toMatch(new RegExp(`(^| )${name}(-[a-z-]+)?\\.test\\.ts`))
  })

  it.each(['runtime/stores', 'runtime/transports'].flatMap((kind) => foldersIn(kind).map((name) => `${kind}/${name}`)))(
    '%s opens with a README when it has more than three files',
    (folder) => {
      const files = sourceFiles(folder)
      expect(files.length <= 3 || files.includes(`${folder}/README.md`)).toBe(true)
    },
  )

  it('every frame has a template that spells it, under its name', () => {
    const frames = [...codeOf('compiler/resolve/frames/frame.ts').matchAll(/readonly kind: '([a-z-]+)'/g)].map(([, kind]) => kind)
    const templates = sourceFiles('templates/frames').map(withoutEnding).filter((name) => name !== 'README')
    expect(frames.length).toBeGreaterThan(5)
    expect([...new Set(frames)].sort()).toEqual(templates)
  })
})

describe('codes', () => {
  const runtimeCode = shippedCode.filter((path) => path.startsWith('runtime/') && path !== 'runtime/errors/error-codes.ts')
  const compilerCode = shippedCode.filter((path) => path.startsWith('compiler/') && !path.startsWith('compiler/diagnostics/catalog'))
  /** Asking for a code is not raising it. */
  const raised = (path: string) => codeOf(path).replace(/\.is\([^)]*\)/g, '').replace(/[!=]== '[A-Z_]+'/g, '')
  const quoted = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code ?? '')

  const thrown = new Set(runtimeCode.flatMap((path) => quoted(raised(path), /'(JASPER_[A-Z_]+)'/g)))
  const reported = new Set(compilerCode.flatMap((path) => quoted(codeOf(path), /'(JG\d{4})'/g)))

  it('of the runtime are all thrown somewhere', () => {
    expect(Object.keys(errorCodes).filter((code) => !thrown.has(code))).toEqual([])
  })

  it('that the runtime throws are all listed', () => {
    expect([...thrown].filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([])
  })

  it('of the runtime are listed in alphabetical order, each with its sentence', () => {
    expect(Object.keys(errorCodes)).toEqual(Object.keys(errorCodes).sort())
    expect(Object.values(errorCodes).filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([])
  })

  it('of the compiler are all reported somewhere', () => {
    expect(Object.keys(catalog).filter((code) => !reported.has(code))).toEqual([])
  })

  it('that the compiler reports are all in the catalogue', () => {
    expect([...reported].filter((code) => !Object.hasOwn(catalog, code))).toEqual([])
  })

  it('of the compiler have the digit of their stage', () => {
    expect(Object.keys(catalog).filter((code) => !/^JG[0-5]\d{3}$/.test(code))).toEqual([])
  })

  it('of the compiler have a fixture each, and no fixture is of another code', () => {
    const fixtures = foldersIn('fixtures/diagnostics').map((name) => name.slice(0, 6))
    expect(Object.keys(catalog).filter((code) => !fixtures.includes(code)), 'codes without a fixture').toEqual([])
    expect(fixtures.filter((code) => !Object.hasOwn(catalog, code)), 'fixtures without a code').toEqual([])
  })
})
