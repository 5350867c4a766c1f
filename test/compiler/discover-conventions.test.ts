import { describe, expect, it } from 'vitest'
import { Conventions } from '../../compiler/discover/conventions.ts'
import { globFiles } from '../../compiler/discover/glob-files.ts'
import { RecordingHost } from '../../compiler/discover/recording-host.ts'
import { absolutePath, relativePath } from '../../compiler/discover/source-paths.ts'
import { discoverIn, memoryFileSystem } from './source-project.ts'

describe('names of handlers', () => {
  const conventions = new Conventions()

  it.each(['handle', 'handlePlaceOrder', 'handle2', 'handle_all', 'consume', 'consumeOrder', 'handle$', 'handleAsync', 'handlesOrder', 'consumes', 'orchestrateReturn', 'orchestrates', 'startOrder', 'starts', 'startOrHandle'])('%s is one', (name) => {
    expect(conventions.isHandler(name)).toBe(true)
    expect(conventions.nearHandler(name)).toBeUndefined()
  })

  it.each([
    ['handler', 'handle'],
    ['HandlePlaceOrder', 'handlePlaceOrder'],
    ['handlerOfOrders', 'handleOfOrders'],
    ['HandlesOrder', 'handlesOrder'],
    ['Consumer', 'consume'],
    ['StartShipping', 'startShipping'],
    ['handled', undefined],
    ['starting', undefined],
    ['notFound', undefined],
    ['place', undefined],
    ['mishandle', undefined],
  ])('%s is none; %s may be meant', (name, meant) => {
    expect(conventions.isHandler(name)).toBe(false)
    expect(conventions.nearHandler(name)).toBe(meant)
  })

  it('of classes end in Handler or Consumer', () => {
    const names = ['OrderHandler', 'OrderConsumer', 'Handler', 'Handlers', 'HandlerOfOrders', 'orderhandler']
    expect(names.map((name) => conventions.isHandlerClass(name))).toEqual([true, true, true, false, false, false])
  })

  it('are more where the config says so', () => {
    const more = new Conventions({ handlerNames: ['on', 'when$'], handlerClasses: ['Subscriber'] })
    expect(['onOrderPlaced', 'handle', 'when$', 'once', 'OnOrderPlaced'].map((name) => more.isHandler(name))).toEqual([true, true, true, false, false])
    expect(more.nearHandler('OnOrderPlaced')).toBe('onOrderPlaced')
    expect(more.isHandlerClass('OrderSubscriber')).toBe(true)
  })

  it('are none where the config turns them off, but in a class that was chosen', () => {
    const off = new Conventions({ conventions: false })
    expect([off.isHandler('handle'), off.isHandlerClass('OrderHandler'), off.nearHandler('Handle')]).toEqual([false, false, undefined])
    expect(off.isMethod('handle')).toBe(true)
  })
})

describe('globs', () => {
  const paths = ['src/a.handler.ts', 'src/deep/er/b.handler.mts', 'src/c.ts', 'a.handler.ts', 'src/node_modules/d.handler.ts', 'src/.x/e.handler.ts', 'src/out/f.handler.ts', 'lib/(g)/h+.handler.ts']
  const host = () => new RecordingHost(memoryFileSystem(Object.fromEntries(paths.map((path) => [`/p/${path}`, '']))))
  const found = (...globs: string[]) => globFiles(host(), '/p', globs, '/p/src/out').map((path) => path.slice(3))

  it.each([
    [['src/**/*.handler.{ts,mts}'], ['src/a.handler.ts', 'src/deep/er/b.handler.mts']],
    [['./src/*.handler.ts'], ['src/a.handler.ts']],
    [['**/*.handler.ts', '!src/**'], ['a.handler.ts', 'lib/(g)/h+.handler.ts']],
    [['lib/(g)/h+.handler.ts'], ['lib/(g)/h+.handler.ts']],
    [['src/?.{handler.{ts,js},ts}'], ['src/a.handler.ts', 'src/c.ts']],
    [['nowhere/**'], []],
  ])('%j finds %j', (globs, files) => {
    expect(found(...globs)).toEqual(files)
  })
})

it('paths are made absolute and relative without the disk', () => {
  expect(absolutePath('/a/b', './c/../d')).toBe('/a/b/d')
  expect(absolutePath('/a/b', '/x/y/')).toBe('/x/y')
  expect(absolutePath('', 'C:\\work\\shop')).toBe('C:/work/shop')
  expect(relativePath('/a/b', '/a/c/d')).toBe('../c/d')
  expect(relativePath('/a/b', '/a/b/c')).toBe('c')
})

describe('import style', () => {
  const config = (options: object) => JSON.stringify({ compilerOptions: { lib: ['es2023'], types: [], ...options }, include: ['src'] })
  const style = (options: object, specifier = '') =>
    discoverIn({
      'tsconfig.json': config(options),
      'src/messages.ts': 'export interface Ping { id: string }\n',
      'src/ping.handler.ts':
        (specifier === '' ? 'export interface Ping { id: string }\n' : `import type { Ping } from '${specifier}'\n`) +
        'export function handle(message: Ping): void { void message }\n',
    }).discovered.imports.extension

  it.each([
    [{ module: 'nodenext', allowImportingTsExtensions: true, noEmit: true }, './messages.js', 'ts'],
    [{ module: 'nodenext', rewriteRelativeImportExtensions: true }, '', 'ts'],
    [{ module: 'nodenext' }, './messages.js', 'js'],
    [{ module: 'nodenext' }, '', 'js'],
    [{ module: 'esnext', moduleResolution: 'bundler' }, './messages', 'none'],
    [{ module: 'esnext', moduleResolution: 'bundler' }, './messages.js', 'js'],
    [{ module: 'esnext', moduleResolution: 'bundler' }, '', 'none'],
  ])('%j with %j is %s', (options, specifier, extension) => {
    expect(style(options, specifier)).toBe(extension)
  })
  const bundled = { module: 'esnext', moduleResolution: 'bundler' }
  it.each([
    ['commonjs', { module: 'nodenext', verbatimModuleSyntax: true }, 'verbatim-commonjs'],
    [undefined, { module: 'nodenext', verbatimModuleSyntax: true }, 'verbatim-commonjs'],
    ['module', { module: 'commonjs', moduleResolution: 'bundler', verbatimModuleSyntax: true }, 'verbatim-commonjs'],
    ['commonjs', { module: 'node16' }, 'commonjs-of-node16'],
    ['commonjs', { module: 'node18' }, 'commonjs-of-node16'],
    ['commonjs', { module: 'commonjs', moduleResolution: 'node10' }, 'resolution-of-node10'],
    ['commonjs', { module: 'nodenext' }, undefined],
    ['commonjs', { module: 'commonjs', moduleResolution: 'bundler' }, undefined],
    ['commonjs', { ...bundled, verbatimModuleSyntax: true }, undefined],
    ['module', { module: 'nodenext', verbatimModuleSyntax: true }, undefined],
    ['module', { module: 'node16', verbatimModuleSyntax: true }, undefined],
  ])('in a package of type %s with %j meets %s', (type, options, obstacle) => {
    const { discovered } = discoverIn({
      'package.json': JSON.stringify({ name: 'shop', type }),
      'tsconfig.json': config(options),
      'src/ping.handler.mts': 'export interface Ping { id: string }\nexport function handle(message: Ping): void { void message }\n',
    })
    expect(discovered.imports.obstacle).toBe(obstacle)
  })
})
