import type { ChainFacts } from 'jasper-runtime/config'
import { handlerName } from '../chain/handler-name.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'

/** What policy functions are told of a chain: nothing that differs from machine to machine, or with a line above a handler. */
export function factsOf({ chain, integration }: FramePlan): ChainFacts {
  const { message, handlers, cascades, separate } = chain
  return {
    message: message.name,
    version: message.version,
    transaction: integration,
    sends: cascades,
    separate: separate !== undefined,
    // Where a package is installed differs from machine to machine.
    file: message.type.origin.kind === 'package' ? message.type.origin.name : message.span.file,
    handlers: handlers.map((handler) => ({
      name: handlerName(handler.function),
      file: handler.function.file,
      parameters: [handler.messageParameter, ...handler.parameters].map(({ name, type }) => ({ name, type: type.text })),
    })),
  }
}
