import type { Compilation } from '../compilation.ts'
import type { DiscoveredParameter } from '../discover/discovered.ts'
import type { BoundArgument } from '../resolve/bound-argument.ts'
import { providerPlace } from '../resolve/bound-provider.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { placeOf } from './explain-message.ts'
import type { TypeExplanation } from './explanation.ts'
import { sourceWords } from './source-words.ts'

/** Who asks for a type of this name, and who has one; `undefined` where nobody does. */
export function explainType(name: string, { plans, discovered }: Compilation): TypeExplanation | undefined {
  const asked = plans.flatMap(askingsOf).filter(({ parameter }) => isCalled(parameter, name))
  const makers = (discovered.providers ?? []).filter(({ type, serves }) => [type, ...serves].some((one) => one.symbol === name))
  if (asked.length + makers.length === 0) return undefined
  const provided = new Map<string, TypeExplanation['providedBy'][number]>()
  const askedBy = asked.map(({ plan, asker, parameter, source }) => {
    const from = sourceWords(source, plan.integration)
    provided.set(from, source.kind === 'provider' ? { words: from, place: placeOf(source.of.provider.span) } : { words: from })
    return { asker, place: placeOf(parameter.span), parameter: parameter.name, from }
  })
  for (const maker of makers) {
    const isUsed = asked.some(({ source }) => source.kind === 'provider' && source.of.provider === maker)
    const isConstant = asked.some(({ source }) => source.kind === 'value' && source.file === maker.file && source.export === maker.export)
    if (!isUsed && !isConstant) provided.set(providerPlace(maker), { words: `${providerPlace(maker)}, which nobody asks`, place: placeOf(maker.span) })
  }
  return { kind: 'type', type: name, providedBy: [...provided.values()], askedBy: distinct(askedBy) }
}

/** Every name under which a type is asked for. */
export function askedTypes({ plans }: Compilation): readonly string[] {
  return [...new Set(plans.flatMap(askingsOf).map(({ parameter }) => parameter.type.symbol))].filter((name) => name !== '').sort()
}

interface Asked extends BoundArgument {
  readonly plan: FramePlan
}

/** Whoever asks in a chain: handlers, and the providers that serve them. */
function askingsOf(plan: FramePlan): readonly Asked[] {
  const withProviders = (argument: BoundArgument): readonly BoundArgument[] => {
    return [argument, ...(argument.source.kind === 'provider' ? argument.source.of.arguments.flatMap(withProviders) : [])]
  }
  return plan.arguments.flatMap(withProviders).map((argument) => ({ plan, ...argument }))
}

function isCalled({ type }: DiscoveredParameter, name: string): boolean {
  return type.symbol === name || type.text === name
}

/** A handler of several messages, or a constructor of several methods, asks in each of their chains. */
function distinct(asked: TypeExplanation['askedBy']): TypeExplanation['askedBy'] {
  const keyOf = (one: TypeExplanation['askedBy'][number]): string => JSON.stringify(one)
  return asked.filter((one, index) => asked.findIndex((other) => keyOf(other) === keyOf(one)) === index)
}
