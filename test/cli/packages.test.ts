import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProject } from '../../compiler/build-project.ts'
import { checkProject } from '../../compiler/check-project.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { describeProject } from '../../compiler/describe-project.ts'
import { explainerOf } from '../../compiler/explain/explain-project.ts'
import { typeCheck } from '../golden/type-check.ts'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

const installed = 'node_modules/@acme/order-handlers'
let files: TemporaryProject
let project: Project
beforeAll(async () => {
  files = temporaryProject({
    'package.json': shop['package.json'],
    'tsconfig.json': shop['tsconfig.json'],
    [`${installed}/package.json`]: '{ "name": "@acme/order-handlers", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./dist/index.d.ts", "default": "./dist/index.js" } } }\n',
    [`${installed}/dist/index.js`]: `export { OrderHandler } from './order-handler.js'
export async function handleCancelled(command, mailer) { return { orderId: command.orderId } }
`,
    [`${installed}/dist/index.d.ts`]: `import type { CancelOrder, OrderCancelled } from './messages.js'
export type { CancelOrder, OrderCancelled, PlaceOrder } from './messages.js'
export { OrderHandler } from './order-handler.js'
export interface Mailer { send(to: string): Promise<void> }
export declare function handleCancelled(command: CancelOrder, mailer: Mailer): Promise<OrderCancelled>
export declare function handler(order: string): void
`,
    [`${installed}/dist/messages.d.ts`]: `export interface PlaceOrder { orderId: string }
export interface CancelOrder { orderId: string }
export interface OrderCancelled { orderId: string }
`,
    [`${installed}/dist/order-handler.js`]: 'export class OrderHandler { async handle(command, tx) { await tx.query("select 1") } }\n',
    [`${installed}/dist/order-handler.d.ts`]: `import type { PoolClient } from 'pg'
import type { PlaceOrder } from './messages.js'
export declare class OrderHandler {
  handle(command: PlaceOrder, tx: PoolClient): Promise<void>
}
`,
    'src/own.handler.ts': `import type { PlaceOrder } from '@acme/order-handlers'

export function handle(command: PlaceOrder): void {
  console.log(command.orderId)
}
`,
  })
  project = { ...projectDefaults, folder: files.folder, configFile: undefined, packages: ['@acme/order-handlers'] }
  const built = await buildProject(project)
  expect(built.kind === 'built' ? built.warnings : built.diagnostics).toEqual([])
})
afterAll(() => files.remove('.'))

describe('handlers of an installed package', () => {
  it('are called by chains that import them from the package', () => {
    const text = files.read('src/generated/jasper/cancel-order.chain.ts')
    expect(text).toContain("import { type CancelOrder, type Mailer, type OrderCancelled, handleCancelled } from '@acme/order-handlers'")
    expect(text).toContain('const result = await handleCancelled(message, services.mailer)')
    expect(text).toContain('from @acme/order-handlers. DO NOT EDIT.')
  })

  it('stand behind those of the app in the chain of one message, with what they ask for', () => {
    const text = files.read('src/generated/jasper/place-order.chain.ts')
    expect(text).toContain("import { OrderHandler, type PlaceOrder } from '@acme/order-handlers'")
    expect(text).toMatch(/handle\(message\)[^]*new OrderHandler\(\)[^]*await orderHandler\.handle\(message, tx\)[^]*run\.settle\(\)/)
  })

  it('make generated code that compiles', () => {
    expect(typeCheck(files.folder)).toEqual([])
  })

  it('are told by describe', async () => {
    const described = await describeProject(project)
    const chains = described.kind === 'described' ? described.description.chains : []
    expect(chains.map(({ message, handlers, transaction }) => [message, handlers.map(({ name }) => name), transaction])).toEqual([
      ['CancelOrder', ['handleCancelled'], undefined],
      ['PlaceOrder', ['handle', 'OrderHandler.handle'], 'pg'],
    ])
  })

  it.each(['handleCancelled', '@acme/order-handlers'])('are told by explain: %s', async (question) => {
    const answer = await explainerOf(project)(question)
    const explained = answer.kind === 'explained' ? answer.explanation : undefined
    const [file] = explained?.kind === 'function' ? explained.files : explained?.kind === 'file' ? [explained] : []
    expect(file).toMatchObject({ file: '@acme/order-handlers', match: { kind: 'matched', by: '@acme/order-handlers' } })
    expect(file?.entries).toContainEqual(expect.objectContaining({ name: 'handleCancelled', verdict: expect.objectContaining({ kind: 'handler' }) }))
  })

  it('make the generated code stale when the declarations change', async () => {
    expect(await checkProject(project)).toMatchObject({ kind: 'current' })
    const path = `${installed}/dist/index.d.ts`
    files.write(path, files.read(path).replace('mailer: Mailer)', 'mailer: Mailer, signal: AbortSignal)'))
    expect(await checkProject(project)).toMatchObject({ kind: 'stale', changes: [{ path, kind: 'changed' }] })
  })
})
