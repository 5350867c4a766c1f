import { variants, partsOf } from './model.ts'
import type {
  Alternative,
  EffectModel,
  HandlerModel,
  ListForm,
  MessageModel,
  Need,
  Parameter,
  Part,
  PartValue,
  ProjectModel,
  Returned,
  ServiceModel,
  Wrapper,
} from './model.ts'
import type { Random } from './random.ts'

/** Names that generated code, the language or its library would like for themselves, and names that look odd. */
const oddNames = [
  'Date', 'Promise', 'Map', 'Error', 'Object', 'Symbol', 'ChainRun', 'Messages', 'Services', 'Context', 'App', 'CreateAppOptions',
  'run', 'services', 'message', 'result', 'Reply', 'isWrapped', 'isSideEffect', 'ambiguousReturn', 'value', 'HTTPRequest2', 'orderPlaced',
  'OrderPlaced', 'Order_Placed', 'ORDERPLACED', '$Money', 'Überweisung', 'constructor_', 'toString', 'Codec', 'Index', 'Manifest', 'x',
]
const plainWords = ['Order', 'Invoice', 'Parcel', 'Account', 'Payment', 'Shelf', 'Book', 'Ticket', 'Seat', 'Route']
const verbs = ['Placed', 'Closed', 'Opened', 'Shipped', 'Counted', 'Rejected', 'Moved', 'Split']
const handlerNames = ['handle', 'consume', 'handle2', 'handle_it', 'handle$', 'handleAll', 'consumeNow', 'handleÜber', 'consume_', 'handleHandle']
const parameterNames = [
  'run', 'services', 'message', 'result', 'context', 'value', 'names', 'name', 'reply', 'outgoing', 'handle', 'tx', '_', '$', 'log', 'of', 'async',
  'mailer', 'one', 'two', 'type', 'from', 'isWrapped', 'über',
]
const files = ['a', 'B', 'z', 'deep/er/a', 'a.b', 'with space', 'über', '$dollar', '[x]', 'Y', '_', 'deep/a', 'it\'s']
const listForms: readonly ListForm[] = ['array', 'readonly array', 'set', 'iterable', 'generator', 'async iterable', 'async generator']
const otherWrappers: readonly Wrapper[] = ['scheduled', 'sent-to', 'with-options']

export function randomModel(random: Random, handlerCount: number): ProjectModel {
  const messages = randomMessages(random, Math.max(4, Math.ceil(handlerCount * 0.8)))
  const services = randomServices(random, Math.min(30, 3 + Math.floor(handlerCount / 10)))
  const effects = Array.from({ length: 3 + Math.floor(handlerCount / 8) }, (_, index): EffectModel => ({
    name: `Effect${index}`,
    parameters: parametersOf(random, random.below(4), services, []),
    async: random.chance(0.5),
  }))
  const names = new Names()
  const replying = new Set<MessageModel>()
  const handlers: HandlerModel[] = []
  while (handlers.length < handlerCount) handlers.push(...randomHandlers(random, { messages, services, effects, names, replying }))
  return { messages, services, effects, handlers: inOrder(handlers) }
}

interface Surroundings {
  readonly messages: readonly MessageModel[]
  readonly services: readonly ServiceModel[]
  readonly effects: readonly EffectModel[]
  readonly names: Names
  /** Messages that have a handler with a reply. */
  readonly replying: Set<MessageModel>
}

/** The order of files, in code units; within a file they stand in the order in which they were made. */
function inOrder(handlers: readonly HandlerModel[]): readonly HandlerModel[] {
  return handlers.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
}

/** Gives each file every name once. */
class Names {
  readonly #taken = new Set<string>()

  free(file: string, name: string): string {
    for (let more = ''; ; more += '_') {
      const key = `${file} ${name}${more}`
      if (this.#taken.has(key)) continue
      this.#taken.add(key)
      return `${name}${more}`
    }
  }
}

function randomMessages(random: Random, count: number): readonly MessageModel[] {
  const names = new Names()
  const wireNames = new Set<string>()
  return Array.from({ length: count }, (_, index): MessageModel => {
    const file = `src/messages/${random.pick(['a', 'b', 'deep/c', 'index'])}.ts`
    const form = random.pick(['interface', 'interface', 'alias', 'class', 'literal'] as const)
    const wish = random.chance(0.4) ? random.pick(oddNames) : `${random.pick(plainWords)}${random.pick(verbs)}`
    const namespace = form !== 'class' && random.chance(0.1) ? random.pick(['Billing', 'Run', 'Shop_']) : undefined
    const type = names.free(`${file} ${namespace ?? ''}`, wish)
    const natural = form === 'literal' ? `literal.m${index}` : namespace === undefined ? type : `${namespace}.${type}`
    const tagged = form !== 'literal' && (random.chance(0.1) || wireNames.has(natural) || !/^[A-Za-z][\w.:/-]*$/.test(natural))
    const wireName = tagged ? `wire/${index}.${type.replace(/[^\w]/g, '')}` : natural
    wireNames.add(wireName)
    return { index, file, type, namespace, wireName, tagged, form }
  })
}

function randomServices(random: Random, count: number): readonly ServiceModel[] {
  const odd = random.some(['Run', 'Services', 'Result', 'Clock', 'URLs', 'Mailer', 'Tx', 'Log', 'Outgoing'], Math.ceil(count / 2))
  const all = [...odd, ...Array.from({ length: count - odd.length }, (_, index) => `Service${index}`)]
  return all.map((type) => ({ type, form: random.pick(['interface', 'class'] as const) }))
}

function parametersOf(random: Random, count: number, services: readonly ServiceModel[], taken: readonly string[]): readonly Parameter[] {
  const names = random.some(parameterNames.filter((name) => !taken.includes(name)), count)
  let hasNow = false
  return names.flatMap((name): readonly Parameter[] => {
    const need = randomNeed(random, services)
    if (need.kind !== 'now') return [{ name, need, optional: false }]
    // A Date is the present only under this name.
    if (hasNow) return []
    hasNow = true
    return [{ name: 'now', need, optional: false }]
  })
}

function randomNeed(random: Random, services: readonly ServiceModel[]): Need {
  if (random.chance(0.4)) return { kind: 'service', service: random.pick(services) }
  if (random.chance(0.2)) return { kind: 'tx' }
  return { kind: random.pick(['now', 'log', 'signal', 'context', 'envelope'] as const) }
}

function randomHandlers(random: Random, around: Surroundings): readonly HandlerModel[] {
  const { names, services } = around
  const file = `src/${random.pick(files)}.handler.${random.chance(0.1) ? 'mts' : 'ts'}`
  const form = random.pick(['function', 'function', 'arrow', 'static', 'instance'] as const)
  if (form === 'function' || form === 'arrow') {
    const name = names.free(file, random.pick(handlerNames))
    return [randomHandler(random, around, { file, form, class: undefined, constructorParameters: [], name })]
  }
  const inClass = names.free(file, random.pick(['OrderHandler', 'Handler', 'RunConsumer', 'ResultHandler', 'ÜberHandler', '$Consumer']))
  if (!/(Handler|Consumer)$/.test(inClass)) return []
  const constructorParameters = form === 'instance' ? parametersOf(random, random.below(3), services, []) : []
  const methods = random.some(handlerNames, 1 + random.below(3))
  return methods.map((name) => randomHandler(random, around, { file, form, class: inClass, constructorParameters, name }))
}

type Place = Pick<HandlerModel, 'file' | 'form' | 'class' | 'constructorParameters' | 'name'>

function randomHandler(random: Random, around: Surroundings, place: Place): HandlerModel {
  const message = random.pick(around.messages)
  const mayReply = !around.replying.has(message)
  const returned = randomReturned(random, around, mayReply, place.form)
  const isGenerator = returned.kind === 'part' && /generator$/.test(returned.part.list ?? '') && place.form !== 'arrow'
  if (mayReply && mightReply(returned)) around.replying.add(message)
  const messageName = random.pick(['command', 'message', 'run', 'event'])
  return {
    ...place,
    message,
    messageName,
    parameters: parametersOf(random, random.below(4), around.services, [messageName]),
    async: !isGenerator && random.chance(0.5),
    returned,
    values: Array.from({ length: variants }, () => partsOf(returned).map((part) => randomValue(random, part))),
  }
}

function mightReply(returned: Returned): boolean {
  return partsOf(returned).some(({ alternatives }) =>
    alternatives.some((one) => one.kind === 'message' && (one.wrapper === undefined || one.wrapper === 'reply')),
  )
}

function randomReturned(random: Random, around: Surroundings, mayReply: boolean, form: HandlerModel['form']): Returned {
  if (random.chance(0.25)) return { kind: 'nothing' }
  if (random.chance(0.75)) return { kind: 'part', part: randomPart(random, around, mayReply, mayReply, form !== 'arrow') }
  let named = false
  const parts = Array.from({ length: 1 + random.below(4) }, () => {
    const part = randomPart(random, around, mayReply, mayReply && !named, false)
    named ||= part.alternatives.some((one) => one.kind === 'message' && one.wrapper === 'reply')
    return part
  })
  return { kind: 'tuple', parts }
}

function randomPart(random: Random, around: Surroundings, mayReply: boolean, mayName: boolean, mayGenerate: boolean): Part {
  const list = random.chance(0.4) ? random.pick(listForms.filter((one) => mayGenerate || !one.endsWith('generator'))) : undefined
  const wrappers: readonly (Wrapper | undefined)[] = [
    ...(mayReply ? [undefined, undefined, undefined] : []),
    ...(mayName && list === undefined ? (['reply'] as const) : []),
    ...otherWrappers,
  ]
  const messages = random.some(around.messages, 1 + random.below(3)).map((message): Alternative => ({ kind: 'message', message, wrapper: random.pick(wrappers) }))
  const effects = random.chance(0.2) ? random.some(around.effects, 1 + random.below(2)).map((effect): Alternative => ({ kind: 'effect', effect })) : []
  const alternatives = effects.length > 0 && random.chance(0.3) ? effects : [...messages, ...effects]
  return { list, alternatives, optional: random.chance(0.3) }
}

function randomValue(random: Random, part: Part): PartValue {
  const one = (): number | undefined => (part.optional && random.chance(0.3) ? undefined : random.below(part.alternatives.length))
  return part.list === undefined ? [one()] : Array.from({ length: random.below(5) }, one)
}
