import { mkdir, rm, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { emitCodecs } from '../../compiler/emit/emit-codecs.ts'
import type { DiscoveredMessage } from '../../compiler/discover/discovered.ts'
import type { NamedShape, Shape, ShapeMember, ShapeTable, Template, TemplateHole } from '../../compiler/discover/shape.ts'
import type { MessageCodec } from '../../runtime/contracts/codec.ts'

/** Ignored by git, and by tsc as its name begins with a dot; inside the repository, so that vitest resolves the runtime. */
const cache = join(dirname(fileURLToPath(import.meta.url)), '.cache')

export const string: Shape = { kind: 'string' }
export const number: Shape = { kind: 'number' }
export const boolean: Shape = { kind: 'boolean' }
export const date: Shape = { kind: 'date' }
export const bigint: Shape = { kind: 'bigint' }
export const url: Shape = { kind: 'url' }
export const bytes: Shape = { kind: 'bytes' }
export const nothing: Shape = { kind: 'undefined' }
export const nil: Shape = { kind: 'null' }
export const json: Shape = { kind: 'json' }
export const lit = (value: string | number | boolean | { bigint: string }): Shape => ({ kind: 'literal', value })
export const array = (element: Shape): Shape => ({ kind: 'array', element })
export const set = (element: Shape): Shape => ({ kind: 'set', element })
export const map = (key: Shape, value: Shape): Shape => ({ kind: 'map', key, value })
/** `pattern('order-', 'number', '')` for `order-${number}`: texts and holes by turns. */
export const template = (...parts: string[]): Template => ({
  texts: parts.filter((_, index) => index % 2 === 0),
  holes: parts.filter((_, index) => index % 2 === 1) as TemplateHole[],
})
export const pattern = (...parts: string[]): Shape => ({ kind: 'pattern', templates: [template(...parts)] })
export const record = (value: Shape): Shape => ({ kind: 'record', value })
export const union = (...alternatives: Shape[]): Shape => ({ kind: 'union', alternatives, discriminant: undefined })
export const ref = (name: string): Shape => ({ kind: 'ref', key: `src/messages.ts#${name}` })
export const optional = (shape: Shape): { readonly optional: Shape } => ({ optional: shape })

/** Members in the order given; `optional(shape)` for those with a question mark. */
export function object(members: Record<string, Shape | { readonly optional: Shape }>): Shape {
  return {
    kind: 'object',
    members: Object.entries(members).map(
      ([name, shape]): ShapeMember => ('optional' in shape ? { name, shape: shape.optional, optional: true } : { name, shape, optional: false }),
    ),
  }
}

export function tuple(...elements: (Shape | { readonly optional: Shape } | { readonly rest: Shape })[]): Shape {
  return {
    kind: 'tuple',
    elements: elements.map((element) => {
      if ('rest' in element) return { shape: element.rest, optional: false, rest: true }
      return 'optional' in element ? { shape: element.optional, optional: true, rest: false } : { shape: element, optional: false, rest: false }
    }),
  }
}

/** Declarations of `src/messages.ts`, by name. */
export function shapeTable(named: Record<string, Shape>, classes: Record<string, { readonly fromJSON: boolean }> = {}): ShapeTable {
  return Object.fromEntries(
    Object.entries(named).map(([name, shape]): [string, NamedShape] => {
      const built = classes[name]
      const key = `src/messages.ts#${name}`
      return [
        key,
        {
          key,
          name,
          shape,
          class: built === undefined ? undefined : { from: { file: 'src/messages.ts' }, name, fromJSON: built.fromJSON },
          typeImport: { file: 'src/messages.ts', name },
        },
      ]
    }),
  )
}

/** A message as stage 1 finds it. `importable` false where the type cannot be named. */
export function message(name: string, shape: Shape, importable = false): DiscoveredMessage {
  return {
    name,
    version: 1,
    older: [],
    shape,
    span: { file: 'src/messages.ts', line: 1, column: 1, length: 1 },
    type: {
      origin: { kind: 'file', file: 'src/messages.ts' },
      symbol: name,
      typeArguments: [],
      ancestors: [],
      text: name,
      importable: importable ? { from: { file: 'src/messages.ts' }, name } : undefined,
      optional: false,
    },
  }
}

export interface CodecSource {
  readonly messages: readonly DiscoveredMessage[]
  readonly shapes?: ShapeTable
  /** The text of the user's `src/messages.ts`, where classes live. */
  readonly source?: string
}

export const outputFolder = 'src/generated/jasper'

/** The generated modules by path. */
export function codecTexts({ messages, shapes = {} }: CodecSource): Record<string, string> {
  const { modules } = emitCodecs({ messages, shapes, imports: { extension: 'ts' } }, { outputFolder })
  return Object.fromEntries(modules.map(({ path, text }) => [path, text]))
}

export interface LoadedCodecs {
  codec(name: string): MessageCodec<unknown>
  /** Exports of the user's file. */
  readonly user: Record<string, unknown>
}

/** Writes the codecs beside the user's file and imports them as an app would. */
export async function loadCodecs(source: CodecSource): Promise<LoadedCodecs> {
  const folder = join(cache, randomUUID())
  try {
    const texts = codecTexts(source)
    const files = { 'src/messages.ts': source.source ?? 'export {}\n' } as Record<string, string>
    for (const [path, text] of Object.entries(texts)) files[`${outputFolder}/${path}`] = text
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const load = async (path: string): Promise<Record<string, unknown>> => await import(pathToFileURL(join(folder, path)).href)
    const codecs: Record<string, unknown> = {}
    for (const path of Object.keys(texts)) {
      if (!path.startsWith('shapes/')) Object.assign(codecs, await load(`${outputFolder}/${path}`))
    }
    const user = await load('src/messages.ts')
    return {
      user,
      codec(name) {
        const found = codecs[`${name.charAt(0).toLowerCase()}${name.slice(1)}Codec`]
        if (found === undefined) throw new Error(`No codec of ${name} among ${Object.keys(codecs).join(', ')}`)
        return found as MessageCodec<unknown>
      },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The codec of one message made of one shape. */
export async function codecOf(shape: Shape, shapes: ShapeTable = {}, source?: string): Promise<MessageCodec<unknown>> {
  const loaded = await loadCodecs({ messages: [message('Probe', shape)], shapes, ...(source === undefined ? {} : { source }) })
  return loaded.codec('Probe')
}
