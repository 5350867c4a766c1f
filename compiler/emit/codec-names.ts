import type { CodecFunction, CodecModulePlan, NamedType } from '../codec/codec-plan.ts'
import { callsOf } from '../codec/plan-codecs.ts'
import type * as Promised from 'jasper-runtime/generated'
import type { CodecNames, RuntimeName } from '../../templates/codec/codec-spec.ts'
import type { ImportSymbol } from '../../templates/import-symbol.ts'
import { type ImportPlace, type ImportRequest, importTable, specifier } from './import-table.ts'
import { chooseNames, takenInAny, type TakenNames } from './name-scope.ts'
import { templateNames } from './template-names.ts'
import { runtimeModule } from './runtime-symbols.ts'

/** A function of another module: where it is and what it is called. */
export interface SharedFunction {
  readonly module: string
  readonly decoder: string
  readonly encoder: string
}

export interface CodecScope {
  readonly plan: CodecModulePlan
  /** What the module declares besides its functions: `placeOrderCodec`. */
  readonly codecName: string | undefined
  /** The declared type of the message that the codec is for. */
  readonly messageType: NamedType | undefined
  readonly place: Omit<ImportPlace, 'taken'>
  readonly shared: ReadonlyMap<string, SharedFunction>
  /** What codecs import from the runtime, and the names of all shared functions. */
  readonly fixed: TakenNames
  readonly groups: ReadonlyMap<string, number>
}

export interface CodecModuleNames extends CodecNames {
  /** To be asked when the whole module is spelled. */
  imports(): readonly ImportSymbol[]
}

/** Chooses every name of one codec module. */
export function codecModuleNames({ plan, codecName, messageType, place, shared, fixed, groups }: CodecScope): CodecModuleNames {
  const declared = new Set<string>(codecName === undefined ? [] : [codecName])
  const own = chooseNames(
    plan.functions
      .filter(({ id }) => !shared.has(id))
      .map(({ id, words }) => ({ key: id, hint: decoderHint(words), qualifiers: keyQualifiers(id) })),
    takenInAny(fixed, new Set(declared)),
  )
  const decoder = (id: string): string => shared.get(id)?.decoder ?? own.get(id) ?? missing(id)
  const encoder = (id: string): string => shared.get(id)?.encoder ?? encoderName(own.get(id) ?? missing(id))
  const table = (id: string, part: 'list' | 'object'): string => {
    const stem = decoder(id).slice('decode'.length)
    return `${stem.charAt(0).toLowerCase()}${stem.slice(1)}${part === 'list' ? 'Lists' : 'Alternatives'}`
  }

  const memberNames = (id: string): string => `${table(id, 'object').slice(0, -'Alternatives'.length)}Members`

  for (const { id } of plan.functions) {
    for (const name of [decoder(id), encoder(id), table(id, 'list'), table(id, 'object'), memberNames(id)]) declared.add(name)
  }
  for (const parameter of parameters) declared.add(parameter)
  const types = [...plan.functions.flatMap(namedTypes), ...(messageType === undefined ? [] : [{ type: messageType, value: false }])]
  const imports = importTable(types.map(typeRequest), { ...place, taken: takenInAny(fixed, declared) })
  const used = new Set<RuntimeName>()
  const templates = templateNames(plan, takenInAny(fixed, declared, imports.locals))
  const taken = takenInAny(fixed, declared, imports.locals, new Set(templates.names))

  return {
    decoder,
    encoder,
    table,
    memberNames,
    template: templates.nameOf,
    templates: templates.used,
    runtime(name) {
      used.add(name)
      return name
    },
    type: (type) => (type === undefined ? 'any' : imports.nameOf(type.from, type.name)),
    locals: (members) => chooseNames(members.map((name) => ({ key: name, hint: name, qualifiers: ['member'] })), taken),
    depthArgument(caller, callee) {
      const group = groups.get(callee)
      if (group === undefined) return undefined
      return groups.get(caller) === group ? 'depth + 1' : '1'
    },
    imports() {
      const runtime = [...used].map((name): ImportSymbol => {
        return { from: runtimeModule, name, local: name, typeOnly: typeNames.has(name) }
      })
      return [...runtime, ...sharedImports(plan, shared, place), ...imports.symbols]
    },
  }
}

/** `decodePlaceOrderLines` for the words PlaceOrder and lines. */
export function decoderHint(words: readonly string[]): string {
  return `decode${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
}

/** The encoder that goes with a decoder. */
export function encoderName(decoderName: string): string {
  return `encode${decoderName.slice('decode'.length)}`
}

/** What may be added to the name of a shape to make it unique: its type arguments, then its file, then its folders. */
export function keyQualifiers(key: string): readonly string[] {
  const [file = '', symbol = ''] = [key.slice(0, Math.max(key.indexOf('#'), 0)), key.slice(key.indexOf('#') + 1)]
  const open = symbol.indexOf('<')
  const typeArguments = open === -1 ? [] : [...symbol.slice(open).matchAll(/(?:#|\b)(\w+)(?=[<>,\s]|$)/g)].map(([, name]) => name ?? '')
  const segments = file.split('/')
  const stem = (segments.pop() ?? '').replace(/\..*$/, '')
  return [typeArguments.join(''), stem, ...segments.reverse()].filter((part) => /^\w[\w-]*$/.test(part))
}

function namedTypes({ type, body }: CodecFunction): readonly { readonly type: NamedType; readonly value: boolean }[] {
  const rebuilt = body.kind === 'object' ? body.prototype : body.kind === 'rebuild' ? body.class : undefined
  return [
    ...(type === undefined ? [] : [{ type, value: false }]),
    ...(rebuilt === undefined ? [] : [{ type: rebuilt, value: true }]),
    ...(body.kind === 'choice' ? body.choice.rebuilt.map((one) => ({ type: one.class, value: true })) : []),
  ]
}

function typeRequest({ type, value }: { readonly type: NamedType; readonly value: boolean }): ImportRequest {
  return { from: type.from, name: type.name, typeOnly: !value }
}

/** Both functions of every shape that is called here and lives in another module. Their names are the project's. */
function sharedImports(
  plan: CodecModulePlan,
  shared: ReadonlyMap<string, SharedFunction>,
  place: Omit<ImportPlace, 'taken'>,
): readonly ImportSymbol[] {
  const local = new Set(plan.functions.map(({ id }) => id))
  const calls = [...plan.functions.flatMap(({ body }) => callsOf(body)), ...(plan.root === undefined ? [] : [plan.root])]
  return [...new Set(calls.map(({ id }) => id))].flatMap((id) => {
    const elsewhere = local.has(id) ? undefined : shared.get(id)
    if (elsewhere === undefined) return []
    const from = specifier({ generated: elsewhere.module }, place)
    return [elsewhere.decoder, elsewhere.encoder].map((name) => ({ from, name, local: name, typeOnly: false }))
  })
}

function missing(id: string): never {
  throw new Error(`The codec plan calls ${id} without planning it`)
}

/** Parameters and locals that the templates write themselves. */
const parameters = ['json', 'value', 'path', 'depth', 'object', 'result', 'text', 'message', 'key', 'entry']

const runtimeValues = [
  'arrayToWrite',
  'decodeFailure',
  'deepestNesting',
  'encodeFailure',
  'fitsTemplates',
  'isDate',
  'mapToWrite',
  'objectToWrite',
  'ownMember',
  'readArray',
  'readBigint',
  'readBuffer',
  'readBytes',
  'readDate',
  'readObject',
  'readPair',
  'readRecord',
  'readUrl',
  'readWithFromJSON',
  'refuseUnknown',
  'setOfOnce',
  'setOwnMember',
  'setToWrite',
  'toJSONOf',
  'unknownMember',
  'whichAlternative',
  'writeBytes',
  'writeDate',
  'writeJson',
  'writeString',
  'writeUrl',
] as const satisfies readonly (keyof typeof Promised)[]

/** The types among the names that codecs import, each named here so that tsc sees it. */
interface PromisedTypes {
  readonly AlternativeMembers: Promised.AlternativeMembers
  readonly MessageCodec: Promised.MessageCodec<never>
  readonly TextTemplate: Promised.TextTemplate
}

const runtimeTypes = ['AlternativeMembers', 'MessageCodec', 'TextTemplate'] as const satisfies readonly (keyof PromisedTypes)[]

/** What a codec may import from the runtime; `decodeFailure` is not the decoder of a shape called Failure. */
export const runtimeNames: ReadonlySet<string> = new Set([...runtimeValues, ...runtimeTypes])
const typeNames: ReadonlySet<string> = new Set(runtimeTypes)
