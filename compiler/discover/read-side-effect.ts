import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { ReturnedSideEffect } from './discovered.ts'
import type { FoundHandler } from './found-handler.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkTransactionUse } from './check-transaction-use.ts'
import { checkParameters, readParameters } from './read-parameters.ts'
import type { ReturnPlace } from './return-place.ts'
import { executeOf } from './returned-types.ts'
import { relativePath } from './source-paths.ts'
import type { Alternative } from './tell-apart.ts'
import { namedType } from './type-facts.ts'
import { isOwnFile } from './type-origin.ts'

/** A side effect with the compiler's side of it. Its name is that of the effect and its place, unique in a return type. */
export interface ReadSideEffect extends Alternative {
  readonly effect: Omit<ReturnedSideEffect, 'test'>
}

/** Reads what `execute` of a returned type asks for; `undefined`, with a diagnostic, if nobody could call it. */
export function readSideEffect(
  project: OpenedProgram,
  handler: FoundHandler,
  type: ts.Type,
  place: ReturnPlace,
  bag: DiagnosticBag,
): ReadSideEffect | undefined {
  const signatures = executeOf(project, type)?.getCallSignatures() ?? []
  const [signature] = signatures
  const name = namedType(project, type)?.symbol.name ?? place.textOf(type)
  const span = place.spanOf(type)
  if (signature === undefined) return undefined
  const reason = obstacle(signatures, signature)
  if (reason !== undefined) {
    bag.report('JG1054', { effect: name, reason }, { span, label: 'needs what?', path: `${handler.label} → return` })
    return undefined
  }
  const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined
  const file = declaration?.getSourceFile()
  const owner = { label: `${name}.execute`, file: file && isOwnFile(project, file) ? file : handler.file, span }
  const parameters = checkParameters(project, owner, readParameters(project, owner, signature), bag)
  if (parameters === undefined) return undefined
  checkTransactionUse(project, signature, signature.getParameters(), parameters, bag)
  const returned = signature.getReturnType()
  const async = (project.checker.getAwaitedType(returned) ?? returned) !== returned
  const where = file && declaration ? `${relativePath(project.root, file.fileName)}:${declaration.pos}` : ''
  return { name: `${name}\n${where}`, type, effect: { name, parameters, async } }
}

/** Why the parameters of `execute` say nothing. */
function obstacle(signatures: readonly ts.Signature[], signature: ts.Signature): string | undefined {
  if (signatures.length > 1) return 'its execute is overloaded'
  if (signature.getTypeParameters()?.length) return 'its execute is generic'
  const takesRest = signature.getParameters().some(({ valueDeclaration }) => {
    return valueDeclaration !== undefined && ts.isParameter(valueDeclaration) && valueDeclaration.dotDotDotToken !== undefined
  })
  return takesRest ? 'its execute takes any number of parameters, and none of them says what is wanted' : undefined
}
