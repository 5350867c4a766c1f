import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageCodec } from '../../runtime/contracts/codec.ts'
import { strictTsconfig } from '../compiler/source-project.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from '../runtime/compiled-app.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/what-travels.md', import.meta.url)), 'utf8')

interface Row {
  readonly type: string
  readonly value: string
  readonly json: string
  readonly refused: string
}

/** Code between backquotes; a template type needs two, and stands for its own single ones inside another. */
function code(cell: string): string {
  const trimmed = cell.trim().replaceAll('\\|', '|')
  const inner = trimmed.startsWith('`` ') ? trimmed.slice(3, -3) : trimmed.slice(1, -1)
  return inner.replaceAll('``', '`')
}

const rows: readonly Row[] = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, type = '', value = '', json = '', , refused = ''] = line.split(/(?<!\\)\|/)
    return { type: code(type), value: code(value), json: code(json), refused: code(refused) }
  })

const declarations = `
export declare enum Level { Low = 1, High = 2 }
export interface Line { sku: string; at: Date }
export interface Page<T> { items: T[]; next?: Page<T> }
export type Tree = Map<string, Tree>
export class Money { readonly cents: bigint; constructor(cents: bigint) { this.cents = cents } }
export class Stamp {
  readonly #text: string
  constructor(text: string) { this.#text = text }
  toJSON(): string { return this.#text }
  static fromJSON(text: string): Stamp { return new Stamp(text) }
  get text(): string { return this.#text }
}
`

let app: CompiledApp
beforeAll(async () => {
  const messages = rows.map(({ type }, index) => `/** @message */\nexport interface Row${index} { member: ${type} }\n`)
  const values = rows.map(({ value }, index) => `export const value${index} = ${value}\n`)
  const tsconfig = JSON.parse(strictTsconfig) as { compilerOptions: { types: string[] } }
  tsconfig.compilerOptions.types = ['node']
  app = await compiledApp({
    'tsconfig.json': JSON.stringify(tsconfig),
    'src/messages.ts': declarations + messages.join(''),
    'src/values.ts': `import { Money, Stamp } from './messages.ts'\n${values.join('')}`,
  })
}, 60_000)
afterAll(removeCompiledApps)

describe('what travels', () => {
  it('is written down in rows', () => {
    expect(rows.length).toBeGreaterThan(25)
  })

  it.each(rows.map((row, index) => ({ ...row, index })))('$type', async ({ json, refused, index }) => {
    const codecs = await app.file(`src/generated/jasper/row${index}.codec.ts`)
    const values = await app.file('src/values.ts')
    const codec = codecs[`row${index}Codec`] as MessageCodec<{ member: unknown }>
    const value = { member: values[`value${index}`] }
    expect(codec.encode(value)).toBe(`{"member":${json}}`)
    expect(codec.decode(JSON.parse(`{"member":${json}}`))).toEqual(value)
    expect(() => codec.decode(JSON.parse(`{"member":${refused}}`))).toThrow(/JASPER_DECODE: \$\.member/)
  })
})
