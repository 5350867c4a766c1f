import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredParameter } from './discovered.ts'
import type { FoundMiddleware } from './find-middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkParameters, type ReadParameter } from './read-parameters.ts'

/** `error: unknown` of `finally`: what was thrown. */
export function isError({ role }: FoundMiddleware, { name, compilerType }: ReadParameter): boolean {
  return role === 'finally' && name === 'error' && (compilerType.flags & ts.TypeFlags.Unknown) !== 0
}

export function readOthers(
  project: OpenedProgram,
  found: FoundMiddleware,
  others: readonly ReadParameter[],
  bag: DiagnosticBag,
): readonly DiscoveredParameter[] | undefined {
  const checked = checkParameters(project, found, others.filter((parameter) => !isError(found, parameter)), bag)
  const known = (parameter: ReadParameter): DiscoveredParameter | undefined =>
    checked?.find(({ span, name }) => name === parameter.name && span === parameter.span)
  return checked && others.map((parameter) => known(parameter) ?? plain(parameter))
}

export function plain({ name, type, optional, span }: ReadParameter): DiscoveredParameter {
  return { name, type, optional, span }
}
