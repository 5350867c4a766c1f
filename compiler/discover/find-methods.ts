import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { handlerTag, ignoreTag } from './conventions.ts'
import { hasTag } from './declaration-tags.ts'
import type { DiscoveredParameter } from './discovered.ts'
import type { FoundHandler } from './found-handler.ts'
import type { OpenedProgram } from './open-program.ts'
import { checkParameters, readParameters } from './read-parameters.ts'
import { compareText } from './shape-order.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'

/**
 * The handler methods of an exported class, inherited ones included: by their names in a handler class, and
 * those that were chosen in any class. `undefined`: none, and the class is no handler class.
 *
 * @param isChosen  The class is a handler class whatever its name.
 */
export function findMethods(
  project: OpenedProgram,
  file: ts.SourceFile,
  name: string,
  symbol: ts.Symbol,
  isChosen: boolean,
  bag: DiagnosticBag,
): readonly FoundHandler[] | undefined {
  const { checker, conventions, choice } = project
  const declaration = symbol.valueDeclaration
  if (declaration === undefined || !ts.isClassLike(declaration)) return []
  const isByName = conventions.isHandlerClass(name)
  const home = relativePath(project.root, file.fileName)
  const paths = [home, relativePath(project.root, declaration.getSourceFile().fileName)]
  const isWanted = (method: ts.Symbol): boolean => {
    const label = `${name}.${method.name}`
    const tagged = method.valueDeclaration !== undefined && hasTag(method.valueDeclaration, handlerTag)
    const byName = isChosen ? conventions.isMethod(method.name) : isByName && conventions.isHandler(method.name)
    if (!tagged && !byName && !choice.includes(home, label)) return false
    if (isPublic(method)) return !choice.excludes(paths, label)
    if (tagged) reportHidden(project, label, method, bag)
    return false
  }
  const constructor = checker.getTypeOfSymbol(symbol)
  const statics = methodsIn(project, constructor, isWanted)
  const instances = methodsIn(project, checker.getDeclaredTypeOfSymbol(symbol), isWanted)
  if (statics.length + instances.length === 0) return isByName ? [] : undefined
  const span = spanOfNode(project.root, declaration.name ?? declaration)
  if (declaration.typeParameters) {
    bag.report('JG1004', { handler: name }, { span, label: 'generic' })
    return []
  }
  const found: FoundHandler[] = []
  const read = (method: Method, make: () => FoundHandler['function']): void => {
    const label = `${name}.${method.name}`
    const [signature, another] = method.signatures
    if (signature === undefined) return
    if (another) bag.report('JG1003', { handler: label }, { span: method.span ?? span, label: 'overloaded' })
    else found.push({ file, function: make(), label, signature, span: method.span ?? span })
  }
  for (const method of statics) read(method, () => ({ kind: 'static-method', file: home, export: name, method: method.name }))
  if (instances.length > 0) {
    const constructorParameters = readConstructor(project, file, name, declaration, constructor, span, bag)
    if (constructorParameters === undefined) return found
    for (const method of instances) {
      read(method, () => ({ kind: 'instance-method', file: home, export: name, method: method.name, constructorParameters }))
    }
  }
  return found
}

interface Method {
  readonly name: string
  readonly signatures: readonly ts.Signature[]
  readonly span: SourceSpan | undefined
}

function methodsIn(project: OpenedProgram, type: ts.Type, isWanted: (method: ts.Symbol) => boolean): readonly Method[] {
  return project.checker
    .getPropertiesOfType(type)
    .filter(isWanted)
    .map((property): Method => {
      const declaration = property.valueDeclaration
      return {
        name: property.name,
        signatures: project.checker.getTypeOfSymbol(property).getCallSignatures(),
        span: declaration && spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration),
      }
    })
    .sort((a, b) => compareText(a.name, b.name))
}

function isPublic(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration
  if (declaration === undefined) return true
  if (hasTag(declaration, ignoreTag)) return false
  return !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected))
}

function reportHidden(project: OpenedProgram, name: string, { valueDeclaration }: ts.Symbol, bag: DiagnosticBag): void {
  if (valueDeclaration === undefined || hasTag(valueDeclaration, ignoreTag)) return
  const span = spanOfNode(project.root, ts.getNameOfDeclaration(valueDeclaration) ?? valueDeclaration)
  const reason = 'it is not public'
  bag.report('JG1043', { name, reason }, { span, label: reason })
}

/** What a new instance is made from; `undefined`, with a diagnostic, if none can be made. */
export function readConstructor(
  project: OpenedProgram,
  file: ts.SourceFile,
  name: string,
  declaration: ts.ClassLikeDeclaration,
  constructor: ts.Type,
  span: SourceSpan,
  bag: DiagnosticBag,
): readonly DiscoveredParameter[] | undefined {
  const signatures = constructor.getConstructSignatures()
  const [signature] = signatures
  const written: ts.SignatureDeclaration | undefined = signature?.getDeclaration()
  const hidden = written !== undefined && ts.isConstructorDeclaration(written)
    && (ts.getCombinedModifierFlags(written) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0
  const abstract = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0
  const reason = abstract
    ? 'it is abstract'
    : hidden
      ? 'its constructor is not public'
      : signatures.length > 1
        ? 'its constructor is overloaded'
        : undefined
  if (reason !== undefined) {
    bag.report('JG1016', { class: name, reason }, { span, label: reason })
    return undefined
  }
  if (signature === undefined) return []
  const owner = { label: `new ${name}`, file, span }
  return checkParameters(project, owner, readParameters(project, owner, signature), bag)
}
