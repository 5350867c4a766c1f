import { describe, expect, it } from 'vitest'
import type { Shape } from '../../compiler/discover/shape.ts'
import type { FileSystem } from '../../compiler/discover/file-system.ts'
import { discoverIn, discoverOn, memoryFileSystem, strictTsconfig, type SourceProject } from './source-project.ts'

const handler = "import type { Ping } from './messages.ts'\nexport function handle(message: Ping): void { void message }\n"

function withMember(type: string): Readonly<Record<string, string>> {
  return { 'src/ping.handler.ts': handler, 'src/messages.ts': `export interface Ping { member: ${type} }\n` }
}

function memberOf(project: SourceProject): Shape | undefined {
  const shape = project.discovered.shapes['src/messages.ts#Ping']?.shape
  return shape?.kind === 'object' ? shape.members[0]?.shape : undefined
}

describe('the tsconfig', () => {
  it('that is missing, or extends what is missing, is an error and nothing is discovered', () => {
    const none = discoverOn(memoryFileSystem({ '/shop/src/ping.handler.ts': handler }))
    expect(none.said).toEqual(['JG0001 tsconfig.json does not exist'])
    expect(none.discovered.handlers).toEqual([])
    const extended = discoverIn({ ...withMember('string'), 'tsconfig.json': '{ "extends": "./base.json" }' })
    expect(extended.said[0]).toMatch(/^JG0002 .*base\.json/)
    const broken = discoverIn({ ...withMember('string'), 'tsconfig.json': '{ "compilerOptions": { ]' })
    expect(broken.said[0]).toMatch(/^JG0002 tsconfig\.json:1:24 /)
  })

  it('that cannot be opened, or is no object, is an error', () => {
    const disk = memoryFileSystem({ '/shop/tsconfig.json': strictTsconfig, '/shop/src/ping.handler.ts': handler })
    const refusing: FileSystem = { ...disk, readFile: (path) => (path.endsWith('tsconfig.json') ? undefined : disk.readFile(path)) }
    expect(discoverOn(refusing).said).toEqual(['JG0002 tsconfig.json cannot be read: the file cannot be opened'])
    for (const text of ['null', '[]', '"strict"', '{ "include": "src" }']) {
      expect(discoverIn({ ...withMember('string'), 'tsconfig.json': text }).said[0], text).toMatch(/^JG0002 tsconfig\.json/)
    }
  })

  it('is read with all that it extends', () => {
    const loose = JSON.stringify({ compilerOptions: { strict: false } })
    const tsconfig = JSON.stringify({ extends: './base.json', compilerOptions: { lib: ['es2023'], types: [] }, include: ['src'] })
    const project = discoverIn({ ...withMember('string | null'), 'tsconfig.json': tsconfig, 'base.json': loose })
    expect(memberOf(project)).toEqual({ kind: 'string' })
  })

  it('means what the TypeScript of the project takes it to mean: 5 was not strict by default', () => {
    const files = { ...withMember('string | null'), 'tsconfig.json': JSON.stringify({ compilerOptions: { lib: ['es2023'] }, include: ['src'] }) }
    const typescript = (version: string) => ({ 'node_modules/typescript/package.json': JSON.stringify({ name: 'typescript', version }) })
    expect(memberOf(discoverIn({ ...files, ...typescript('5.9.3') }))).toEqual({ kind: 'string' })
    expect(memberOf(discoverIn({ ...files, ...typescript('6.0.3') }))).toMatchObject({ kind: 'union' })
    expect(memberOf(discoverIn({ ...files, ...typescript('7.0.2') }))).toMatchObject({ kind: 'union' })
  })

  it('that asks for a library of the future is read with the newest that is known', () => {
    const project = discoverIn({ ...withMember('string[]'), 'tsconfig.json': strictTsconfig.replace('["es2023"]', '["es2099"]') })
    expect(project.said).toHaveLength(1)
    expect(project.diagnostics[0]).toMatchObject({ code: 'JG0003', severity: 'warning' })
    expect(memberOf(project)).toEqual({ kind: 'array', element: { kind: 'string' } })
  })

  it('need not include the handlers', () => {
    const project = discoverIn({ ...withMember('string'), 'tsconfig.json': strictTsconfig.replace('["src"]', '["other"]') })
    expect(project.discovered.handlers).toHaveLength(1)
  })
})

describe('the output folder', () => {
  it('is never read, whatever stands in it', () => {
    const project = discoverIn({
      ...withMember('string'),
      'src/generated/jasper/evil.handler.ts': 'export function handle(: {',
      'src/generated/jasper/index.ts': 'export type Context = string',
    })
    expect(project.said).toEqual([])
    expect(project.discovered.handlers).toHaveLength(1)
    expect(project.observations.files.map(({ path }) => path).filter((path) => path.includes('generated'))).toEqual([])
  })

  it('has its Context before the first build', () => {
    const project = discoverIn({
      'src/messages.ts': 'export interface Ping { id: string }\n',
      'src/ping.handler.ts':
        "import type { Context } from './generated/jasper/index.ts'\nimport type { Ping } from './messages.ts'\n" +
        'export function handle(message: Ping, context: Context): void { void [message, context] }\n',
      'node_modules/jasper-runtime/package.json': '{ "name": "jasper-runtime", "types": "./index.d.ts" }',
      'node_modules/jasper-runtime/index.d.ts': 'export interface MessageContext<M = {}> { send(name: keyof M): void }\n',
    })
    expect(project.said).toEqual([])
    expect(project.discovered.handlers[0]?.parameters[0]?.type).toMatchObject({
      origin: { kind: 'package', name: 'jasper-runtime' },
      symbol: 'MessageContext',
      text: 'Context',
    })
  })
})

describe('a package of the workspace', () => {
  const outside = {
    files: {
      '/messages/package.json': '{ "name": "@shop/messages", "exports": "./src/index.ts" }',
      '/messages/src/index.ts': "export type { PlaceOrder } from './place-order.ts'\nexport { Money } from './money.ts'\n",
      '/messages/src/place-order.ts': 'export interface PlaceOrder { orderId: string }\n',
      '/messages/src/money.ts': 'export class Money { cents = 0 }\n',
    },
    links: { '/shop/node_modules/@shop/messages': '/messages' },
  }
  const project = {
    'package.json': '{ "name": "shop", "type": "module" }',
    'src/order.handler.ts':
      "import type { PlaceOrder } from '@shop/messages'\nexport function handle(message: PlaceOrder): void { void message }\n",
  }

  it('is imported by its name, whatever folder it stands in', () => {
    const { said, discovered } = discoverIn(project, outside)
    expect(said).toEqual([])
    expect(discovered.messages[0]).toMatchObject({
      name: 'PlaceOrder',
      shape: { kind: 'ref', key: '@shop/messages#PlaceOrder' },
      type: { origin: { kind: 'package', name: '@shop/messages' }, importable: { from: { package: '@shop/messages' }, name: 'PlaceOrder' } },
    })
  })

  it('has classes that come back as they went in', () => {
    const using = "import type { Money } from '@shop/messages'\nexport interface Pay { total: Money }\nexport function handle(message: Pay): void { void message }\n"
    const { said, discovered } = discoverIn({ ...project, 'src/pay.handler.ts': using }, outside)
    expect(said).toEqual([])
    const money = discovered.shapes['@shop/messages#Money']
    expect(money?.class).toEqual({ from: { package: '@shop/messages' }, name: 'Money', fromJSON: false })
  })
})

describe('the observations', () => {
  const files = {
    '/shop/tsconfig.json': '{ "extends": "@shop/tsconfig/base.json", "include": ["src"] }',
    '/shop/node_modules/@shop/tsconfig/base.json': strictTsconfig,
    '/shop/node_modules/@shop/tsconfig/package.json': '{ "name": "@shop/tsconfig" }',
    '/shop/src/orders/ping.handler.ts': handler,
    '/shop/src/orders/messages.ts': "import type { Other } from 'other'\nexport interface Ping { member: Other }\n",
    '/shop/node_modules/other/package.json': '{ "name": "other", "types": "./index.d.ts" }',
    '/shop/node_modules/other/index.d.ts': 'export interface Other { a: string }\n',
  }

  it('hold every question that was asked: with their answers alone, the result is the same', () => {
    const disk = memoryFileSystem(files)
    const first = discoverOn(disk)
    expect(first.said).toEqual([])
    const { observations } = first
    const read = new Set(observations.files.map(({ path }) => path))
    const known = new Set([...observations.present, ...observations.absent].map(({ kind, path }) => `${kind} ${path}`))
    const listed = new Set(observations.directories.map(({ path }) => path))
    const unasked: string[] = []
    const replay: FileSystem = {
      ...disk,
      readFile: (path) => {
        if (!read.has(path) && !known.has(`file ${path}`)) unasked.push(`read ${path}`)
        return disk.readFile(path)
      },
      kindOf: (path) => {
        if (!read.has(path) && !known.has(`file ${path}`) && !known.has(`directory ${path}`)) unasked.push(`kind ${path}`)
        return disk.kindOf(path)
      },
      listDirectory: (path) => {
        if (!listed.has(path)) unasked.push(`list ${path}`)
        return disk.listDirectory(path)
      },
    }
    expect(discoverOn(replay)).toEqual(first)
    expect(unasked).toEqual([])
  })

  it('change when a file changes, when one appears that is looked for, and when a handler is added', () => {
    const before = discoverOn(memoryFileSystem(files)).observations
    const after = (more: Readonly<Record<string, string>>) => discoverOn(memoryFileSystem({ ...files, ...more })).observations
    expect(after({ '/shop/node_modules/other/index.d.ts': 'export interface Other { b: string }\n' }).files).not.toEqual(before.files)
    expect(before.absent.map(({ path }) => path)).toContain('/shop/src/orders/node_modules')
    expect(after({ '/shop/src/orders/node_modules/other/index.d.ts': '' }).absent).not.toEqual(before.absent)
    expect(after({ '/shop/src/new.handler.ts': handler }).directories).not.toEqual(before.directories)
  })
})
