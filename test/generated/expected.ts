import { serviceName } from '../../compiler/resolve/service-name.ts'
import { labelOf, needsOf, partsOf } from './model.ts'
import type { Alternative, EffectModel, HandlerModel, MessageModel, Need, Parameter, Part, PartValue, ProjectModel } from './model.ts'
import { idOf } from './spell-project.ts'

/** What is seen of one handling: each call with its arguments, each message that is sent on, in their order; then the reply. */
export interface Expected {
  readonly message: string
  readonly variant: number
  readonly trace: readonly (readonly unknown[])[]
  /** `null` for none, as JSON has it. */
  readonly reply: unknown
}

/** What a direct call of the handlers of each message would do, by the model alone. */
export function expectedOf(model: ProjectModel, variant: number): readonly Expected[] {
  const handled = [...new Set(model.handlers.map(({ message }) => message))].sort((a, b) => (a.wireName < b.wireName ? -1 : 1))
  return handled.map((message) => expectedFor(message, model.handlers.filter((handler) => handler.message === message), variant))
}

function expectedFor(message: MessageModel, handlers: readonly HandlerModel[], variant: number): Expected {
  const trace: (readonly unknown[])[] = []
  const inTransaction = handlers.flatMap(needsOf).some(({ kind }) => kind === 'tx')
  if (inTransaction) trace.push(['begin'])
  let reply: unknown = null
  const made = new Set<string>()
  for (const handler of handlers) {
    // One instance of a class serves all its methods for one message.
    const instance = `${handler.file} ${String(handler.class)}`
    if (handler.form === 'instance' && !made.has(instance)) trace.push(['new', handler.class, ...seen(handler.constructorParameters)])
    if (handler.form === 'instance') made.add(instance)
    trace.push(['call', labelOf(handler), 'it', ...seen(handler.parameters)])
    const values = handler.values[variant] ?? []
    partsOf(handler.returned).forEach((part, index) => trace.push(...traceOf(part, values[index] ?? [], variant, index)))
    if (hasReply(handler)) reply = replyOf(handler, values, variant)
  }
  if (inTransaction) trace.push(['settle'], ['commit'])
  return { message: message.wireName, variant, trace, reply }
}

function seen(parameters: readonly Parameter[]): readonly string[] {
  return parameters.map(({ need }) => markOf(need))
}

function markOf(need: Need): string {
  return need.kind === 'service' ? `service ${serviceName(need.service.type)}` : need.kind
}

function traceOf(part: Part, value: PartValue, variant: number, index: number): readonly (readonly unknown[])[] {
  return value.flatMap((choice, at): readonly (readonly unknown[])[] => {
    const one = choice === undefined ? undefined : part.alternatives[choice]
    if (one === undefined) return []
    const id = idOf(variant, index, at)
    if (one.kind === 'effect') return [executed(one.effect, id)]
    if (one.wrapper === 'reply') return [['reply', one.message.wireName, id]]
    return [['cascade', one.message.wireName, id, ...(how[one.wrapper ?? 'plain'])]]
  })
}

const how = {
  plain: [],
  scheduled: [{ options: { delay: '10m' } }],
  'sent-to': [{ destination: 'local://there' }],
  'with-options': [{ options: { headers: { a: 'b' } } }],
} as const

function executed({ name, parameters }: EffectModel, id: string): readonly unknown[] {
  return ['execute', name, id, ...seen(parameters)]
}

function hasReply({ returned }: HandlerModel): boolean {
  return partsOf(returned).some(({ alternatives }) => alternatives.some((one) => inReply(one, false)))
}

function inReply(one: Alternative, named: boolean): boolean {
  return one.kind === 'message' && (one.wrapper === 'reply' || (one.wrapper === undefined && !named))
}

/** The rule of docs/return-values.md, once more and in its words. */
function replyOf({ returned }: HandlerModel, values: readonly PartValue[], variant: number): unknown {
  const parts = partsOf(returned)
  const named = returned.kind === 'tuple' && parts.some(({ alternatives }) => alternatives.some((one) => one.kind === 'message' && one.wrapper === 'reply'))
  // A tuple in which everything is for the caller arrives as it is.
  const isWhole = parts.every(({ list, alternatives }) => isArray(list) && alternatives.every((one) => one.kind === 'message' && one.wrapper === undefined))
  const kept = parts.flatMap((part, index) => {
    const ofPart = part.alternatives.some((one) => inReply(one, named))
    if (!ofPart) return []
    const ids = (values[index] ?? []).map((choice, at): string | null => {
      const one = choice === undefined ? undefined : part.alternatives[choice]
      return one !== undefined && inReply(one, named) ? idOf(variant, index, at) : null
    })
    if (part.list === undefined) return [ids[0] ?? null]
    // Of a list that is passed on as it is, nothing is left out.
    const whole = isArray(part.list) && part.alternatives.every((one) => one.kind === 'message' && one.wrapper === undefined)
    return [whole ? ids : ids.filter((id) => id !== null)]
  })
  return returned.kind === 'tuple' && (isWhole || kept.length > 1) ? kept : (kept[0] ?? null)
}

function isArray(list: Part['list']): boolean {
  return list === undefined || list === 'array' || list === 'readonly array'
}
