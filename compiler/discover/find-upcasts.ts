import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { messageSymbol } from './message-symbol.ts'
import type { OpenedProgram } from './open-program.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'
import { resolved } from './type-import.ts'

/** A type that names a message, or was one. */
export interface NamedMessage {
  readonly symbol: ts.Symbol
  readonly type: ts.Type
}

/** `export function upcast(old: PlaceOrderV1): PlaceOrder` */
export interface FoundUpcast {
  readonly from: NamedMessage
  readonly to: ts.Symbol
  readonly file: ts.SourceFile
  /** Relative to the project's folder. */
  readonly path: string
  readonly export: string
  readonly span: SourceSpan
}

/** `upcast`, `upcastV1`, `upcastFromV1`: a whole word, in lower camel case. */
const upcastName = /^upcast(?![a-z])/

/** The upcasts that a file exports, in the order of the source. What is named like one and is none is reported. */
export function findUpcasts(project: OpenedProgram, file: ts.SourceFile, bag: DiagnosticBag): readonly FoundUpcast[] {
  const { checker } = project
  const module = checker.getSymbolAtLocation(file)
  if (module === undefined) return []
  const found = checker.getExportsOfModule(module).flatMap((exported): FoundUpcast[] => {
    const symbol = resolved(project, exported)
    const declaration = symbol.valueDeclaration
    if (!upcastName.test(exported.name) || declaration?.getSourceFile() !== file) return []
    const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
    const read = readUpcast(project, checker.getTypeOfSymbol(symbol).getCallSignatures())
    if (typeof read === 'string') {
      bag.report('JG2020', { function: exported.name, reason: read }, { span, label: 'not an upcast' })
      return []
    }
    return [{ ...read, file, path: relativePath(project.root, file.fileName), export: exported.name, span }]
  })
  return found.sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column)
}

/** What an upcast takes and makes, or why it is none. */
function readUpcast(project: OpenedProgram, signatures: readonly ts.Signature[]): Pick<FoundUpcast, 'from' | 'to'> | string {
  const { checker } = project
  const [signature, second] = signatures
  if (signature === undefined) return 'it is no function'
  if (second !== undefined) return 'it is overloaded'
  if (signature.getTypeParameters()?.length) return 'it is generic'
  const parameters = signature.getParameters()
  const [parameter] = parameters
  if (parameter === undefined || parameters.length > 1) return `it takes ${parameters.length} parameters, and an upcast takes the old message alone`
  const declaration = signature.getDeclaration()
  const [written] = declaration.parameters
  const from = messageSymbol(project, checker.getTypeOfSymbol(parameter), written?.type)
  if (from.kind === 'refused') return 'what it takes has no name of its own'
  const returned = signature.getReturnType()
  if ((checker.getAwaitedType(returned) ?? returned) !== returned) return 'it returns a promise, and a message that arrives is not waited for'
  const to = messageSymbol(project, returned, declaration.type)
  if (to.kind === 'refused') return 'what it returns has no name of its own'
  if (to.symbol === from.symbol) return 'it returns what it takes'
  return { from: { symbol: from.symbol, type: from.type }, to: to.symbol }
}
