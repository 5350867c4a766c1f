import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { checkTransactionUse } from './check-transaction-use.ts'
import type { FoundMiddleware } from './find-middleware.ts'
import { readMadeValues } from './made-values.ts'
import type { MessageTable } from './message-table.ts'
import type { DiscoveredMiddleware, MiddlewareReturn } from './middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { readAround } from './read-around.ts'
import { readOthers, splitMessage } from './middleware-parameters.ts'
import { readParameters } from './read-parameters.ts'
import { readReturn, wrappersIn } from './read-return.ts'
import { spanOfNode } from './source-span-of.ts'
import { isNothing, membersOf, nodeText, typeText } from './type-facts.ts'

/** Reads the signature of a middleware function; `undefined`, with a diagnostic, if later stages could make nothing of it. */
export function readMiddleware(
  project: OpenedProgram,
  found: FoundMiddleware,
  messages: MessageTable,
  bag: DiagnosticBag,
): DiscoveredMiddleware | undefined {
  const { label, signature, span, role, scope } = found
  if (role === 'around') return readAround(project, found, messages, bag)
  if (signature.getTypeParameters()?.length) {
    bag.report('JG1004', { handler: label }, { span, label: 'generic' })
    return undefined
  }
  const all = readParameters(project, found, signature)
  const { taken, others } = splitMessage(project, found, all, messages)
  const parameters = readOthers(project, found, others, bag)
  const returned = readReturned(project, found, messages, bag)
  if (parameters === undefined || returned === undefined) return undefined
  checkTransactionUse(project, signature, signature.getParameters().slice(all.length - others.length), parameters, bag)
  return {
    role,
    function: found.function,
    scope,
    ...taken,
    parameters,
    ...returned,
    span,
  }
}

function readReturned(
  project: OpenedProgram,
  found: FoundMiddleware,
  messages: MessageTable,
  bag: DiagnosticBag,
): Pick<DiscoveredMiddleware, 'returns' | 'async'> | undefined {
  const { role, signature } = found
  const type = signature.getReturnType()
  const awaited = project.checker.getAwaitedType(type) ?? type
  const declaration: ts.SignatureDeclaration | undefined = signature.getDeclaration()
  const annotation = declaration?.type
  const span = annotation ? spanOfNode(project.root, annotation) : found.span
  const text = annotation ? nodeText(annotation) : typeText(project, type)
  const async = awaited !== type
  switch (role) {
    case 'around':
    case 'before':
    case 'load': {
      const read = readMadeValues(project, found, awaited, annotation)
      if (read.kind === 'read') return { returns: read.returns, async }
      bag.report('JG1034', { function: found.label, reason: read.reason }, { span, label: 'returns what?' })
      return undefined
    }
    case 'validate': {
      const returns = readReasons(project, awaited)
      if (returns !== undefined) return { returns, async }
      bag.report('JG1032', { function: found.label, type: text }, { span, label: 'not a list of reasons' })
      return undefined
    }
    case 'after': {
      const { returns } = readReturn(project, found, messages, bag)
      if (wrappersIn(returns).includes('reply')) {
        bag.report('JG1057', { function: found.label, type: text }, { span, label: 'is no handler' })
        return undefined
      }
      return { returns: returns.kind === 'nothing' ? { kind: 'nothing' } : { kind: 'messages', returns }, async }
    }
    case 'finally':
      if (membersOf(awaited).every((part) => isNothing(part) || part.flags & ts.TypeFlags.Never)) return { returns: { kind: 'nothing' }, async }
      bag.report('JG1033', { function: found.label, type: text }, { span, label: 'goes nowhere' })
      return undefined
  }
}

function readReasons(project: OpenedProgram, type: ts.Type): MiddlewareReturn | undefined {
  const parts = membersOf(type)
  const lists = parts.filter((part) => !isNothing(part))
  if (lists.length === 0 || type.flags & ts.TypeFlags.Never) return { kind: 'nothing' }
  const { checker } = project
  const isText = (part: ts.Type): boolean => membersOf(part).every((one) => one.flags & ts.TypeFlags.StringLike)
  const areReasons = lists.every(
    (list) => (checker.isArrayType(list) || checker.isTupleType(list)) && checker.getTypeArguments(list as ts.TypeReference).every(isText),
  )
  return areReasons ? { kind: 'reasons', optional: lists.length < parts.length } : undefined
}
