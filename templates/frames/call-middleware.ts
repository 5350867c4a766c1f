import { call } from '../call.ts'
import { propertyKey, type Code } from '../code.ts'

export interface CallMiddlewareFrame {
  /** `load`, `OrderHandler.load`, `orderHandler.load`. */
  readonly callee: string
  readonly arguments: readonly string[]
  readonly async: boolean
  readonly result: MiddlewareResult
}

/** What becomes of what it returns. */
export type MiddlewareResult =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'one'; readonly local: string }
  /** An object that is taken apart. */
  | { readonly kind: 'members'; readonly members: readonly { readonly name: string; readonly local: string }[] }
  /** A tuple that is taken apart; `undefined`: nobody needs the element. */
  | { readonly kind: 'elements'; readonly locals: readonly (string | undefined)[] }
  /** Reasons to stop. */
  | { readonly kind: 'reasons'; readonly local: string; readonly optional: boolean; readonly run: string; readonly rejected: string }

/** Spells call-middleware. */
export function callMiddleware(frame: CallMiddlewareFrame): Code {
  const { result } = frame
  const called = call(`${assigned(result)}${frame.async ? 'await ' : ''}${frame.callee}`, frame.arguments)
  if (result.kind !== 'reasons') return called
  const { local, optional, run, rejected } = result
  return [called, `if (${optional ? `${local} && ` : ''}${local}.length > 0) throw ${rejected}(${run}, ${local})`]
}

function assigned(result: MiddlewareResult): string {
  switch (result.kind) {
    case 'nothing':
      return ''
    case 'one':
    case 'reasons':
      return `const ${result.local} = `
    case 'members':
      return `const { ${result.members.map(({ name, local }) => (name === local ? name : `${propertyKey(name)}: ${local}`)).join(', ')} } = `
    case 'elements':
      return `const [${result.locals.map((local) => local ?? '').join(', ')}] = `
  }
}
