import { labelOf, partsOf } from './model.ts'
import type { Alternative, HandlerModel, MessageModel, Need, Parameter, Part, PartValue, ProjectModel, Wrapper } from './model.ts'

/** The source of a project, by path. */
export function spellProject(model: ProjectModel): Readonly<Record<string, string>> {
  const files: Record<string, string> = { 'src/trace.ts': traceModule, 'src/services.ts': spellServices(model), 'src/effects.ts': spellEffects(model) }
  for (const file of new Set(model.messages.map((message) => message.file))) {
    files[file] = model.messages.filter((message) => message.file === file).map(spellMessage).join('\n')
  }
  for (const file of new Set(model.handlers.map((handler) => handler.file))) {
    files[file] = spellHandlers(file, model.handlers.filter((handler) => handler.file === file), model)
  }
  return files
}

const traceModule = `
export const trace: unknown[] = []

/** What a traced argument is: a mark of whoever made it, the id of a message. */
export function seen(value: unknown): unknown {
  if (value instanceof globalThis.Date) return 'now'
  const { mark, id } = value as { readonly mark?: string; readonly id?: string }
  return mark ?? id
}
`

function spellMessage({ type, namespace, tagged, wireName, form, index }: MessageModel): string {
  const doc = tagged ? `/** @message ${wireName} */\n` : ''
  const members = ['readonly id: string', 'readonly v: number', `readonly m${index}: number`, ...(form === 'literal' ? [`readonly type: '${wireName}'`] : [])]
  const body = `{ ${members.join('; ')} }`
  const text =
    form === 'alias' ? `${doc}export type ${type} = ${body}`
    : form === 'class' ? `${doc}export class ${type} ${body.slice(0, -1)}; constructor(id: string, v: number) { this.id = id; this.v = v; this.m${index} = ${index} } }`
    : `${doc}export interface ${type} ${body}`
  return namespace === undefined ? `${text}\n` : `export namespace ${namespace} {\n${text}\n}\n`
}

function spellServices({ services }: ProjectModel): string {
  return services
    .map(({ type, form }) => (form === 'interface' ? `export interface ${type} { readonly mark: string }` : `export class ${type} { readonly mark = '' as string }`))
    .join('\n')
}

function spellEffects({ effects }: ProjectModel): string {
  const classes = effects.map(({ name, parameters, async }) => {
    const list = parameters.map(spellParameter).join(', ')
    const seen = parameters.map((parameter) => `seen(${parameter.name})`).join(', ')
    return `export class ${name} {
  readonly tag: string
  constructor(tag: string) { this.tag = tag }
  ${async ? 'async ' : ''}execute(${list}): ${async ? 'Promise<void>' : 'void'} {
    ${async ? 'await null' : ''}
    trace.push(['execute', '${name}', this.tag, ${seen}])
  }
}`
  })
  return [head('./', [...effects.flatMap(({ parameters }) => parameters)]), ...classes].join('\n')
}

/** Imports under names that nothing else in the file has. */
function head(up: string, parameters: readonly Parameter[]): string {
  const services = new Set(parameters.flatMap(({ need }) => (need.kind === 'service' ? [need.service.type] : [])))
  return [
    "import type { Envelope as TheEnvelope, Logger as TheLogger, MessageContext as TheContext } from 'jasper-runtime'",
    "import type { PoolClient } from 'pg'",
    `import { seen, trace } from '${up}trace.ts'`,
    services.size === 0 ? '' : `import type { ${[...services].map((name) => `${name} as The${name}`).join(', ')} } from '${up}services.ts'`,
  ].join('\n')
}

const typesOfNeeds = { now: 'Date', log: 'TheLogger', signal: 'AbortSignal', context: 'TheContext', envelope: 'TheEnvelope', tx: 'PoolClient' } as const

function typeOf(need: Need): string {
  return need.kind === 'service' ? `The${need.service.type}` : typesOfNeeds[need.kind]
}

function spellParameter({ name, need, optional }: Parameter): string {
  return `${name}${optional ? '?' : ''}: ${typeOf(need)}`
}

function spellHandlers(file: string, handlers: readonly HandlerModel[], { effects }: ProjectModel): string {
  const up = `${'../'.repeat(file.split('/').length - 2) || './'}`
  const parameters = handlers.flatMap((handler) => [...handler.parameters, ...handler.constructorParameters])
  const messages = new Map(handlers.flatMap(messagesOf).map((message) => [message.index, message]))
  const imports = [...messages.values()].map((message) => {
    const from = `${up}${message.file.slice('src/'.length)}`
    if (message.namespace !== undefined) return `import type { ${message.namespace} as N${message.index} } from '${from}'`
    return `import ${message.form === 'class' ? '' : 'type '}{ ${message.type} as M${message.index} } from '${from}'`
  })
  const used = effects.filter(({ name }) => handlers.some((handler) => alternativesOf(handler).some((one) => one.kind === 'effect' && one.effect.name === name)))
  const texts: string[] = []
  for (const handler of handlers) {
    if (handler.class === undefined) texts.push(spellFunction(handler))
    else if (!texts.some((text) => text.startsWith(`export class ${handler.class} `))) {
      texts.push(spellClass(handler, handlers.filter((other) => other.class === handler.class)))
    }
  }
  return [
    head(up, parameters),
    "import { delayed as makeDelayed, reply as makeReply, sendTo as makeSendTo, withOptions as makeWithOptions } from 'jasper-runtime'",
    "import type { Reply as TheReply, Scheduled as TheScheduled, SentTo as TheSentTo, WithOptions as TheWithOptions } from 'jasper-runtime'",
    used.length === 0 ? '' : `import { ${used.map(({ name }) => name).join(', ')} } from '${up}effects.ts'`,
    ...imports,
    ...texts,
    '',
  ].join('\n')
}

function alternativesOf({ returned }: HandlerModel): readonly Alternative[] {
  return partsOf(returned).flatMap((part) => part.alternatives)
}

function messagesOf(handler: HandlerModel): readonly MessageModel[] {
  return [handler.message, ...alternativesOf(handler).flatMap((one) => (one.kind === 'message' ? [one.message] : []))]
}

function nameOf({ index, namespace, type }: MessageModel): string {
  return namespace === undefined ? `M${index}` : `N${index}.${type}`
}

function spellFunction(handler: HandlerModel): string {
  const { name, async, form } = handler
  const signature = `(${listOf(handler)}): ${returnType(handler)}`
  if (form === 'arrow') return `export const ${name} = ${async ? 'async ' : ''}${signature} => {\n${bodyOf(handler)}\n}`
  return `export ${async ? 'async ' : ''}${generatorOf(handler).replace('*', 'function*') || 'function'} ${name}${signature} {\n${bodyOf(handler)}\n}`
}

function spellClass(first: HandlerModel, methods: readonly HandlerModel[]): string {
  const { constructorParameters: parameters } = first
  const seen = parameters.map(({ name }) => `, seen(${name})`).join('')
  const constructor =
    first.form === 'instance' ? `  constructor(${parameters.map(spellParameter).join(', ')}) { trace.push(['new', '${first.class}'${seen}]) }\n` : ''
  const texts = methods.map((handler) => {
    const modifiers = `${handler.form === 'static' ? 'static ' : ''}${handler.async ? 'async ' : ''}${generatorOf(handler)}`
    return `  ${modifiers}${handler.name}(${listOf(handler)}): ${returnType(handler)} {\n${bodyOf(handler)}\n  }`
  })
  return `export class ${first.class} {\n${constructor}${texts.join('\n')}\n}`
}

function listOf({ messageName, message, parameters }: HandlerModel): string {
  return [`${messageName}: ${nameOf(message)}`, ...parameters.map(spellParameter)].join(', ')
}

/** Whether it is written with a star itself. */
function isGenerator({ returned, form }: HandlerModel): boolean {
  return returned.kind === 'part' && /generator$/.test(returned.part.list ?? '') && form !== 'arrow'
}

function generatorOf(handler: HandlerModel): string {
  if (!isGenerator(handler) || handler.returned.kind !== 'part') return ''
  return handler.returned.part.list === 'async generator' ? 'async *' : '*'
}

function returnType(handler: HandlerModel): string {
  const { returned, async } = handler
  const parts = partsOf(returned).map(partType)
  const type = returned.kind === 'nothing' ? 'void' : returned.kind === 'tuple' ? `[${parts.join(', ')}]` : parts.join('')
  return async ? `Promise<${type}>` : type
}

function partType({ list, alternatives, optional }: Part): string {
  const union = [...new Set(alternatives.map(alternativeType)), ...(optional ? ['undefined'] : [])].join(' | ')
  switch (list) {
    case undefined:
      return union
    case 'array':
      return `(${union})[]`
    case 'readonly array':
      return `readonly (${union})[]`
    case 'set':
      return `ReadonlySet<${union}>`
    case 'iterable':
      return `Iterable<${union}>`
    case 'generator':
      return `Generator<${union}, void>`
    case 'async iterable':
      return `AsyncIterable<${union}>`
    case 'async generator':
      return `AsyncGenerator<${union}>`
  }
}

const wrapperTypes: Readonly<Record<Wrapper, string>> = {
  scheduled: 'TheScheduled',
  reply: 'TheReply',
  'sent-to': 'TheSentTo',
  'with-options': 'TheWithOptions',
}

function alternativeType(one: Alternative): string {
  if (one.kind === 'effect') return one.effect.name
  return one.wrapper === undefined ? nameOf(one.message) : `${wrapperTypes[one.wrapper]}<${nameOf(one.message)}>`
}

function bodyOf(handler: HandlerModel): string {
  const { messageName, parameters, async, values, returned } = handler
  const seen = [messageName, ...parameters.map(({ name }) => name)].map((name) => `, seen(${name})`).join('')
  const lines = [`trace.push(['call', ${JSON.stringify(labelOf(handler))}${seen}])`]
  if (async) lines.unshift('await null')
  if (returned.kind !== 'nothing') {
    const cases = values.map((value, variant) => `case ${variant}: ${caseOf(handler, value, variant)}`)
    lines.push(`switch (${messageName}.v) { ${cases.join('\n')}\ndefault: throw new Error('no such variant') }`)
  }
  return lines.map((line) => `    ${line}`).join('\n')
}

function caseOf(handler: HandlerModel, value: readonly PartValue[], variant: number): string {
  const spelled = partsOf(handler.returned).map((part, index) => {
    const elements = (value[index] ?? []).map((choice, at) => spellElement(part, choice, idOf(variant, index, at)))
    return { part, elements }
  })
  const [first] = spelled
  if (isGenerator(handler) && first !== undefined) return `${first.elements.map((element) => `yield ${element}`).join('; ')}; return`
  const texts = spelled.map(({ part, elements }) => spellPart(part, elements))
  return `return ${handler.returned.kind === 'tuple' ? `[${texts.join(', ')}]` : texts.join('')}`
}

/** What a returned message, or side effect, is known by in traces. */
export function idOf(variant: number, part: number, at: number): string {
  return `${variant}.${part}.${at}`
}

function spellPart(part: Part, elements: readonly string[]): string {
  const list = `[${elements.join(', ')}]`
  switch (part.list) {
    case undefined:
      return elements.join('')
    case 'array':
    case 'readonly array':
    case 'iterable':
      return list
    case 'set':
      return `new Set(${list} satisfies (${partType({ ...part, list: undefined })})[])`
    case 'generator':
      return `(function* (): ${partType(part)} { ${elements.map((element) => `yield ${element}`).join('; ')} })()`
    case 'async iterable':
    case 'async generator':
      return `(async function* (): ${partType({ ...part, list: 'async generator' })} { ${elements.map((element) => `yield ${element}`).join('; ')} })()`
  }
}

function spellElement({ alternatives }: Part, choice: number | undefined, id: string): string {
  const one = choice === undefined ? undefined : alternatives[choice]
  if (one === undefined) return 'undefined'
  if (one.kind === 'effect') return `new ${one.effect.name}('${id}')`
  const { message, wrapper } = one
  const type = nameOf(message)
  const literal = `{ id: '${id}', v: 0, m${message.index}: ${message.index}${message.form === 'literal' ? `, type: '${message.wireName}'` : ''} }`
  const value = message.form === 'class' ? `new ${type}('${id}', 0)` : literal
  switch (wrapper) {
    case undefined:
      return value
    case 'scheduled':
      return `makeDelayed<${type}>(${value}, '10m')`
    case 'reply':
      return `makeReply<${type}>(${value})`
    case 'sent-to':
      return `makeSendTo<${type}>(${value}, 'local://there')`
    case 'with-options':
      return `makeWithOptions<${type}>(${value}, { headers: { a: 'b' } })`
  }
}
