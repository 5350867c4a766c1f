import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { temporaryProject, type TemporaryProject } from '../cli/temporary-project.ts'
import { placeOutput } from '../golden/place-output.ts'
import { typeCheck } from '../golden/type-check.ts'

/** What `docs/what-is-a-handler.md` says of layouts: each is compiled, and checked as the user's tsc would. */

let made: TemporaryProject | undefined
afterEach(() => made?.remove('.'))

const strict = {
  ...{ target: 'es2023', lib: ['es2023'], types: ['node'], noEmit: true },
  ...{ strict: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true },
}
const nodenext = { ...strict, module: 'nodenext', allowImportingTsExtensions: true }
const bundler = { ...strict, module: 'esnext', moduleResolution: 'bundler' }

const tsconfig = (compilerOptions: object, more: object = {}): string => JSON.stringify({ compilerOptions, include: ['src'], ...more })

interface Layout {
  readonly files: Readonly<Record<string, string>>
  /** Links by their path, to where they lead. */
  readonly links?: Readonly<Record<string, string>>
  /** The folder of the app, in that of the layout. */
  readonly app?: string
  readonly settings?: Partial<Project>
}

/** Compiles a layout, puts the code in its place, and tells what the compiler and then tsc say, and the text of each file. */
function built({ files, links = {}, app = '.', settings }: Layout) {
  const place = temporaryProject(files)
  made = place
  for (const [from, to] of Object.entries(links)) {
    mkdirSync(dirname(join(place.folder, from)), { recursive: true })
    symlinkSync(join(place.folder, to), join(place.folder, from))
  }
  const folder = join(place.folder, app)
  const project: Project = { folder, configFile: undefined, ...projectDefaults, ...settings }
  const { modules, diagnostics } = compile(project)
  const code = new Map(modules.map(({ path, text }) => [path, text]))
  placeOutput(join(folder, project.output), code)
  return {
    said: diagnostics.map(({ code: of, message }) => `${of} ${message}`),
    tsc: diagnostics.some(({ severity }) => severity === 'error') ? [] : typeCheck(folder),
    text: (path: string): string => code.get(path) ?? `there are only ${[...code.keys()].join(', ')}`,
  }
}

const fine = { said: [], tsc: [] }
const esm = '{ "name": "shop", "type": "module" }'
const messages = `export interface PlaceOrder { orderId: string; placedAt: Date }
export class Money { cents = 0 }
export interface Paid { total: Money }
`
const handlersFrom = (module: string): string =>
  `import type { Paid, PlaceOrder } from '${module}'
export interface Ledger { note(id: string): void }
export function handle(order: PlaceOrder, ledger: Ledger): void { ledger.note(order.orderId) }
export function handlePaid(paid: Paid): void { void paid.total.cents }
`

describe('modules are found as the tsconfig says', () => {
  it('by aliases of paths, which generated code needs none of', () => {
    const layout = built({
      files: {
        'package.json': esm,
        'tsconfig.json': tsconfig({ ...bundler, paths: { '@shop/*': ['./src/*'] } }),
        'src/contracts/messages.ts': messages,
        'src/orders/order.handler.ts': handlersFrom('@shop/contracts/messages'),
      },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('paid.codec.ts')).toContain("from '../../contracts/messages'")
  })

  it('by names that the package gives its own files (imports)', () => {
    const layout = built({
      files: {
        'package.json': JSON.stringify({ name: 'shop', type: 'module', imports: { '#contracts/*': './src/contracts/*' } }),
        'tsconfig.json': tsconfig(nodenext),
        'src/contracts/messages.ts': messages,
        'src/orders/order.handler.ts': handlersFrom('#contracts/messages.ts'),
      },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('place-order.chain.ts')).toContain("from '../../orders/order.handler.ts'")
  })

  it('in several folders that are as one (rootDirs)', () => {
    const layout = built({
      files: {
        'package.json': esm,
        'tsconfig.json': tsconfig({ ...bundler, rootDirs: ['./src', './made'] }, { include: ['src', 'made'] }),
        'made/contracts/messages.ts': messages,
        'src/contracts/order.handler.ts': handlersFrom('./messages'),
      },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('paid.codec.ts')).toContain("from '../../../made/contracts/messages'")
  })

  it('through files that pass on what others declare, under other names too', () => {
    const layout = built({
      files: {
        'package.json': esm,
        'tsconfig.json': tsconfig(nodenext),
        'src/contracts/index.ts': "export * from './all.ts'\nexport { handle } from '../orders/order.handler.ts'\n",
        'src/contracts/all.ts': "export type { Order as PlaceOrder } from './order.ts'\nexport { Money, type Paid } from './money.ts'\n",
        'src/contracts/order.ts': 'interface Order { orderId: string; placedAt: Date }\nexport type { Order }\n',
        'src/contracts/money.ts': 'class Amount { cents = 0 }\nexport { Amount as Money }\nexport interface Paid { total: Amount }\n',
        'src/orders/order.handler.ts': handlersFrom('../contracts/index.ts'),
      },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('index.ts'), 'a type is called what it is declared as').toContain('readonly Order: {')
  })

  it('as .mts files', () => {
    const layout = built({
      files: {
        'package.json': esm,
        'tsconfig.json': tsconfig(nodenext),
        'src/messages.mts': messages,
        'src/order.handler.mts': handlersFrom('./messages.mts'),
      },
      settings: { output: 'src/generated' },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('place-order.chain.ts')).toContain("from '../order.handler.mts'")
  })
})

describe('packages', () => {
  const packageOf = (name: string, entry: string): string =>
    JSON.stringify({ name, version: '1.0.0', type: 'module', exports: { '.': { types: `${entry}.d.ts`, default: `${entry}.js` } } })
  const contracts = {
    'package.json': packageOf('@shop/contracts', './index'),
    'index.d.ts': `import type { Money } from '@shop/money'
export type { Money }
export interface PlaceOrder { orderId: string; placedAt: Date }
export interface Paid { total: Money }
`,
    'index.js': '',
  }
  const money = {
    'package.json': packageOf('@shop/money', './index'),
    'index.d.ts': 'export interface Money { cents: number }\n',
    'index.js': '',
  }
  const below = (folder: string, files: Readonly<Record<string, string>>) => 
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))

  it('are imported by name where links lead into a store, as with pnpm; what they need is out of the reach of the app', () => {
    const layout = built({
      files: {
        'package.json': esm,
        'tsconfig.json': tsconfig(nodenext),
        'src/order.handler.ts': handlersFrom('@shop/contracts'),
        ...below('node_modules/.pnpm/@shop+contracts@1.0.0/node_modules/@shop/contracts', contracts),
        ...below('node_modules/.pnpm/@shop+money@1.0.0/node_modules/@shop/money', money),
      },
      links: {
        'node_modules/@shop/contracts': 'node_modules/.pnpm/@shop+contracts@1.0.0/node_modules/@shop/contracts',
        'node_modules/.pnpm/@shop+contracts@1.0.0/node_modules/@shop/money': 'node_modules/.pnpm/@shop+money@1.0.0/node_modules/@shop/money',
      },
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('place-order.codec.ts')).toContain("from '@shop/contracts'")
    expect(layout.text('paid.codec.ts')).toContain("from '@shop/contracts'")
  })

  it('of the same workspace are read from their sources, and their tsconfigs may be one', () => {
    const layout = built({
      files: {
        'package.json': '{ "name": "monorepo", "private": true, "workspaces": ["packages/*"] }',
        'tsconfig.base.json': JSON.stringify({ compilerOptions: nodenext }),
        'packages/contracts/package.json': '{ "name": "@shop/contracts", "type": "module", "exports": "./src/index.ts" }',
        'packages/contracts/src/index.ts': messages,
        'packages/orders/package.json': esm,
        'packages/orders/tsconfig.json': JSON.stringify({ extends: '../../tsconfig.base.json', include: ['src'] }),
        'packages/orders/src/order.handler.ts': handlersFrom('@shop/contracts'),
      },
      links: { 'node_modules/@shop/contracts': 'packages/contracts' },
      app: 'packages/orders',
    })
    expect(layout).toMatchObject(fine)
    expect(layout.text('paid.codec.ts')).toContain("from '@shop/contracts'")
  })

  it('that are referenced projects need not be built first', () => {
    const output = { noEmit: false, composite: true, declaration: true, rootDir: 'src', outDir: 'dist', rewriteRelativeImportExtensions: true }
    const composite = tsconfig({ ...strict, module: 'nodenext', ...output })
    const layout = built({
      files: {
        'contracts/package.json': packageOf('@shop/contracts', './dist/index'),
        'contracts/tsconfig.json': composite,
        'contracts/src/index.ts': messages,
        'orders/package.json': esm,
        'orders/tsconfig.json': tsconfig(nodenext, { references: [{ path: '../contracts' }] }),
        'orders/src/order.handler.ts': handlersFrom('@shop/contracts'),
      },
      links: { 'node_modules/@shop/contracts': 'contracts' },
      app: 'orders',
    })
    expect(layout.said).toEqual([])
    expect(layout.text('paid.codec.ts')).toContain("from '@shop/contracts'")
  })
})
