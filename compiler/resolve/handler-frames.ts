import { handlerPlace } from '../chain/handler-name.ts'
import type { BoundArgument } from './bound-argument.ts'
import type { Instances } from './instances.ts'
import { argumentsIn } from './provider-frames.ts'
import type { Frame } from './frames/frame.ts'
import type { Variables } from './variables.ts'
import type { DiscoveredHandler, ReturnedSideEffect } from '../discover/discovered.ts'

/** A handler with the source of every argument found. */
export interface BoundHandler {
  readonly handler: DiscoveredHandler
  /** In the order of the parameters after the message. */
  readonly arguments: readonly BoundArgument[]
  /** Of the constructor, for instance methods. */
  readonly constructorArguments: readonly BoundArgument[]
  /** What each side effect that it may return is executed with. */
  readonly sideEffects: readonly { readonly effect: ReturnedSideEffect; readonly arguments: readonly BoundArgument[] }[]
}

/** All arguments of a handler, in the order in which they are needed. */
export function argumentsOf(handler: BoundHandler): readonly BoundArgument[] {
  return [...handler.constructorArguments, ...handler.arguments, ...handler.sideEffects.flatMap((effect) => effect.arguments)]
}

/** The frames of one handler: its instance if it has one, the call, and what becomes of its value. */
export function handlerFrames(
  { handler, ...bound }: BoundHandler & { readonly replies: boolean },
  variables: Variables,
  instances: Instances,
): readonly Frame[] {
  const { function: called, returns } = handler
  const { on, frames: construction } = instances.for(called, bound.constructorArguments)
  const frames: Frame[] = [...construction]
  const makes = returns.kind === 'nothing' ? undefined : variables.fresh({ kind: 'returned' }, 'result')
  const message = variables.shared({ kind: 'message' }, 'message', handler.messageParameter.type)
  frames.push({
    kind: 'call-handler',
    function: called,
    on,
    uses: [message, ...argumentsIn(bound.arguments, variables)],
    makes,
    async: handler.async,
    span: handler.span,
  })
  if (makes !== undefined) {
    const effects = bound.sideEffects.map(({ effect, arguments: needs }) => ({ effect, uses: argumentsIn(needs, variables) }))
    frames.push({ kind: 'cascade', uses: makes, returns, effects, handler: handlerPlace(called), replies: bound.replies })
  }
  return frames
}
