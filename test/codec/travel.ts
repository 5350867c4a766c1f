import type { MessageCodec } from '../../runtime/contracts/codec.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'

/** Encodes, parses and decodes again. */
export function travel(codec: MessageCodec<unknown>, value: unknown): unknown {
  return codec.decode(JSON.parse(codec.encode(value)))
}

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly path: unknown
  readonly expected: unknown
}

/** What a codec says when it refuses; fails when it does not, or throws anything else. */
export function refusal(act: () => unknown): Refusal {
  try {
    act()
  } catch (error) {
    if (!JasperError.is(error)) throw error
    return { code: error.code, message: error.message, path: Reflect.get(error, 'path'), expected: Reflect.get(error, 'expected') }
  }
  throw new Error('nothing was refused')
}

export function refusalText(act: () => unknown): string {
  return refusal(act).message
}
