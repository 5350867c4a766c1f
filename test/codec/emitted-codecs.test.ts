import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { NamedShape, Shape } from '../../compiler/discover/shape.ts'
import { array, bigint, bytes, codecTexts, date, json, lit, map, message, nil, nothing, number, object, optional, outputFolder, pattern, record, ref, set, shapeTable, string, template, tuple, union, url } from './load-codecs.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

const shapes = shapeTable(
  {
    PlaceOrder: object({
      orderId: string,
      'first-name': optional(union(string, nil)),
      lines: array(ref('OrderLine')),
      payment: union(ref('Card'), ref('Cash')),
      outcome: union(ref('OrderLine'), ref('Money')),
      placedAt: date,
      status: ref('Status'),
      tags: record(union(string, nothing)),
      at: tuple(number, optional(date), { rest: lit('x') }),
      any: json,
      amount: union(number, bigint, date, array(string)),
      prices: map(string, ref('Money')),
      labels: set(union(pattern('vip-', 'number', ''), lit('none'))),
      picture: union(bytes, date, url),
      reference: pattern('', 'string', '@', 'Uppercase', ''),
      codes: { kind: 'record', value: number, keys: template('x-', 'string', '') },
      ends: tuple({ rest: string }, number, date),
      links: { kind: 'object', members: [{ name: 'self', shape: url, optional: false }], indexes: [{ keys: template('x-', 'string', ''), value: number }, { value: union(url, number) }] },
      constructor: optional(string),
    }),
    CancelOrder: object({ orderId: string, lines: array(ref('OrderLine')), tree: ref('Tree'), path: string, json: date }),
    OrderLine: object({ sku: string, price: number, shipped: optional(date) }),
    Card: object({ kind: lit('card'), digits: string }),
    Cash: object({ kind: lit('cash') }),
    Status: union(lit('open'), lit('paid')),
    Money: object({ amount: bigint, currency: string }),
    Stamp: string,
    Tree: object({ value: number, children: array(ref('Tree')), stamp: optional(ref('Stamp')), failure: optional(ref('Failure')) }),
    Failure: object({ reason: string }),
  },
  { Money: { fromJSON: false }, Stamp: { fromJSON: true } },
)
const source = `
export type Id = string & { readonly __brand: 'Id' }
export declare enum Status { Open = 'open', Paid = 'paid' }
export interface OrderLine { readonly sku: Id; readonly price: number; readonly shipped?: Date }
export interface Card { kind: 'card'; digits: string }
export interface Cash { kind: 'cash' }
export class Money {
  readonly amount: bigint
  readonly currency: string
  constructor(amount: bigint, currency: string) { this.amount = amount; this.currency = currency }
}
export class Stamp {
  #text: string
  constructor(text: string) { this.#text = text }
  toJSON(): string { return this.#text }
  static fromJSON(text: string): Stamp { return new Stamp(text) }
}
export interface Failure { readonly reason: string }
export interface Tree { readonly value: number; readonly children: readonly Tree[]; readonly stamp?: Stamp; readonly failure?: Failure }
export interface PlaceOrder {
  readonly orderId: Id
  readonly 'first-name'?: string | null
  readonly lines: readonly OrderLine[]
  readonly payment: Card | Cash
  readonly outcome: OrderLine | Money
  readonly placedAt: Date
  readonly status: Status
  readonly tags: Readonly<Record<string, string | undefined>>
  readonly at: readonly [number, Date?, ...'x'[]]
  readonly any: unknown
  readonly amount: number | bigint | Date | string[]
  readonly prices: ReadonlyMap<string, Money>
  readonly labels: ReadonlySet<\`vip-\${number}\` | 'none'>
  readonly picture: Uint8Array | Date | URL
  readonly reference: \`\${string}@\${Uppercase<string>}\`
  readonly codes: Readonly<Record<\`x-\${string}\`, number>>
  readonly ends: readonly [...string[], number, Date]
  readonly links: { readonly self: URL; readonly [key: \`x-\${string}\`]: number; readonly [key: string]: URL | number }
}
export interface CancelOrder { orderId: Id; lines: OrderLine[]; tree: Tree; path: string; json: Date }
`
const messages = ['CancelOrder', 'PlaceOrder', 'Tree'].map((name) => message(name, ref(name), true))
const compilerOptions = {
  target: 'es2023', lib: ['es2023'], module: 'nodenext', moduleResolution: 'nodenext', types: ['node'], noEmit: true, strict: true,
  verbatimModuleSyntax: true, isolatedModules: true, isolatedDeclarations: true, declaration: true, exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true, noUnusedLocals: true, noUnusedParameters: true, noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true, erasableSyntaxOnly: true, allowImportingTsExtensions: true, skipLibCheck: true,
}

test('one file a message, and one for each shape that several messages reach', () => {
  expect(Object.keys(codecTexts({ messages, shapes }))).toEqual([
    'cancel-order.codec.ts', 'place-order.codec.ts', 'shapes/failure.codec.ts', 'shapes/order-line.codec.ts',
    'shapes/stamp.codec.ts', 'shapes/tree.codec.ts', 'tree.codec.ts',
  ])
})

test('every file begins with the header and ends with one line break', () => {
  for (const text of Object.values(codecTexts({ messages, shapes }))) {
    expect(text.split('\n').slice(0, 5)).toEqual([
      '// Code generated by jasper-gen from src/messages.ts. DO NOT EDIT.', '/* eslint-disable */', '// biome-ignore-all lint: generated', '// @ts-nocheck', '',
    ])
    expect(text).toMatch(/[^\n]\n$/)
    expect(text).not.toContain('\r')
    for (const line of text.split('\n')) expect(line).not.toMatch(/\s$/)
  }
})

test('the order of the input makes no difference to a byte', () => {
  const reversed = Object.fromEntries(Object.entries(shapes).reverse())
  const other = codecTexts({ messages: [...messages].reverse(), shapes: reversed })
  expect(other).toEqual(codecTexts({ messages, shapes }))
})

test('another message does not change the text of a codec that it shares nothing with', () => {
  const alone = codecTexts({ messages: [message('Ping', object({ at: date }))], shapes })
  const together = codecTexts({ messages: [message('Ping', object({ at: date })), ...messages], shapes })
  expect(together['ping.codec.ts']).toBe(alone['ping.codec.ts'])
})

test('a shape called Failure does not take the name of what decoders throw', () => {
  expect(codecTexts({ messages, shapes })['shapes/failure.codec.ts']).toMatch(/import \{[^}]*\bdecodeFailure\b[\s\S]*function decodeFailure\w+\(/)
})

test('instances of a generic type are called by their arguments, shapes of one name by their files', () => {
  const named = (key: string, name: string, shape: Shape): NamedShape => ({ key, name, shape, class: undefined, typeImport: { file: key.split('#')[0]!, name } })
  const all = [
    named('src/a.ts#Page<src/b.ts#Order>', 'Page', object({ items: array(string) })),
    named('src/a.ts#Page<src/b.ts#Customer>', 'Page', object({ items: array(number) })),
    named('src/orders/model.ts#Line', 'Line', object({ sku: string })),
    named('src/billing/invoice.ts#Line', 'Line', object({ amount: bigint })),
  ]
  const members = Object.fromEntries(all.map(({ key }, index): [string, Shape] => [`m${index}`, { kind: 'ref', key }]))
  const both = [message('One', object(members)), message('Two', object(members))]
  const texts = codecTexts({ messages: both, shapes: Object.fromEntries(all.map((one) => [one.key, one])) })
  expect(Object.keys(texts)).toEqual([
    'one.codec.ts', 'shapes/line-invoice.codec.ts', 'shapes/line-model.codec.ts', 'shapes/page-customer.codec.ts', 'shapes/page-order.codec.ts', 'two.codec.ts',
  ])
  expect(texts['one.codec.ts']).toContain("import { decodePageOrder, encodePageOrder } from './shapes/page-order.codec.ts'")
  expect(texts['shapes/page-order.codec.ts']).toContain('export function decodePageOrder(json: unknown, path: string): any {')
})

test('type-checks in the strictest project when @ts-nocheck is taken out', { timeout: 120_000 }, async () => {
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true })
  const folder = await mkdtemp(join(root, 'node_modules/.cache/jasper-codec-'))
  try {
    const files: Record<string, string> = { 'src/messages.ts': source, 'package.json': '{"type":"module"}' }
    for (const [path, text] of Object.entries(codecTexts({ messages, shapes }))) {
      files[`${outputFolder}/${path}`] = text.replace('// @ts-nocheck\n', '')
    }
    files['runtime.d.ts'] = runtimeDeclarations()
    files['tsconfig.json'] = JSON.stringify({ compilerOptions: { ...compilerOptions, paths: { 'jasper-runtime/generated': ['./runtime.d.ts'] } }, include: ['src'] })
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** The declarations that codecs import, straight from the source, so that the rest of the runtime need not be built. */
function runtimeDeclarations(): string {
  const files = ['contracts/codec', ...['codec-failure', 'read-date', 'read-json', 'which-alternative', 'write-json', 'fits-templates', 'read-collections', 'write-collections'].map((file) => `envelope/${file}`)]
  return files.map((file) => `export * from ${JSON.stringify(join(root, 'runtime', `${file}.ts`))}\n`).join('')
}
