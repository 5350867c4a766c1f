import { block, type Code, commentText, indent, lineWidth, literal, paragraphs, toText } from '../code.ts'
import { header } from '../header.ts'
import { type ImportSymbol, spellImports } from '../import-symbol.ts'
import type { AlternativeSpec, CallSpec, CodecNames, FunctionSpec, SelectionSpec } from './codec-spec.ts'
import { decodeFunction } from './decode-function.ts'
import { encodeFunction } from './encode-function.ts'
import { spellLiteral } from './spell-value.ts'

export interface CodecModuleSpec {
  readonly source: string
  readonly functions: readonly FunctionSpec[]
  /** For a message: its codec. Functions of a module without one are exported instead. */
  readonly codec: { readonly name: string; readonly message: string; readonly type: string; readonly root: CallSpec } | undefined
  /** Known only when the whole module is spelled. */
  readonly imports: () => readonly ImportSymbol[]
}

/** The text of one codec module. */
export function codecModule({ source, functions, codec, imports }: CodecModuleSpec, names: CodecNames): string {
  const exported = codec === undefined
  const body = [
    codec === undefined ? undefined : codecObject(codec, names),
    ...functions.map((spec) => decodeFunction(spec, names, exported)),
    ...functions.map((spec) => encodeFunction(spec, names, exported)),
    ...functions.flatMap((spec) => tables(spec, names)),
    templateLists(names),
  ]
  return toText(paragraphs([header([source]), '// @ts-nocheck'], spellImports(imports()), ...body))
}

function codecObject({ name, message, type, root }: NonNullable<CodecModuleSpec['codec']>, names: CodecNames): Code {
  const depth = names.depthArgument('', root.id)
  const last = depth === undefined ? '' : `, ${depth}`
  return [
    `/** ${commentText(message)} as JSON text and back, checked both ways. */`,
    block(`export const ${name}: ${names.runtime('MessageCodec')}<${type}> = {`, [
      block('encode(message) {', `return ${names.encoder(root.id)}(message, '$'${last})`, '},'),
      block('decode(json) {', `return ${names.decoder(root.id)}(json, '$'${last})`, '},'),
    ]),
  ]
}

/** The templates that the functions above test text with, each list once. */
function templateLists(names: CodecNames): Code {
  return names.templates().map(({ name, templates }) => {
    const spelled = templates.map(({ texts, holes }) => `{ texts: ${list(texts.map(literal))}, holes: ${list(holes.map(literal))} }`)
    return `const ${name}: readonly ${names.runtime('TextTemplate')}[] = ${list(spelled)}`
  })
}

function tables({ id, body }: FunctionSpec, names: CodecNames): readonly Code[] {
  if (body.kind === 'object' && (body.closed || body.indexes.length > 0)) {
    const members = body.members.map(({ name }) => literal(name))
    return [`const ${names.memberNames(id)}: ReadonlySet<string> = new Set(${list(members)})`]
  }
  if (body.kind !== 'choice') return []
  return (['list', 'object'] as const).map((part) => table(body.choice[part], names.table(id, part), names))
}

function table(selection: SelectionSpec | undefined, name: string, names: CodecNames): Code {
  if (selection?.kind !== 'members') return undefined
  return block(
    `const ${name}: readonly ${names.runtime('AlternativeMembers')}[] = [`,
    selection.alternatives.map(alternative),
    ']',
  )
}

function alternative({ required, foreign, tests }: AlternativeSpec): Code {
  const spelledTests = tests.map(({ member, allowed }) => {
    const values = 'values' in allowed ? `values: ${list(allowed.values.map(spellLiteral))}` : `kinds: ${list(allowed.kinds.map(literal))}`
    return `{ member: ${literal(member)}, ${values} }`
  })
  const parts = [`required: ${list(required.map(literal))}`, `foreign: ${list(foreign.map(literal))}`, `tests: ${list(spelledTests)}`]
  const line = `{ ${parts.join(', ')} },`
  return line.length <= lineWidth - 2 ? line : ['{', indent(parts.map((part) => `${part},`)), '},']
}

function list(entries: readonly string[]): string {
  return `[${entries.join(', ')}]`
}
