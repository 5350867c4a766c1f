import type { CodecMemory } from './codec-memory.ts'
import type { CodecModulePlan, NamedType } from '../codec/codec-plan.ts'
import { everyVersion } from '../codec/every-version.ts'
import { callsOf, planCodecs } from '../codec/plan-codecs.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Discovered, DiscoveredMessage } from '../discover/discovered.ts'
import type { NamedShape, ShapeTable } from '../discover/shape.ts'
import { codecModule } from '../../templates/codec/codec-module.ts'
import { codecModuleNames, decoderHint, encoderName, keyQualifiers, runtimeNames, type SharedFunction } from './codec-names.ts'
import type { EmittedModule } from './emitted-module.ts'
import { nameMessages } from './name-messages.ts'
import { chooseNames, chooseNamings, type Naming } from './name-scope.ts'

export interface EmittedCodecs {
  /** `place-order.codec.ts` for each message, `shapes/order-line.codec.ts` for each shape of several; sorted by path. */
  readonly modules: readonly EmittedModule[]
  /** Unions that nothing tells apart. With an error among them the modules are not fit to be written. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface CodecPlace {
  /** The output folder, relative to the project's: `src/generated/jasper`. */
  readonly outputFolder: string
  /** What a decoder does with members that the type does not name; they are left out when unsaid. */
  readonly unknownMembers?: 'ignore' | 'refuse' | undefined
}

/** Codecs of all messages: functions that check and convert, both ways. */
export function emitCodecs(
  { messages: newest, shapes, imports }: Pick<Discovered, 'messages' | 'shapes' | 'imports'>,
  { outputFolder, unknownMembers }: CodecPlace,
  memory?: CodecMemory,
): EmittedCodecs {
  const messages = everyVersion(newest)
  const plan = planCodecs({ messages, shapes }, { closed: unknownMembers === 'refuse' })
  const byName = new Map(messages.map((message) => [message.name, message]))
  const namings = nameMessages(newest)
  const shared = shareFunctions(plan.modules, shapes)
  const fixed = new Set([...runtimeNames, ...[...shared.values()].flatMap(({ decoder, encoder }) => [decoder, encoder])])
  memory?.begin(JSON.stringify([[...shared], outputFolder, imports]))
  const modules = plan.modules.map((module): EmittedModule => {
    const message = module.owner.kind === 'message' ? byName.get(module.owner.name) : undefined
    const naming = message === undefined ? undefined : namings.get(message.name)
    const path = naming === undefined ? pathOfShape(module, shared) : `${naming.kebab}.codec.ts`
    const messageType = message === undefined ? undefined : typeOfMessage(message, shapes)
    const codecName = naming === undefined ? undefined : `${naming.camel}Codec`
    const spell = (): string => {
      const names = codecModuleNames({
        plan: module,
        codecName,
        messageType,
        place: { module: path, outputFolder, style: imports },
        shared,
        fixed,
        groups: plan.groups,
      })
      const codec =
        message === undefined || codecName === undefined || module.root === undefined
          ? undefined
          : { name: codecName, message: message.name, type: names.type(messageType), root: module.root }
      return codecModule({ source: module.source, functions: module.functions, codec, imports: () => names.imports() }, names)
    }
    const names = [codecName, messageType, message?.name]
    const text = memory === undefined ? spell() : memory.text(path, spelledFrom(module, names, plan.groups), spell)
    return { path, text, ...(message === undefined ? {} : { message: message.name }) }
  })
  return { modules: modules.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)), diagnostics: plan.diagnostics }
}

/** Files and names of the functions of shared shapes: one set for the whole project, so that imports need no other name. */
function shareFunctions(modules: readonly CodecModulePlan[], shapes: ShapeTable): ReadonlyMap<string, SharedFunction> {
  const keys = modules.flatMap(({ owner }) => (owner.kind === 'shape' ? [owner.key] : []))
  const nameOf = (key: string): string => shapes[key]?.name ?? key
  const files: ReadonlyMap<string, Naming> = chooseNamings(
    keys.map((key) => ({ key, hint: nameOf(key), qualifiers: keyQualifiers(key) })),
  )
  const decoders = chooseNames(
    keys.map((key) => ({ key, hint: decoderHint([nameOf(key)]), qualifiers: keyQualifiers(key) })),
    runtimeNames,
  )
  return new Map(
    keys.map((key) => {
      const decoder = decoders.get(key) ?? decoderHint([nameOf(key)])
      return [key, { module: `shapes/${files.get(key)?.kebab ?? ''}.codec.ts`, decoder, encoder: encoderName(decoder) }]
    }),
  )
}

/** All that one module is spelled from, besides what is the same for the whole project. */
function spelledFrom(module: CodecModulePlan, names: readonly unknown[], groups: ReadonlyMap<string, number>): string {
  const ids = module.functions.flatMap(({ id, body }) => [id, ...callsOf(body).map((call) => call.id)])
  return JSON.stringify([module, names, ids.map((id) => groups.get(id) ?? 0)])
}

function pathOfShape({ owner }: CodecModulePlan, shared: ReadonlyMap<string, SharedFunction>): string {
  const path = owner.kind === 'shape' ? shared.get(owner.key)?.module : undefined
  if (path === undefined) throw new Error('A codec module belongs to neither a message nor a shape')
  return path
}

/** The declared type, where a plain import names it: not for generic ones. */
function typeOfMessage({ type, shape }: DiscoveredMessage, shapes: ShapeTable): NamedType | undefined {
  if (type.importable !== undefined) {
    return type.typeArguments.length === 0 ? { from: type.importable.from, name: type.importable.name } : undefined
  }
  const named: NamedShape | undefined = shape.kind === 'ref' ? shapes[shape.key] : undefined
  if (named?.typeImport === undefined || named.key.slice(named.key.indexOf('#')).includes('<')) return undefined
  const { name } = named.typeImport
  return { from: 'file' in named.typeImport ? { file: named.typeImport.file } : { package: named.typeImport.package }, name }
}
