import type { ChainMiddleware } from '../chain/chain.ts'
import { handlerName } from '../chain/handler-name.ts'
import { returnedMessages } from '../chain/returned-messages.ts'
import type { DiscoveredParameter, DiscoveredProvider, HandlerFunction, ReturnShape } from '../discover/discovered.ts'
import type { BoundArgument } from '../resolve/bound-argument.ts'
import type { BoundProvider } from '../resolve/bound-provider.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import type { Frame } from '../resolve/frames/frame.ts'
import type { ParameterExplanation, Sending, Step } from './explanation.ts'
import { sourceWords } from './source-words.ts'

/** What explaining a chain has to know of the rest of the project. */
export interface ChainSurroundings {
  /** Where a message goes, and whether a handler here takes it. */
  send(message: string): Sending
}

/** What a chain does, step by step, in order. */
export function explainSteps(plan: FramePlan, around: ChainSurroundings): readonly Step[] {
  return plan.frames.flatMap((frame) => stepsOf(frame, plan, around))
}

function stepsOf(frame: Frame, plan: FramePlan, around: ChainSurroundings): readonly Step[] {
  switch (frame.kind) {
    // What is read is said where it is used.
    case 'read-run':
      return []
    case 'around': {
      const inside = frame.inside.flatMap((inner) => stepsOf(inner, plan, around))
      if (frame.calls.kind === 'transaction') return [{ words: `begins a transaction of ${frame.calls.integration}` }, ...inside]
      const step = middlewareStep(frame.calls.middleware, plan)
      return [{ ...step, words: `${step.words}, and in it all that follows` }, ...inside]
    }
    case 'call-provider': {
      const { kind, file, export: name, span, parameters } = frame.provider
      const bound = boundProvider(plan, frame.provider)
      const words = kind === 'class' ? `makes a new ${name}` : `calls ${name}, a provider`
      const needs = parameters.map((parameter) => parameterOf(parameter, bound?.arguments ?? [], plan))
      return [{ words, place: `${file}:${span.line}`, ...(needs.length > 0 && { parameters: needs }) }]
    }
    case 'construct-handler': {
      const handler = handlerOf(plan, (called) => called.kind === 'instance-method' && called.export === frame.class.export && called.file === frame.class.file)
      const called = handler?.function
      const parameters = called?.kind === 'instance-method' ? called.constructorParameters : []
      const words = `makes a new ${frame.class.export}`
      return [{ words, place: frame.class.file, ...parametersOf(parameters, plan) }]
    }
    case 'call-handler': {
      const handler = handlerOf(plan, (called) => called === frame.function)
      const declared = handler === undefined ? [] : [handler.messageParameter, ...handler.parameters]
      const words = `calls ${handlerName(frame.function)}`
      return [{ words, place: `${frame.span.file}:${frame.span.line}`, ...parametersOf(declared, plan) }]
    }
    case 'call-middleware': {
      const step = middlewareStep(frame.middleware, plan)
      return [{ ...step, words: `${step.words}${frame.middleware.role === 'validate' ? ', and stops where it gives reasons' : ''}` }]
    }
    // What is remembered is said where it is used.
    case 'keep':
      return []
    case 'whatever-happens': {
      const inside = frame.inside.flatMap((inner) => stepsOf(inner, plan, around))
      const ends = frame.ends.flatMap((end) => stepsOf(end, plan, around))
      return [...inside, ...ends.map((step) => ({ ...step, words: `whatever has happened, ${step.words}` }))]
    }
    case 'cascade':
      return cascadeSteps(frame, plan, around)
    case 'settle':
      return [{ words: 'stores what was sent and marks the message as handled, as the last statement of the transaction, and commits' }]
    case 'reply':
      return [{ words: 'replies with what was returned to whoever invoked the message' }]
  }
}

function middlewareStep({ function: called, span, messageParameter, parameters, step }: ChainMiddleware, plan: FramePlan): Step {
  const declared = [...(messageParameter ? [messageParameter] : []), ...parameters]
  const words = `calls ${handlerName(called)}${step === undefined ? '' : `, a step of the plugin ${step.plugin}`}`
  return { words, place: `${span.file}:${span.line}`, ...parametersOf(declared, plan) }
}

/** Its side effects, with what each is executed with, and its messages; a value that has only the one has no step for the other. */
function cascadeSteps(
  { returns, effects }: Extract<Frame, { readonly kind: 'cascade' }>,
  plan: FramePlan,
  around: ChainSurroundings,
): readonly Step[] {
  const sends = returnedMessages(returns).map((message) => around.send(message))
  const executed = effects.map(({ effect }) => ({ words: `executes ${effect.name}, where it returned one`, ...parametersOf(effect.parameters, plan) }))
  return [...executed, ...(sends.length === 0 ? [] : [{ words: cascadeWords(returns), sends }])]
}

function cascadeWords(returns: ReturnShape): string {
  const ifAny = returns.kind !== 'nothing' && returns.optional ? ', if anything' : ''
  if (returns.kind === 'many') return `sends each message that it returned${ifAny}`
  const several = returns.kind === 'one' && returns.alternatives.length > 1
  return several ? `sends what it returned${ifAny}, one of` : `sends what it returned${ifAny}`
}

/** A provider with the sources of its arguments, from wherever something needs what it makes. */
function boundProvider(plan: FramePlan, provider: DiscoveredProvider): BoundProvider | undefined {
  const find = (bound: readonly BoundArgument[]): BoundProvider | undefined => {
    for (const { source } of bound) {
      if (source.kind !== 'provider') continue
      const found = source.of.provider === provider ? source.of : find(source.of.arguments)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(plan.arguments)
}

function handlerOf(plan: FramePlan, is: (called: HandlerFunction) => boolean) {
  return plan.chain.handlers.find((handler) => is(handler.function))
}

function parametersOf(declared: readonly DiscoveredParameter[], plan: FramePlan): Pick<Step, 'parameters'> {
  const parameters = declared.map((parameter) => parameterOf(parameter, plan.arguments, plan))
  return parameters.length === 0 ? {} : { parameters }
}

/** A parameter with its source, and what a provider makes that from. */
function parameterOf(parameter: DiscoveredParameter, bound: readonly BoundArgument[], plan: FramePlan): ParameterExplanation {
  const { name, type } = parameter
  const called = [...plan.chain.handlers, ...(plan.chain.middleware ?? [])]
  const isMessage = called.some(({ messageParameter }) => messageParameter === parameter)
  const source = isMessage ? ({ kind: 'message' } as const) : bound.find((argument) => argument.parameter === parameter)?.source
  const from = source === undefined ? 'nowhere, which is an error' : sourceWords(source, plan.integration)
  // What is made for each message has a step of its own, which says what it is made from.
  if (source?.kind !== 'provider' || source.of.lifetime === 'message') return { name, type: type.text, from }
  const needs = source.of.provider.parameters.map((needed) => parameterOf(needed, source.of.arguments, plan))
  return { name, type: type.text, from, ...(needs.length > 0 && { needs }) }
}
