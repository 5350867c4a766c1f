import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { checkTransactionUse } from './check-transaction-use.ts'
import { perMessageTag } from './conventions.ts'
import { hasTag } from './declaration-tags.ts'
import type { DiscoveredParameter, DiscoveredProvider } from './discovered.ts'
import type { ExportedValue } from './exported-values.ts'
import { lowerType } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkParameters, readParameters } from './read-parameters.ts'
import { servedTypes } from './served-types.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'
import { isErrorType, isNothing, namedType, nodeText, typeText } from './type-facts.ts'

/** A value or function that a provider file exports. */
export interface ExportedProvider extends ExportedValue {
  readonly file: ts.SourceFile
}

/** What an export provides and needs; `undefined` if it provides nothing, which is reported where it surprises. */
export function readProvider(project: OpenedProgram, exported: ExportedProvider, bag: DiagnosticBag): DiscoveredProvider | undefined {
  const span = spanOfNode(project.root, ts.getNameOfDeclaration(exported.declaration) ?? exported.declaration)
  const reader = new ProviderReader(project, exported, span, bag)
  if (exported.name === 'default') return reader.refuse('a default export has no name')
  if (exported.symbol.flags & ts.SymbolFlags.Class) return reader.readClass()
  return isProviderFunction(project, exported) ? reader.readFunction() : reader.readValue()
}

/** A constant whose type is written down, or has a name, is a value of that type, even one that can be called. */
function isProviderFunction(project: OpenedProgram, { symbol, declaration }: ExportedProvider): boolean {
  if (ts.isFunctionDeclaration(declaration)) return true
  if (ts.isVariableDeclaration(declaration) && declaration.type) return false
  const type = project.checker.getTypeOfSymbol(symbol)
  return namedType(project, type) === undefined && type.getCallSignatures().length > 0
}

class ProviderReader {
  readonly #project: OpenedProgram
  readonly #exported: ExportedProvider
  readonly #span: SourceSpan
  readonly #bag: DiagnosticBag

  constructor(project: OpenedProgram, exported: ExportedProvider, span: SourceSpan, bag: DiagnosticBag) {
    this.#project = project
    this.#exported = exported
    this.#span = span
    this.#bag = bag
  }

  refuse(reason: string): undefined {
    this.#bag.report('JG1060', { provider: this.#exported.name, reason }, { span: this.#span, label: 'provides nothing' })
  }

  readFunction(): DiscoveredProvider | undefined {
    const { checker } = this.#project
    const [signature, another] = checker.getTypeOfSymbol(this.#exported.symbol).getCallSignatures()
    if (signature === undefined) return undefined
    if (another !== undefined) return this.#refuseOverloads()
    if (signature.getTypeParameters()?.length) {
      this.#bag.report('JG1062', { provider: this.#exported.name }, { span: this.#span, label: 'generic' })
      return undefined
    }
    const parameters = this.#parametersOf(signature)
    const returned = signature.getReturnType()
    const awaited = checker.getAwaitedType(returned) ?? returned
    const declaration: ts.SignatureDeclaration | undefined = signature.getDeclaration()
    const written = declaration?.type
    const provided = this.#provided(awaited, awaited === returned ? written : promised(written))
    if (provided === undefined || parameters === undefined) return undefined
    return { ...provided, kind: 'function', parameters, async: awaited !== returned, perMessage: this.#isPerMessage() }
  }

  readValue(): DiscoveredProvider | undefined {
    const { symbol, declaration } = this.#exported
    const written = ts.isVariableDeclaration(declaration) ? declaration.type : undefined
    const provided = this.#provided(this.#project.checker.getTypeOfSymbol(symbol), written)
    if (this.#isPerMessage()) {
      this.#bag.report('JG1063', { provider: this.#exported.name }, { span: this.#span, label: 'there is one of it' })
    }
    return provided && { ...provided, kind: 'value', parameters: [], async: false, perMessage: false }
  }

  /** A class that nobody outside it can make an instance of is there for others: no provider, and no mistake. */
  readClass(): DiscoveredProvider | undefined {
    const { symbol, declaration } = this.#exported
    if (!ts.isClassLike(declaration) || declaration.typeParameters) return undefined
    if (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) return undefined
    const { checker } = this.#project
    const [signature, another] = checker.getTypeOfSymbol(symbol).getConstructSignatures()
    const constructor: ts.SignatureDeclaration | undefined = signature?.getDeclaration()
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
    if (constructor && ts.isConstructorDeclaration(constructor) && ts.getCombinedModifierFlags(constructor) & hidden) return undefined
    if (another !== undefined) return this.#refuseOverloads()
    const parameters = signature === undefined ? [] : this.#parametersOf(signature)
    const provided = this.#provided(checker.getDeclaredTypeOfSymbol(symbol), undefined)
    if (provided === undefined || parameters === undefined) return undefined
    return { ...provided, kind: 'class', parameters, async: false, perMessage: this.#isPerMessage() }
  }

  #refuseOverloads(): undefined {
    this.#bag.report('JG1061', { provider: this.#exported.name }, { span: this.#span, label: 'overloaded' })
  }

  #isPerMessage(): boolean {
    return hasTag(this.#exported.declaration, perMessageTag)
  }

  #parametersOf(signature: ts.Signature): readonly DiscoveredParameter[] | undefined {
    const owner = { label: this.#exported.name, file: this.#exported.file, span: this.#span }
    const parameters = checkParameters(this.#project, owner, readParameters(this.#project, owner, signature), this.#bag)
    if (parameters) checkTransactionUse(this.#project, signature, signature.getParameters(), parameters, this.#bag)
    return parameters
  }

  #provided(
    type: ts.Type,
    node: ts.TypeNode | undefined,
  ): Pick<DiscoveredProvider, 'file' | 'export' | 'type' | 'serves' | 'disposable' | 'span'> | undefined {
    const project = this.#project
    const { file, name } = this.#exported
    if (isErrorType(type)) {
      const span = node ? spanOfNode(project.root, node) : this.#span
      this.#bag.report('JG1010', { type: node ? nodeText(node) : typeText(project, type) }, { span, label: 'not found', path: name })
      return undefined
    }
    if (isNothing(type) || type.flags & ts.TypeFlags.Never) return this.refuse('it returns nothing')
    const provided = lowerType(project, type, node, file)
    if (provided.origin.kind === 'builtin') return this.refuse(`its value is of the type ${provided.symbol}, which belongs to the language`)
    if (provided.origin.kind === 'anonymous') return this.refuse('the type of its value has no name')
    const present = project.checker.getNonNullableType(type)
    const disposable = project.checker.getPropertiesOfType(present).some(({ escapedName }) => /^__@(?:asyncDispose|dispose)@/.test(escapedName as string))
    const serves = servedTypes(project, present, file)
    return { file: relativePath(project.root, file.fileName), export: name, type: provided, serves, disposable, span: this.#span }
  }
}

/** What is written between the brackets of `Promise<…>`. */
function promised(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  return node && ts.isTypeReferenceNode(node) && node.typeArguments?.length === 1 ? node.typeArguments[0] : undefined
}
