import type { VariableSource } from './variable.ts'
import type { TypeRef } from '../discover/type-ref.ts'

type RunMember = Extract<VariableSource, { readonly kind: 'run' }>['member']

/** The member of the run that has a type, whatever the parameter is called. */
export function runMember(type: TypeRef, output: string): Exclude<RunMember, 'now'> | undefined {
  const { origin, symbol } = type
  if (symbol === 'AbortSignal' && isOfPlatform(type)) return 'signal'
  if (origin.kind === 'file' && symbol === 'Context' && origin.file.startsWith(`${output}/`)) return 'context'
  if (!isOfRuntime(type)) return undefined
  if (symbol === 'MessageContext') return 'context'
  if (symbol === 'Envelope') return 'envelope'
  return symbol === 'Logger' ? 'log' : undefined
}

export function isOfRuntime({ origin }: TypeRef): boolean {
  return origin.kind === 'package' && origin.name === 'jasper-runtime'
}

/** Without the DOM library, AbortSignal is declared by `@types/node`. */
function isOfPlatform({ origin }: TypeRef): boolean {
  return origin.kind === 'builtin' || (origin.kind === 'package' && origin.name === 'node')
}
