import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler } from './discovered.ts'
import { mayGoNowhere } from './find-sends.ts'
import type { FoundHandler } from './found-handler.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkParameters, readParameters } from './read-parameters.ts'
import { readReturn } from './read-return.ts'
import { takenTypes, type TakenType } from './taken-types.ts'

/** A handler whose signature is read, before it is known of which messages it is one. */
export interface ReadHandler {
  readonly handler: Omit<DiscoveredHandler, 'message' | 'takes'>
  readonly taken: readonly TakenType[]
}

/** Reads a handler's signature; `undefined`, with a diagnostic, if later stages could make nothing of it. */
export function readHandler(
  project: OpenedProgram,
  handler: FoundHandler,
  messages: MessageTable,
  bag: DiagnosticBag,
): ReadHandler | undefined {
  const { label, signature, span } = handler
  const declaration = signature.getDeclaration() as { readonly typeParameters?: unknown } | undefined
  if (signature.getTypeParameters()?.length || declaration?.typeParameters) {
    bag.report('JG1004', { handler: label }, { span, label: 'generic' })
    return undefined
  }
  const [first, ...others] = readParameters(project, handler, signature)
  if (first === undefined) {
    bag.report('JG1002', { handler: label }, { span, label: 'no message' })
    return undefined
  }
  const parameters = checkParameters(project, handler, others, bag)
  const taken = takenTypes(project, handler, first, messages, bag)
  const { returns, async } = readReturn(project, handler, messages, bag)
  if (taken === undefined || parameters === undefined) return undefined
  const { name, type, optional } = first
  const meant = signature.getDeclaration() as ts.Node | undefined
  const open = meant !== undefined && mayGoNowhere(meant) ? ({ mayGoNowhere: true } as const) : {}
  const messageParameter = { name, type, optional, span: first.span }
  return { handler: { function: handler.function, messageParameter, parameters, returns, async, ...open, span }, taken }
}
