import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredParameter } from './discovered.ts'
import type { FoundMiddleware } from './find-middleware.ts'
import { takenMessages } from './fitting-messages.ts'
import type { MessageTable } from './message-table.ts'
import type { DiscoveredMiddleware } from './middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkParameters, type ReadParameter } from './read-parameters.ts'

/** `error: unknown` of `finally`: what was thrown. */
function isError({ role }: FoundMiddleware, { name, compilerType }: ReadParameter): boolean {
  return role === 'finally' && name === 'error' && (compilerType.flags & ts.TypeFlags.Unknown) !== 0
}

/** The first parameter, where it takes messages, apart from all others. */
export function splitMessage(
  project: OpenedProgram,
  found: FoundMiddleware,
  parameters: readonly ReadParameter[],
  messages: MessageTable,
): { readonly taken: Pick<DiscoveredMiddleware, 'takes' | 'messageParameter'>; readonly others: readonly ReadParameter[] } {
  const [first, ...others] = parameters
  const takes = first && !isError(found, first) ? takenMessages(project, first.compilerType, first.node, messages) : undefined
  if (first === undefined || takes === undefined || takes.kind === 'none') return { taken: { takes: { kind: 'none' } }, others: parameters }
  return { taken: { takes, messageParameter: plain(first) }, others }
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

function plain({ name, type, optional, span }: ReadParameter): DiscoveredParameter {
  return { name, type, optional, span }
}
