import { call } from '../call.ts'
import type { Code } from '../code.ts'

export interface CallProviderFrame {
  readonly local: string
  /** `orders`, `new OrderRepository`. */
  readonly callee: string
  readonly arguments: readonly string[]
  readonly async: boolean
  /** The run, where it is to dispose of the value; `undefined`: there is nothing to dispose of. */
  readonly disposedBy: string | undefined
}

/** Spells call-provider. */
export function callProvider(frame: CallProviderFrame): Code {
  const awaited = `${frame.async ? 'await ' : ''}${frame.callee}`
  if (frame.disposedBy === undefined) return call(`const ${frame.local} = ${awaited}`, frame.arguments)
  return call(`const ${frame.local} = ${frame.disposedBy}.disposable(${awaited}`, frame.arguments, '))')
}
