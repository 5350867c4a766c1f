import { call } from '../call.ts'
import type { Code } from '../code.ts'

export interface ConstructHandlerFrame {
  readonly local: string
  readonly class: string
  readonly arguments: readonly string[]
}

/** Spells construct-handler. */
export function constructHandler(frame: ConstructHandlerFrame): Code {
  return call(`const ${frame.local} = new ${frame.class}`, frame.arguments)
}
