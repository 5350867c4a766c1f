import { call } from '../call.ts'
import type { Code } from '../code.ts'

export interface CallHandlerFrame {
  /** `handle`, `OrderHandler.handle`, `orderHandler.handle`. */
  readonly callee: string
  readonly arguments: readonly string[]
  readonly async: boolean
  /** What its value is called; `undefined`: it has none. */
  readonly result: string | undefined
}

/** Spells call-handler. */
export function callHandler(frame: CallHandlerFrame): Code {
  const assigned = frame.result === undefined ? '' : `const ${frame.result} = `
  const awaited = frame.async ? 'await ' : ''
  return call(`${assigned}${awaited}${frame.callee}`, frame.arguments)
}
