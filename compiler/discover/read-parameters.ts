import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredParameter } from './discovered.ts'
import { lowerType } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'
import { isOwnFile } from './type-origin.ts'
import { isErrorType, nodeText, typeText } from './type-facts.ts'

/** One parameter with the compiler's side of it. */
export interface ReadParameter extends DiscoveredParameter {
  readonly compilerType: ts.Type
  readonly node: ts.TypeNode | undefined
  readonly isRest: boolean
}

/** Whose parameters they are. */
export interface ParameterOwner {
  readonly label: string
  readonly file: ts.SourceFile
  readonly span: SourceSpan
}

/** The parameters of a function or a constructor in their order. */
export function readParameters(project: OpenedProgram, owner: ParameterOwner, signature: ts.Signature): readonly ReadParameter[] {
  return signature.getParameters().map((symbol): ReadParameter => {
    const found = symbol.valueDeclaration
    const declaration = found && ts.isParameter(found) ? found : undefined
    const compilerType = project.checker.getTypeOfSymbol(symbol)
    const node = declaration?.type
    // What a library declares is where the machine has it installed.
    const isOwn = declaration !== undefined && isOwnFile(project, declaration.getSourceFile())
    return {
      name: declaration && !ts.isIdentifier(declaration.name) ? 'message' : symbol.name,
      type: lowerType(project, compilerType, node, owner.file),
      optional: declaration?.questionToken !== undefined || declaration?.initializer !== undefined,
      span: isOwn ? spanOfNode(project.root, node ?? declaration.name) : owner.span,
      compilerType,
      node,
      isRest: declaration?.dotDotDotToken !== undefined,
    }
  })
}

/** Parameters after the message, or of a constructor; `undefined` if the type of one says nothing, which is reported. */
export function checkParameters(
  project: OpenedProgram,
  owner: ParameterOwner,
  parameters: readonly ReadParameter[],
  bag: DiagnosticBag,
): readonly DiscoveredParameter[] | undefined {
  let wellTyped = true
  const checked = parameters.map((parameter): DiscoveredParameter => {
    const { name, type, optional, span, compilerType, node, isRest } = parameter
    if (isRest) {
      bag.report('JG1015', { handler: owner.label }, { span, label: 'rest parameter' })
    } else if (isErrorType(compilerType)) {
      bag.report('JG1010', { type: node ? nodeText(node) : name }, { span, label: 'not found', path: `${owner.label}(${name})` })
    } else if (compilerType.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) {
      const values = { name, handler: owner.label, type: typeText(project, compilerType) }
      bag.report('JG1017', values, { span, label: 'what is wanted?' })
    } else {
      return { name, type, optional, span }
    }
    wellTyped = false
    return { name, type, optional, span }
  })
  return wellTyped ? checked : undefined
}
