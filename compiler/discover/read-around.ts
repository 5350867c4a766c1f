import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { FoundMiddleware } from './find-middleware.ts'
import { lowerType } from './lower-type.ts'
import type { MessageTable } from './message-table.ts'
import type { DiscoveredMiddleware, MadeValue } from './middleware.ts'
import { readOthers, splitMessage } from './middleware-parameters.ts'
import type { OpenedProgram } from './open-program.ts'
import { readParameters } from './read-parameters.ts'

/**
 * Reads an `around` step: `<T>(...parameters, work: (value) => Promise<T>) => Promise<T>`.
 *
 * That it is generic in what the work returns is demanded: so nothing else than the work can have made
 * what it gives back, and it cannot leave the work out without throwing.
 */
export function readAround(
  project: OpenedProgram,
  found: FoundMiddleware,
  messages: MessageTable,
  bag: DiagnosticBag,
): DiscoveredMiddleware | undefined {
  const { label, signature, span, role, scope } = found
  const refuse = (reason: string): undefined => {
    bag.report('JG1073', { function: label, reason }, { span, label: reason })
    return undefined
  }
  const all = readParameters(project, found, signature)
  const work = all.at(-1)
  const workSignatures = work?.compilerType.getCallSignatures() ?? []
  const [called] = workSignatures
  if (work === undefined || called === undefined || workSignatures.length > 1) return refuse('its last parameter is not the work')
  const [result, another] = signature.getTypeParameters() ?? []
  if (result === undefined || another !== undefined) return refuse('it is not generic in what the work returns, and in nothing else')
  if (!isPromiseOf(project, called.getReturnType(), result)) return refuse(`its work does not return Promise<${result.symbol.name}>`)
  if (!isPromiseOf(project, signature.getReturnType(), result)) return refuse(`it does not return Promise<${result.symbol.name}>`)
  const handed = called.getParameters()
  if (handed.length > 1) return refuse('it hands more than one value to the work')

  const { taken, others } = splitMessage(project, found, all.slice(0, -1), messages)
  const parameters = readOthers(project, found, others, bag)
  if (parameters === undefined) return undefined
  return {
    role,
    function: found.function,
    scope,
    ...taken,
    parameters,
    returns: { kind: 'work', value: handed.map((symbol) => handedValue(project, symbol, found))[0] },
    async: true,
    span,
  }
}

function handedValue(project: OpenedProgram, symbol: ts.Symbol, { file }: FoundMiddleware): MadeValue {
  const declaration = symbol.valueDeclaration
  const node = declaration && ts.isParameter(declaration) ? declaration.type : undefined
  return { name: symbol.name, type: lowerType(project, project.checker.getTypeOfSymbol(symbol), node, file) }
}

function isPromiseOf({ checker }: OpenedProgram, type: ts.Type, result: ts.Type): boolean {
  const awaited = checker.getAwaitedType(type)
  // What is awaited of an open type is `Awaited<T>`, whose argument it is.
  const isResult = awaited === result || awaited?.aliasTypeArguments?.[0] === result
  return type !== result && isResult
}
